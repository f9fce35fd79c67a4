package onnx

import (
	"fmt"

	"cutpoint/model/head"
)

// Names of the model's inputs and outputs.
const (
	Features         = "features"          // (N, D) float32: input of a head alone, output behind a trunk
	Pixels           = "pixels"            // (N, 224, 224, 3) uint8: input of a trunk
	Probabilities    = "probabilities"     // (N, K) float32
	LogProbabilities = "log_probabilities" // (N, K) float32, natural logarithms
	Class            = "class"             // (N) int64: the most probable class, the first of equals
)

// smallestNormal of binary32; features that are all smaller count as zeros.
const smallestNormal = 0x1p-126

// head appends the operations of head.Head's documentation.
func (g *graph) head(h *head.Head, x string) {
	if h.Normalize {
		x = g.unitLength(x)
	}
	if h.Mean != nil {
		x = g.node("head_centred", "Sub", []string{x, g.straight("head_mean", h.Mean, h.Dim)})
	}
	if h.Scale != nil {
		x = g.node("head_standardised", "Mul", []string{x, g.straight("head_scale", h.Scale, h.Dim)})
	}
	if h.Neighbours != nil {
		x = g.vote(h.Neighbours, h.Dim, h.Classes, x)
	} else {
		x = g.layers(h, x)
	}
	g.node(Class, "ArgMax", []string{x}, integer("axis", 1), integer("keepdims", 0))
	g.output(value(Probabilities, "of each class; their names are in metadata_props, "+keyClasses, typeFloat, h.Classes))
	g.output(value(LogProbabilities, "natural logarithms of the probabilities", typeFloat, h.Classes))
	g.output(value(Class, "number of the most probable class, from 0", typeInt64))
}

// unitLength divides each vector by its Euclidean length; zeros stay. It first
// divides by the greatest value, so that no square overflows or vanishes.
func (g *graph) unitLength(x string) string {
	last, keep := list("axes", 1), integer("keepdims", 1)
	abs := g.node("head_absolute", "Abs", []string{x})
	top := g.node("head_greatest", "ReduceMax", []string{abs}, last, keep)
	top = g.node("head_greatest_or_tiny", "Max", []string{top, g.scalar("head_tiny", smallestNormal)})
	x = g.node("head_relative", "Div", []string{x, top})
	length := g.node("head_length", "ReduceL2", []string{x}, last, keep)
	length = g.node("head_length_or_one", "Max", []string{length, g.scalar("head_one", 1)}) // 1 or more but for zeros
	return g.node("head_unit", "Div", []string{x, length})
}

// layers appends the dense layers and the softmax, and returns the logits.
func (g *graph) layers(h *head.Head, x string) string {
	for i, l := range h.Hidden {
		x = g.dense(fmt.Sprintf("head_hidden_%d", i), x, l.Kernel, l.Bias, l.In, l.Out)
		x = g.node(x+"_relu", "Relu", []string{x})
	}
	x = g.dense("head_logits", x, h.Kernel, h.Bias, h.Width(), h.Classes)
	g.node(Probabilities, "Softmax", []string{x}, integer("axis", 1))
	g.node(LogProbabilities, "LogSoftmax", []string{x}, integer("axis", 1))
	return x
}

// dense appends x·kernel + bias, kernel (in, out).
func (g *graph) dense(name, x string, kernel, bias []float32, in, out int) string {
	return g.node(name, "Gemm", []string{x, g.straight(name+"_kernel", kernel, in, out), g.straight(name+"_bias", bias, out)})
}

// vote appends the vote of the nearest pages with Laplace's rule of succession:
// (votes + 1)/(neighbours + classes). Of equally near pages the first ones vote,
// as TopK is defined. It returns the votes.
func (g *graph) vote(v *head.Neighbours, dim, classes int, x string) string {
	pages := g.straight("head_neighbours_kernel", v.Pages.Kernel, dim, v.Pages.Out)
	similar := g.node("head_similarities", "MatMul", []string{x, pages})
	g.nodes([]string{"head_nearest_similarities", "head_nearest"}, "TopK",
		[]string{similar, g.integers("head_neighbours", int64(v.K))}, integer("axis", 1))
	of := make(integers, len(v.Classes))
	for i, c := range v.Classes {
		of[i] = int64(c)
	}
	nearest := g.node("head_nearest_classes", "Gather", []string{g.integers("head_neighbours_classes", of...), "head_nearest"}) // (N, neighbours)
	ballots := g.node("head_ballots", "OneHot",
		[]string{nearest, g.integers("head_classes", int64(classes)), g.straight("head_off_on", []float32{0, 1}, 2)}) // (N, neighbours, K)
	votes := g.node("head_votes", "ReduceSum", []string{ballots, g.integers("head_ballots_axis", 1)}, integer("keepdims", 0))
	votes = g.node("head_votes_and_one", "Add", []string{votes, g.scalar("head_one_more", 1)})
	g.node(Probabilities, "Div", []string{votes, g.scalar("head_voters", float32(v.K+classes))})
	g.node(LogProbabilities, "Log", []string{Probabilities})
	return votes
}
