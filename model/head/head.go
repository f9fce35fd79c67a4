package head

import (
	"fmt"
	"math"
)

// Head is a trained classifier: a standardisation of the features and an affine
// map to K logits.
type Head struct {
	Kind    string            // the recipe that made it: "softmax"
	Dim     int               // D
	Classes int               // K
	Mean    []float32         // (D) subtracted from each feature
	Scale   []float32         // (D) multiplied afterwards; 0 for a feature that never varied
	Kernel  []float32         // (D, K)
	Bias    []float32         // (K)
	Options map[string]string // what it was trained with, for people
}

// Parameters returns the number of trained values: kernel, bias and, where the
// recipe learns it, the standardisation's scale and shift.
func (h *Head) Parameters() int64 {
	n := int64(h.Dim)*int64(h.Classes) + int64(h.Classes)
	if h.Kind == DropoutBNSoftmaxName {
		n += 2 * int64(h.Dim) // BatchNorm's gamma and beta
	}
	return n
}

// LogProbabilities returns the natural logarithm of every class's probability
// for every row of the view, (N, K). A row's values do not depend on the others.
func (h *Head) LogProbabilities(x Matrix) ([]float64, error) {
	if err := x.check(); err != nil {
		return nil, fmt.Errorf("predict: %w", err)
	}
	if x.Dim != h.Dim {
		return nil, fmt.Errorf("predict: the head takes %d features and the pages have %d: use the cut it was trained on", h.Dim, x.Dim)
	}
	n, k := x.Len(), h.Classes
	out := make([]float64, n*k)
	parallel(n, func(i int) {
		h.logits(x.Row(i), out[i*k:(i+1)*k])
		logSoftmax(out[i*k : (i+1)*k])
	})
	return out, nil
}

// Predict returns the most probable class of every row of the view, (N).
func (h *Head) Predict(x Matrix) ([]int, error) {
	logp, err := h.LogProbabilities(x)
	if err != nil {
		return nil, err
	}
	classes := make([]int, x.Len())
	for i := range classes {
		classes[i] = argmax(logp[i*h.Classes : (i+1)*h.Classes])
	}
	return classes, nil
}

// logits writes ((x − Mean)·Scale)·Kernel + Bias to dst, (K), summed in float64.
func (h *Head) logits(x []float32, dst []float64) {
	for k, b := range h.Bias {
		dst[k] = float64(b)
	}
	for d, v := range x {
		z := (float64(v) - float64(h.Mean[d])) * float64(h.Scale[d])
		if z == 0 {
			continue
		}
		for k, w := range h.Kernel[d*h.Classes : (d+1)*h.Classes] {
			dst[k] += z * float64(w)
		}
	}
}

// logSoftmax replaces logits, (K), by log probabilities. It returns the
// logarithm of the partition function.
func logSoftmax(row []float64) float64 {
	top := row[argmax(row)]
	sum := 0.0
	for _, v := range row {
		sum += math.Exp(v - top)
	}
	z := top + math.Log(sum)
	for k := range row {
		row[k] -= z
	}
	return z
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
