package head

import (
	"math"
	"slices"
	"testing"
)

// TestBaselinesFindAPlantedSignal: both baselines must beat chance by far on
// classes that differ in their means, and give probabilities.
func TestBaselinesFindAPlantedSignal(t *testing.T) {
	d := planted(11, 300, 20, 3, 3)
	train, test := d.Subset(all(300)[:200]), d.Subset(all(300)[200:])
	for _, trainer := range []Trainer{Centroid{}, KNN{}, KNN{Neighbours: 1}} {
		h, err := trainer.Train(t.Context(), train)
		if err != nil {
			t.Fatal(err)
		}
		logp, err := h.LogProbabilities(test.Matrix)
		if err != nil {
			t.Fatal(err)
		}
		right := 0
		for i, y := range test.labels() {
			row, sum := logp[i*3:(i+1)*3], 0.0
			for _, v := range row {
				sum += math.Exp(v)
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Fatalf("%s: probabilities sum to %g", trainer.Name(), sum)
			}
			if argmax(row) == y {
				right++
			}
		}
		if right < 55 { // chance is 33
			t.Errorf("%s: %d of 100 are right", trainer.Name(), right)
		}
	}
}

// TestCentroidIsTheNearestMean compares with the definition.
func TestCentroidIsTheNearestMean(t *testing.T) {
	d := planted(12, 60, 5, 3, 1)
	h, err := Centroid{}.Train(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Predict(d.Matrix)
	if err != nil {
		t.Fatal(err)
	}
	z := make([]float64, 60*5)
	var centre [3][5]float64
	var count [3]float64
	for i := range 60 {
		for j, v := range d.Row(i) {
			z[i*5+j] = (float64(v) - float64(h.Mean[j])) * float64(h.Scale[j])
		}
		count[d.Y[i]]++
		for j, v := range z[i*5 : (i+1)*5] {
			centre[d.Y[i]][j] += v
		}
	}
	for i := range 60 {
		distances := make([]float64, 3)
		for k := range distances {
			for j := range 5 {
				diff := z[i*5+j] - centre[k][j]/count[k]
				distances[k] -= diff * diff
			}
		}
		if want := argmax(distances); got[i] != want {
			t.Errorf("row %d: class %d, the nearest mean is of class %d (%v)", i, got[i], want, distances)
		}
	}
}

// TestKNNVotes: three pages in known directions, and a page between them.
func TestKNNVotes(t *testing.T) {
	d := Data{Matrix: Matrix{Values: []float32{1, 0, 0.9, 0.1, 0, 3, 0, 0}, Dim: 2}, Y: []int{0, 1, 1, 0}, Classes: 2}
	h, err := KNN{Neighbours: 3}.Train(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	// The nearest to (2, 0.1) are (1, 0), (0.9, 0.1) and (0, 3): votes 1 and 2.
	logp, err := h.LogProbabilities(Matrix{Values: []float32{2, 0.1}, Dim: 2})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{math.Log(2.0 / 5), math.Log(3.0 / 5)}; !slices.Equal(logp, want) {
		t.Errorf("log probabilities %v, want %v", logp, want)
	}
	if got := nearest([]float32{1, 3, 3, 2, 3}, 2); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("nearest %v, want the first of equals, 1 and 2", got)
	}
}

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
		logSoftmax(v)
		for k := range v {
			if math.Abs(v[k]-alone[k]) > 1e-5 {
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
		if math.Abs(logp[i]-want[i]) > 1e-6 {
			t.Errorf("value %d: %g, want %g", i, logp[i], want[i])
		}
	}
}
