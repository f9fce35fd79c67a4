package train

import (
	"math"
	"slices"
	"testing"

	"cutpoint/model/head"
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
			if !(math.Abs(sum-1) <= 1e-9) {
				t.Fatalf("%s: probabilities sum to %g", trainer.Name(), sum)
			}
			if slices.Index(row, slices.Max(row)) == y {
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
		if want := slices.Index(distances, slices.Max(distances)); got[i] != want {
			t.Errorf("row %d: class %d, the nearest mean is of class %d (%v)", i, got[i], want, distances)
		}
	}
}

// TestKNNVotes: three pages in known directions, and a page between them.
func TestKNNVotes(t *testing.T) {
	d := Data{Matrix: head.Matrix{Values: []float32{1, 0, 0.9, 0.1, 0, 3, 0, 0}, Dim: 2}, Y: []int{0, 1, 1, 0}, Classes: 2}
	h, err := KNN{Neighbours: 3}.Train(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	// The nearest to (2, 0.1) are (1, 0), (0.9, 0.1) and (0, 3): votes 1 and 2.
	logp, err := h.LogProbabilities(head.Matrix{Values: []float32{2, 0.1}, Dim: 2})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{math.Log(2.0 / 5), math.Log(3.0 / 5)}; !slices.Equal(logp, want) {
		t.Errorf("log probabilities %v, want %v", logp, want)
	}
}
