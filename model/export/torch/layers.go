package torch

import (
	"errors"
	"fmt"

	"cutpoint/model"
	"cutpoint/model/export/layout"
	"cutpoint/model/head"
)

// ErrNoLayers is returned for heads that are not a sequence of layers with weights.
var ErrNoLayers = errors.New("it cannot be written as layers of PyTorch; write it as ONNX")

// tensor is one entry of the file.
type tensor struct {
	name string
	layout.Array
}

// linear is a dense layer: y = ((x − mean)·scale)·kernel + bias.
type linear struct {
	in, out     int
	positions   int       // of the flattened map that it takes, 1 for a vector
	kernel      []float32 // (in, out), channels last
	bias        []float32 // (out)
	mean, scale []float32 // (in), or nil
}

// layersOf returns the head's dense layers. The first one's input is a map with
// the given number of positions.
func layersOf(h *head.Head, positions int) []linear {
	var layers []linear
	for _, l := range h.Hidden {
		layers = append(layers, linear{in: l.In, out: l.Out, positions: 1, kernel: l.Kernel, bias: l.Bias})
	}
	layers = append(layers, linear{in: h.Width(), out: h.Classes, positions: 1, kernel: h.Kernel, bias: h.Bias})
	layers[0].positions, layers[0].mean, layers[0].scale = positions, h.Mean, h.Scale
	return layers
}

// check verifies that arrays have the sizes that the layer says.
func (l linear) check(name string) error {
	if len(l.kernel) != l.in*l.out || len(l.bias) != l.out || l.mean != nil && len(l.mean) != l.in || l.scale != nil && len(l.scale) != l.in {
		return fmt.Errorf("layer %s of %d to %d values has arrays of other sizes", name, l.in, l.out)
	}
	return nil
}

// tensors are the layer's weight and bias, with the standardisation in them.
func (l linear) tensors(name string) []tensor {
	return []tensor{
		{name + ".weight", layout.OutFirstScaled(l.kernel, l.scale, l.positions, l.out, l.out, l.in)},
		{name + ".bias", layout.Straight(l.shifted(), l.out)},
	}
}

// shifted returns b − (mean·scale)·W, summed in float64.
func (l linear) shifted() []float32 {
	if l.mean == nil {
		return l.bias
	}
	sums := make([]float64, l.out)
	for i, mean := range l.mean {
		shift := float64(mean)
		if l.scale != nil {
			shift *= float64(l.scale[i])
		}
		if shift == 0 {
			continue
		}
		for o, w := range l.kernel[i*l.out : (i+1)*l.out] {
			sums[o] += shift * float64(w)
		}
	}
	bias := make([]float32, l.out)
	for o, b := range l.bias {
		bias[o] = float32(float64(b) - sums[o])
	}
	return bias
}

// convolution is a layer with its index among the modules of torchvision's
// features.
type convolution struct {
	model.Layer
	module int
}

// trunkOf returns the layers up to the cut, and the number of modules of features
// that they take.
func trunkOf(cut model.Cut) (convolutions []convolution, modules int, dense []model.Layer) {
	for _, l := range model.Layers()[:cut.Layer()+1] {
		switch l.Kind {
		case model.Conv3x3:
			convolutions = append(convolutions, convolution{l, modules})
			modules += 2 // and its ReLU
		case model.MaxPool:
			modules++
		case model.Dense:
			dense = append(dense, l)
		}
	}
	return convolutions, modules, dense
}

// trunkTensors are those of VGG19 up to the cut and of the head behind it.
func trunkTensors(w *model.Weights, cut model.Cut, h *head.Head) ([]tensor, error) {
	if err := w.Check([]model.Cut{cut}); err != nil {
		return nil, err
	}
	convolutions, _, dense := trunkOf(cut)
	if want := len(convolutions) + len(dense); len(w.Params) < want {
		return nil, fmt.Errorf("weights %s have %d layers, and cut %s needs %d", w.Source, len(w.Params), cut, want)
	}
	var list []tensor
	for i, l := range convolutions {
		p, name := w.Params[i], fmt.Sprintf("features.%d", l.module)
		list = append(list, tensor{name + ".weight", layout.OutFirst(p.Kernel, 9, l.Out.C, l.Out.C, l.In.C, 3, 3)},
			tensor{name + ".bias", layout.Straight(p.Bias, l.Out.C)})
	}
	var top []linear
	for i, l := range dense {
		p := w.Params[len(convolutions)+i]
		top = append(top, linear{in: l.In.Len(), out: l.Out.C, positions: l.In.H * l.In.W, kernel: p.Kernel, bias: p.Bias})
	}
	top = append(top, layersOf(h, cut.Shape().H*cut.Shape().W)...)
	return linearTensors(list, top, func(i int) string { return fmt.Sprintf("classifier.%d", 3*i) }) // a ReLU and a Dropout are between
}

// headTensors are those of a head alone.
func headTensors(h *head.Head) ([]tensor, error) {
	return linearTensors(nil, layersOf(h, 1), func(i int) string { return fmt.Sprint(2 * i) }) // a ReLU is between
}

// linearTensors appends the layers' tensors to list.
func linearTensors(list []tensor, layers []linear, name func(i int) string) ([]tensor, error) {
	for i, l := range layers {
		if err := l.check(name(i)); err != nil {
			return nil, err
		}
		list = append(list, l.tensors(name(i))...)
	}
	return list, nil
}
