package onnx

import (
	"fmt"

	"cutpoint/model/export/layout"
)

// graph is a GraphProto in the making. A node is called like its (first) output;
// names are C identifiers, as the specification of ONNX wants them.
// The first error stays, so that a network can be written down without one check
// a line.
type graph struct {
	fields  message // nodes, inputs and outputs
	tensors []tensor
	err     error
}

// attribute is an INT or, if more than one value or list is set, an INTS
// attribute of a node.
type attribute struct {
	name string
	list bool
	v    []int64
}

func integer(name string, v int64) attribute { return attribute{name, false, []int64{v}} }

func list(name string, v ...int64) attribute { return attribute{name, true, v} }

func (a attribute) encode() message {
	m := message(nil).text(attributeName, a.name)
	if !a.list {
		return m.number(attributeInt, a.v[0]).number(attributeType, attributeIsInt)
	}
	for _, v := range a.v {
		m = m.number(attributeInts, v)
	}
	return m.number(attributeType, attributeIsInts)
}

// node appends an operation with one output and returns the output's name.
func (g *graph) node(output, op string, inputs []string, attributes ...attribute) string {
	g.nodes([]string{output}, op, inputs, attributes...)
	return output
}

// nodes appends an operation with several outputs.
func (g *graph) nodes(outputs []string, op string, inputs []string, attributes ...attribute) {
	var m message
	for _, in := range inputs {
		m = m.text(nodeInput, in)
	}
	for _, out := range outputs {
		m = m.text(nodeOutput, out)
	}
	m = m.text(nodeName, outputs[0]).text(nodeOp, op)
	for _, a := range attributes {
		m = m.message(nodeAttribute, a.encode())
	}
	g.fields = g.fields.message(graphNode, m)
}

// constant adds an array of n values as an initializer and returns its name.
func (g *graph) constant(name string, n int, a layout.Array) string {
	if int64(n) != a.Len() && g.err == nil {
		g.err = fmt.Errorf("tensor %s has %d values, its shape %v wants %d", name, n, a.Shape, a.Len())
	}
	g.tensors = append(g.tensors, floats(name, a))
	return name
}

// straight adds values in the order they are in.
func (g *graph) straight(name string, values []float32, shape ...int) string {
	return g.constant(name, len(values), layout.Straight(values, shape...))
}

func (g *graph) scalar(name string, v float32) string { return g.straight(name, []float32{v}, 1) }

func (g *graph) integers(name string, v ...int64) string {
	g.tensors = append(g.tensors, integers(v).tensor(name))
	return name
}

// batch is the name of the dimension that a caller chooses: the number of pages.
const batch = "N"

// value is a ValueInfoProto of a tensor with N in front of its dimensions.
func value(name, doc string, element int64, dims ...int) message {
	shape := message(nil).message(shapeDim, message(nil).text(dimParam, batch))
	for _, d := range dims {
		shape = shape.message(shapeDim, message(nil).number(dimValue, int64(d)))
	}
	typ := message(nil).number(tensorTypeElement, element).message(tensorTShape, shape)
	return message(nil).text(valueName, name).message(valueType, message(nil).message(typeTensor, typ)).text(valueDoc, doc)
}

func (g *graph) input(v message) { g.fields = g.fields.message(graphInput, v) }

func (g *graph) output(v message) { g.fields = g.fields.message(graphOutput, v) }
