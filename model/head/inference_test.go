package head

import (
	"math"
	"slices"
	"testing"
)

// TestHiddenLayers compares a deep head with the definition, in batches of every
// size: a row's values may not depend on the others.
func TestHiddenLayers(t *testing.T) {
	h := shapes(t)["deep"].Head
	x := Matrix{Values: ramp(6 * 300), Dim: 6}
	whole, err := h.LogProbabilities(x)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 255, 256, 299} {
		alone, err := h.LogProbabilities(Matrix{Values: x.Values, Dim: 6, Rows: []int{i}})
		if err != nil || !slices.Equal(alone, whole[i*3:(i+1)*3]) {
			t.Errorf("row %d alone: %v (%v), among others %v", i, alone, err, whole[i*3:(i+1)*3])
		}
		v := make([]float64, 6)
		for j := range v {
			v[j] = float64(x.Row(i)[j])
		}
		for n, l := range append(slices.Clone(h.Hidden), Dense{In: 5, Out: 3, Kernel: h.Kernel, Bias: h.Bias}) {
			out := make([]float64, l.Out)
			for o := range out {
				out[o] = float64(l.Bias[o])
				for j := range v {
					out[o] += v[j] * float64(l.Kernel[j*l.Out+o])
				}
				if n < 2 {
					out[o] = max(out[o], 0)
				}
			}
			v = out
		}
		LogSoftmax(v)
		for k := range v {
			if !(math.Abs(v[k]-alone[k]) <= 1e-5) {
				t.Errorf("row %d: %v, want %v", i, alone, v)
				break
			}
		}
	}
}

// TestNormalize: the length of a vector says nothing to a head that normalises.
func TestNormalize(t *testing.T) {
	h := &Head{Kind: SoftmaxName, Dim: 3, Classes: 2, Normalize: true, Mean: ramp(3), Scale: []float32{1, 2, 3}, Kernel: ramp(6), Bias: ramp(2)}
	logp, err := h.LogProbabilities(Matrix{Values: []float32{3, 0, 4, 0.75, 0, 1, 0, 0, 0}, Dim: 3})
	if err != nil {
		t.Fatal(err)
	}
	plain := *h
	plain.Normalize = false
	want, err := plain.LogProbabilities(Matrix{Values: []float32{0.6, 0, 0.8, 0.6, 0, 0.8, 0, 0, 0}, Dim: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if !(math.Abs(logp[i]-want[i]) <= 1e-6) {
			t.Errorf("value %d: %g, want %g", i, logp[i], want[i])
		}
	}
}

func TestNearest(t *testing.T) {
	if got := nearest([]float32{1, 3, 3, 2, 3}, 2); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("nearest %v, want the first of equals, 1 and 2", got)
	}
}
