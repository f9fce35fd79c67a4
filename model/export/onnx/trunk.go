package onnx

import (
	"fmt"
	"slices"

	"cutpoint/model"
	"cutpoint/model/export/layout"
)

// trunk appends VGG19 from the pixels to the cut and returns the name of the
// cut's values, (N, D) in HWC order as stores hold them.
func (g *graph) trunk(w *model.Weights, cut model.Cut) string {
	x := g.colours(w.Preprocess)
	layers := model.Layers()[:cut.Layer()+1]
	params, flat := w.Params, false
	for _, l := range layers {
		if l.KernelLen() > 0 && len(params) == 0 {
			g.err = fmt.Errorf("weights %s have no layer %s, which cut %s needs", w.Source, l.Name, cut)
			return x
		}
		if l.Kind == model.Dense && !flat {
			x, flat = g.flatten(x), true
		}
		x = g.layer(l, params, x)
		if l.KernelLen() > 0 {
			params = params[1:]
		}
	}
	// ONNX Runtime's GlobalAveragePool adds a map's values one after the other and
	// loses a digit by it; its ReduceMean does not.
	overMap := list("axes", 2, 3)
	switch {
	case cut.Pooling() == model.Avg:
		return g.node("average", "ReduceMean", []string{x}, overMap, integer("keepdims", 0))
	case cut.Pooling() == model.Max:
		return g.node("maximum", "ReduceMax", []string{x}, overMap, integer("keepdims", 0))
	case !flat:
		return g.flatten(x)
	}
	return x
}

// colours appends Preprocess: the bytes of RGB pages, (N, 224, 224, 3), to the
// network's input, (N, 3, 224, 224).
func (g *graph) colours(p model.Preprocess) string {
	x := g.node("pixels_float", "Cast", []string{Pixels}, integer("to", typeFloat))
	if p.BGR {
		x = g.node("pixels_bgr", "Gather", []string{x, g.integers("pixels_order", 2, 1, 0)}, integer("axis", 3))
	}
	if p.Scale != 1 {
		x = g.node("pixels_scaled", "Mul", []string{x, g.scalar("pixels_scale", p.Scale)})
	}
	x = g.node("pixels_centred", "Sub", []string{x, g.straight("pixels_mean", p.Mean[:], 3)})
	if slices.ContainsFunc(p.Std[:], func(s float32) bool { return s != 1 }) {
		x = g.node("pixels_standardised", "Div", []string{x, g.straight("pixels_std", p.Std[:], 3)})
	}
	return g.node("pixels_chw", "Transpose", []string{x}, list("perm", 0, 3, 1, 2))
}

// layer appends a layer whose parameters, if it has any, are the first of params.
func (g *graph) layer(l model.Layer, params []model.Params, x string) string {
	switch l.Kind {
	case model.MaxPool:
		return g.node(l.Name, "MaxPool", []string{x}, list("kernel_shape", 2, 2), list("strides", 2, 2))
	case model.Conv3x3:
		p := params[0]
		kernel := g.constant(l.Name+"_kernel", len(p.Kernel), layout.OutFirst(p.Kernel, 9, l.Out.C, l.Out.C, l.In.C, 3, 3))
		x = g.node(l.Name, "Conv", []string{x, kernel, g.straight(l.Name+"_bias", p.Bias, l.Out.C)},
			list("kernel_shape", 3, 3), list("pads", 1, 1, 1, 1))
	case model.Dense:
		x = g.dense(l.Name, x, params[0].Kernel, params[0].Bias, l.In.Len(), l.Out.C)
	}
	switch l.Activation {
	case model.ReLU:
		return g.node(l.Name+"_relu", "Relu", []string{x})
	case model.Softmax:
		return g.node(l.Name+"_softmax", "Softmax", []string{x}, integer("axis", 1))
	}
	return x
}

// flatten appends (N, C, H, W) to (N, H·W·C).
func (g *graph) flatten(x string) string {
	x = g.node("hwc", "Transpose", []string{x}, list("perm", 0, 2, 3, 1))
	return g.node("flatten", "Flatten", []string{x}, integer("axis", 1))
}

// half appends the rounding of a store of float16 values.
func (g *graph) half(x string) string {
	x = g.node("features_float16", "Cast", []string{x}, integer("to", typeFloat16))
	return g.node("features_float32", "Cast", []string{x}, integer("to", typeFloat))
}
