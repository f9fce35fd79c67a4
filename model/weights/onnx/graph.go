package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Layer is a convolution or a dense layer with its values.
type Layer struct {
	Dense  bool
	Kernel *Tensor // (Out, In, H, W) of a convolution; (Out, In) or (In, Out) of a dense layer
	// InFirst says that a dense layer's kernel is (In, Out).
	InFirst bool
	// HWC says that the map before a dense layer is flattened in the order height,
	// width, channel, as TensorFlow does, and not channel, height, width.
	HWC  bool
	Bias *Tensor // (Out), or nil
}

// source is a tensor that is an input of a node, perhaps transposed before.
type source struct {
	*Tensor
	transposed bool
}

// walk follows an image through the graph.
type walk struct {
	constants map[string]source
	head      string // the value that the image is now, "" before the first layer
	hwc       bool
	layers    []Layer
}

// follow returns the layers of the graph, whose nodes are in an order in which they
// can be computed, as the format asks for.
func (g *reading) follow() ([]Layer, error) {
	w := &walk{constants: map[string]source{}}
	for name, t := range g.tensors {
		w.constants[name] = source{t, false}
	}
	for _, n := range g.nodes {
		if len(n.outputs) == 0 {
			continue
		}
		if err := w.visit(n); err != nil {
			return nil, err
		}
	}
	if len(w.layers) == 0 {
		return nil, errors.New("its graph has no convolution with trained values: it is not VGG19")
	}
	return w.layers, nil
}

func (n *node) input(i int) string {
	if i < len(n.inputs) {
		return n.inputs[i]
	}
	return ""
}

// shapeOperators are the operators that compute a shape on the side.
var shapeOperators = []string{"Shape", "Gather", "Slice", "Concat", "Unsqueeze", "Squeeze", "Cast", "Mul", "ConstantOfShape", "ReduceProd"}

// passThrough are the operators that an image goes through unchanged as far as the
// trained values are concerned.
var passThrough = []string{"Relu", "MaxPool", "Dropout", "Identity", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Cast", "Softmax", "AveragePool", "GlobalAveragePool", "Clip"}

func (w *walk) visit(n node) error {
	if w.constant(n) {
		return nil
	}
	switch n.op {
	case "BatchNormalization":
		return fmt.Errorf("VGG19 with batch normalisation is another network (node %.200q): give the weights of the plain VGG19", n.name)
	case "Conv", "Gemm", "MatMul", "FusedConv", "FusedMatMul":
		return w.layer(n)
	case "QLinearConv", "ConvInteger", "MatMulInteger", "QLinearMatMul", "DequantizeLinear", "QuantizeLinear":
		return fmt.Errorf("it is quantised (operator %s), and its features would not be VGG19's: give the model in floating point", n.op)
	}
	on := w.head != "" && slices.Contains(n.inputs, w.head)
	switch {
	case n.op == "Add" && on:
		return w.bias(n)
	case n.op == "Transpose" && (on || w.head == ""):
		return w.transpose(n)
	case n.op == "Shape", !on && w.head != "" && (slices.Contains(shapeOperators, n.op) || slices.Contains(passThrough, n.op)):
		return nil
	case w.head == "" && slices.Contains(passThrough, n.op):
		return nil
	case on && slices.Contains(passThrough, n.op):
		w.head = n.outputs[0]
		return nil
	case w.head == "":
		return fmt.Errorf("it prepares its input itself (operator %.50q before the first convolution): export the network without that", n.op)
	}
	return fmt.Errorf("its graph has the operator %.50q (node %.200q), which VGG19 does not have", n.op, n.name)
}

// constant remembers values that nodes only pass on: Constant, and Identity, Cast
// or Transpose of an initialiser.
func (w *walk) constant(n node) bool {
	if n.op == "Constant" {
		if n.value != nil {
			w.constants[n.outputs[0]] = source{n.value, false}
		}
		return true
	}
	s, ok := w.constants[n.input(0)]
	if !ok {
		return false
	}
	switch {
	case n.op == "Identity", n.op == "Cast":
	case n.op == "Transpose" && len(s.Shape) == 2:
		s.transposed = !s.transposed
	default:
		return false
	}
	w.constants[n.outputs[0]] = s
	return true
}

// layer appends a convolution or a dense layer, whose input must be the image.
func (w *walk) layer(n node) error {
	if w.head != "" && n.input(0) != w.head {
		return fmt.Errorf("its graph branches at %s (node %.200q), and VGG19 is one chain", n.op, n.name)
	}
	kernel, ok := w.constants[n.input(1)]
	if !ok {
		return fmt.Errorf("%s (node %.200q) has no values in the file: it is no trained VGG19", n.op, n.name)
	}
	l := Layer{Kernel: kernel.Tensor}
	if bias, ok := w.constants[n.input(2)]; ok {
		l.Bias = bias.Tensor
	}
	if n.op == "Conv" || n.op == "FusedConv" {
		for name, want := range map[string]int64{"strides": 1, "dilations": 1, "group": 1} {
			if slices.ContainsFunc(n.ints[name], func(v int64) bool { return v != want }) {
				return fmt.Errorf("its convolution %.200q has %s %v, and VGG19's all have %d", n.name, name, n.ints[name], want)
			}
		}
	} else {
		if n.scaled || slices.Contains(n.ints["transA"], 1) {
			return fmt.Errorf("its dense layer %.200q is scaled or transposed as no exporter does it", n.name)
		}
		l.Dense, l.HWC = true, w.hwc
		l.InFirst = slices.Contains(n.ints["transB"], 1) == kernel.transposed
	}
	w.hwc = w.hwc && !l.Dense
	w.layers = append(w.layers, l)
	w.head = n.outputs[0]
	return nil
}

// bias takes the Add behind a MatMul or Conv that has no bias.
func (w *walk) bias(n node) error {
	other := n.input(0)
	if other == w.head {
		other = n.input(1)
	}
	t, ok := w.constants[other]
	last := &w.layers[len(w.layers)-1]
	if !ok || last.Bias != nil {
		return fmt.Errorf("its graph has the operator Add (node %.200q), which VGG19 does not have", n.name)
	}
	bias := *t.Tensor
	bias.Shape = slices.DeleteFunc(slices.Clone(bias.Shape), func(d int) bool { return d == 1 }) // (1, Out), (1, Out, 1, 1)
	last.Bias = &bias
	w.head = n.outputs[0]
	return nil
}

// transpose follows a change between NCHW and NHWC.
func (w *walk) transpose(n node) error {
	if w.head == "" {
		return nil // the image is NCHW when it reaches the first Conv, which knows no other order
	}
	switch perm := n.ints["perm"]; {
	case slices.Equal(perm, []int64{0, 2, 3, 1}):
		w.hwc = true
	case slices.Equal(perm, []int64{0, 3, 1, 2}):
		w.hwc = false
	default:
		return fmt.Errorf("its graph transposes by %v (node %.200q), which VGG19 does not", perm, n.name)
	}
	w.head = n.outputs[0]
	return nil
}
