package head

import "math"

// Kinds of heads, by the recipes that make them.
const (
	SoftmaxName               = "softmax"
	DropoutBNSoftmaxName      = "dropout-bn-softmax"
	DenseDropoutBNSoftmaxName = "dense-dropout-bn-softmax"
	VGGTopName                = "vgg-top"
	CentroidName              = "centroid"
	KNNName                   = "knn"
)

// Head is a trained classifier. A page's vector, (D), goes through
//
//	v/‖v‖ if Normalize ─▶ (v − Mean)·Scale ─▶ Hidden, ReLU after each ─▶ Kernel, Bias ─▶ log softmax
//
// or, with Neighbours, from the standardisation to a vote of the nearest pages.
type Head struct {
	Kind       string            // of the recipe that made it: "softmax"
	Dim        int               // D
	Classes    int               // K
	Normalize  bool              // each vector is first divided by its Euclidean length; zeros stay
	Mean       []float32         // (D) subtracted from each feature; nil: nothing is
	Scale      []float32         // (D) multiplied afterwards, 0 for a feature that never varied; nil: 1
	Hidden     []Dense           // layers before the last, often none
	Kernel     []float32         // (Width, K); nil with Neighbours
	Bias       []float32         // (K); nil with Neighbours
	Neighbours *Neighbours       // in place of Hidden, Kernel and Bias
	Options    map[string]string // what it was trained with, for people
}

// Dense is a fully connected layer.
type Dense struct {
	In, Out int
	Kernel  []float32 // (In, Out)
	Bias    []float32 // (Out)
}

// Width returns the number of values that the last layer takes.
func (h *Head) Width() int {
	if n := len(h.Hidden); n > 0 {
		return h.Hidden[n-1].Out
	}
	return h.Dim
}

// Parameters returns the number of values that the recipe trained: kernels,
// biases and, where it learns them, BatchNorm's scale and shift. For a vote of
// neighbours it is the values of the pages that are kept.
func (h *Head) Parameters() int64 {
	if h.Neighbours != nil {
		return int64(len(h.Neighbours.Pages.Kernel))
	}
	n := int64(len(h.Kernel)) + int64(len(h.Bias))
	for _, l := range h.Hidden {
		n += int64(len(l.Kernel)) + int64(len(l.Bias))
	}
	switch h.Kind {
	case DropoutBNSoftmaxName, DenseDropoutBNSoftmaxName:
		n += 2 * int64(h.Width())
	}
	return n
}

// factor returns what a vector is multiplied by before its standardisation.
func (h *Head) factor(x []float32) float64 {
	if !h.Normalize {
		return 1
	}
	return InverseLength(x)
}

// InverseLength returns 1/‖x‖, and 0 for a vector of zeros.
func InverseLength(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return 0
	}
	return 1 / math.Sqrt(sum)
}

// standard returns the standardisation of feature d.
func (h *Head) standard(d int) (mean, scale float64) {
	scale = 1
	if h.Mean != nil {
		mean = float64(h.Mean[d])
	}
	if h.Scale != nil {
		scale = float64(h.Scale[d])
	}
	return mean, scale
}

// LogSoftmax replaces logits, (K), by log probabilities.
func LogSoftmax(row []float64) {
	top := row[argmax(row)]
	sum := 0.0
	for _, v := range row {
		sum += math.Exp(v - top)
	}
	z := top + math.Log(sum)
	for k := range row {
		row[k] -= z
	}
}

// MeanLogProbabilities turns sums of the log probabilities of n pages, (K), into
// the log probabilities of the document that they make up: the means, normalised
// so that their exponentials add up to 1.
func MeanLogProbabilities(sums []float64, n int) {
	for k := range sums {
		sums[k] /= float64(n)
	}
	LogSoftmax(sums)
}

// argmax returns the index of the largest value, the first of equals.
func argmax(row []float64) int {
	best := 0
	for k, v := range row {
		if v > row[best] {
			best = k
		}
	}
	return best
}
