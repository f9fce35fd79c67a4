package onnx

import (
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is an encoded protocol buffer message. Fields are appended in any
// order, as the encoding allows
// (https://protobuf.dev/programming-guides/encoding/).
type message []byte

// Numbers of the fields that are written, of onnx.proto.
const (
	modelIRVersion, modelProducer, modelProducerVersion = 1, 2, 3
	modelDomain, modelVersion, modelDoc, modelGraph     = 4, 5, 6, 7
	modelOpset, modelMetadata                           = 8, 14

	graphNode, graphName, graphInitializer = 1, 2, 5
	graphDoc, graphInput, graphOutput      = 10, 11, 12

	nodeInput, nodeOutput, nodeName, nodeOp, nodeAttribute = 1, 2, 3, 4, 5

	attributeName, attributeInt, attributeInts, attributeType = 1, 3, 8, 20

	tensorDims, tensorType, tensorName, tensorRaw = 1, 2, 8, 9

	valueName, valueType, valueDoc  = 1, 2, 3
	typeTensor                      = 1
	tensorTypeElement, tensorTShape = 1, 2
	shapeDim                        = 1
	dimValue, dimParam              = 1, 2

	opsetVersion       = 2
	entryKey, entryVal = 1, 2
)

// Values of TensorProto.DataType and AttributeProto.AttributeType.
const (
	typeFloat, typeUint8, typeInt64, typeFloat16 = 1, 2, 7, 10

	attributeIsInt, attributeIsInts = 2, 7
)

func (m message) number(field protowire.Number, v int64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(v))
}

// text appends a string, which a protocol buffer wants in UTF-8.
func (m message) text(field protowire.Number, s string) message {
	s = strings.ToValidUTF8(s, "�")
	return protowire.AppendString(protowire.AppendTag(m, field, protowire.BytesType), s)
}

func (m message) message(field protowire.Number, sub message) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), sub)
}

// open appends the tag and the length of a field whose bytes follow elsewhere.
func (m message) open(field protowire.Number, length int64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.BytesType), uint64(length))
}
