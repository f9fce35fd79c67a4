package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields are a message's fields in order, read without knowledge of what they
// mean.
type fields []struct {
	number protowire.Number
	v      uint64
	b      []byte
}

// parse fails the test unless the bytes are a message to the last one.
func parse(t testing.TB, b []byte) (m fields) {
	t.Helper()
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatalf("tag: %v", protowire.ParseError(n))
		}
		b = b[n:]
		f := fields{{number: number}}
		switch kind {
		case protowire.VarintType:
			f[0].v, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			f[0].b, n = protowire.ConsumeBytes(b)
		default:
			t.Fatalf("field %d has wire type %d", number, kind)
		}
		if n < 0 {
			t.Fatalf("field %d: %v", number, protowire.ParseError(n))
		}
		m, b = append(m, f...), b[n:]
	}
	return m
}

func (m fields) text(t testing.TB, number protowire.Number) string {
	t.Helper()
	for _, f := range m {
		if f.number == number {
			if !utf8.Valid(f.b) {
				t.Errorf("%q is not UTF-8", f.b)
			}
			return string(f.b)
		}
	}
	return ""
}

func (m fields) number(number protowire.Number) int64 {
	for _, f := range m {
		if f.number == number {
			return int64(f.v)
		}
	}
	return 0
}

// each calls do for every field of the number.
func (m fields) each(t testing.TB, number protowire.Number, do func(fields)) {
	t.Helper()
	for _, f := range m {
		if f.number == number {
			do(parse(t, f.b))
		}
	}
}

func (m fields) texts(number protowire.Number) (all []string) {
	for _, f := range m {
		if f.number == number {
			all = append(all, string(f.b))
		}
	}
	return all
}

// decoded is an ONNX model as a runtime sees it.
type decoded struct {
	fields
	nodes           []operation
	initializers    map[string]array
	inputs, outputs []string // "features FLOAT [N 4]"
	metadata        map[string]string
}

type operation struct {
	op              string
	inputs, outputs []string
	attributes      map[string][]int64
}

func (o operation) String() string {
	return fmt.Sprint(o.op, o.inputs, "->", o.outputs, o.attributes)
}

// array is a tensor; its values are those of the type, in float64.
type array struct {
	dims   []int
	values []float64
}

var elementNames = map[int64]string{typeFloat: "FLOAT", typeUint8: "UINT8", typeInt64: "INT64"}

func decode(t testing.TB, raw []byte) *decoded {
	t.Helper()
	d := &decoded{fields: parse(t, raw), initializers: map[string]array{}, metadata: map[string]string{}}
	d.each(t, modelMetadata, func(m fields) { d.metadata[m.text(t, entryKey)] = m.text(t, entryVal) })
	d.each(t, modelGraph, func(g fields) {
		g.each(t, graphNode, func(n fields) { d.nodes = append(d.nodes, decodeNode(t, n)) })
		g.each(t, graphInitializer, func(m fields) {
			name := m.text(t, tensorName)
			if _, twice := d.initializers[name]; twice {
				t.Errorf("two initializers are called %s", name)
			}
			d.initializers[name] = decodeTensor(t, m)
		})
		g.each(t, graphInput, func(m fields) { d.inputs = append(d.inputs, decodeValue(t, m)) })
		g.each(t, graphOutput, func(m fields) { d.outputs = append(d.outputs, decodeValue(t, m)) })
	})
	return d
}

func decodeNode(t testing.TB, n fields) operation {
	t.Helper()
	o := operation{op: n.text(t, nodeOp), inputs: n.texts(nodeInput), outputs: n.texts(nodeOutput), attributes: map[string][]int64{}}
	if name := n.text(t, nodeName); name != o.outputs[0] {
		t.Errorf("node %s gives %s", name, o.outputs[0])
	}
	n.each(t, nodeAttribute, func(a fields) {
		var list []int64
		for _, f := range a {
			if f.number == attributeInt || f.number == attributeInts {
				list = append(list, int64(f.v))
			}
		}
		if kind := a.number(attributeType); kind != attributeIsInt && kind != attributeIsInts || kind == attributeIsInt && len(list) != 1 {
			t.Errorf("attribute %v of type %d", a, kind)
		}
		o.attributes[a.text(t, attributeName)] = list
	})
	return o
}

func decodeTensor(t testing.TB, m fields) array {
	t.Helper()
	var a array
	size := 1
	for _, f := range m {
		if f.number == tensorDims {
			a.dims = append(a.dims, int(f.v))
			size *= int(f.v)
		}
	}
	raw := m.bytes(tensorRaw)
	switch m.number(tensorType) {
	case typeFloat:
		for ; len(raw) >= 4; raw = raw[4:] {
			a.values = append(a.values, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw))))
		}
	case typeInt64:
		for ; len(raw) >= 8; raw = raw[8:] {
			a.values = append(a.values, float64(int64(binary.LittleEndian.Uint64(raw))))
		}
	}
	if len(raw) > 0 || len(a.values) != size {
		t.Errorf("tensor %s has %d values and %d bytes more, its shape is %v", m.text(t, tensorName), len(a.values), len(raw), a.dims)
	}
	return a
}

// bytes is text that need not be UTF-8.
func (m fields) bytes(number protowire.Number) []byte {
	for _, f := range m {
		if f.number == number {
			return f.b
		}
	}
	return nil
}

func decodeValue(t testing.TB, v fields) (text string) {
	t.Helper()
	v.each(t, valueType, func(typ fields) {
		typ.each(t, typeTensor, func(tensor fields) {
			var dims []string
			tensor.each(t, tensorTShape, func(shape fields) {
				shape.each(t, shapeDim, func(d fields) {
					if name := d.text(t, dimParam); name != "" {
						dims = append(dims, name)
					} else {
						dims = append(dims, fmt.Sprint(d.number(dimValue)))
					}
				})
			})
			text = fmt.Sprint(v.text(t, valueName), " ", elementNames[tensor.number(tensorTypeElement)], " ", dims)
		})
	})
	return text
}
