package onnx

import (
	"encoding/binary"
	"io"

	"cutpoint/model/export/layout"
)

// tensor is an initializer of the graph: all of a TensorProto but its values, and
// the function that writes those.
type tensor struct {
	front  message // up to the length of raw_data
	raw    int64   // bytes of the values
	values io.WriterTo
}

// size returns the bytes of the TensorProto.
func (t tensor) size() int64 { return int64(len(t.front)) + t.raw }

// field returns the bytes that it has as a field of the graph.
func (t tensor) field() int64 {
	return int64(len(message(nil).open(graphInitializer, t.size()))) + t.size()
}

func (t tensor) writeTo(w io.Writer) error {
	if _, err := w.Write(append(message(nil).open(graphInitializer, t.size()), t.front...)); err != nil {
		return err
	}
	_, err := t.values.WriteTo(w)
	return err
}

func newTensor(name string, element int64, shape []int, width int64, values io.WriterTo) tensor {
	var front message
	for _, d := range shape {
		front = front.number(tensorDims, int64(d))
	}
	raw := width * layout.Size(shape)
	front = front.number(tensorType, element).text(tensorName, name).open(tensorRaw, raw)
	return tensor{front, raw, values}
}

// floats is a tensor of FLOAT.
func floats(name string, a layout.Array) tensor {
	return newTensor(name, typeFloat, a.Shape, 4, a)
}

// integers is a tensor of INT64, of rank 1 unless it is a scalar.
type integers []int64

func (v integers) tensor(name string) tensor {
	return newTensor(name, typeInt64, []int{len(v)}, 8, v)
}

// WriteTo writes raw_data: the values in little-endian order.
func (v integers) WriteTo(w io.Writer) (int64, error) {
	raw := make([]byte, 0, 8*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(x))
	}
	n, err := w.Write(raw)
	return int64(n), err
}
