package cpu

import (
	"context"
	"math/rand/v2"
	"testing"

	"cutpoint/model"
)

// TestNetworkEnds is TestNetwork for emulators: a page through the first two blocks, and
// the fully connected layers from a random map, against float64 with the same limits.
func TestNetworkEnds(t *testing.T) {
	if !testing.Short() {
		t.Skip("TestNetwork: runs all layers")
	}
	pool5 := cutNamed(t, "pool5")
	x := make([]float32, pool5.Dim())
	r := rand.New(rand.NewPCG(23, 24))
	for i := range x {
		x[i] = max(0, float32(r.NormFloat64()))
	}
	cuts := affordable([]model.Cut{cutNamed(t, "pool1"), cutNamed(t, "pool2")})
	dense := []model.Cut{cutNamed(t, "fc1"), cutNamed(t, "fc2"), cutNamed(t, "predictions")}
	outputs := reference64(whole(), testPages(1), cuts[len(cuts)-1].Layer())
	denseOutputs := dense64From(whole(), x)
	check := func(opt Options, limit float64) {
		t.Run(opt.Kernel+" "+opt.Precision, func(t *testing.T) {
			e := newEngine(t, whole(), opt)
			defer e.Close()
			checkCuts(t, e, cuts, forward(t, e, testPages(1), cuts), outputs, limit)
			got := poisoned(dense, 1)
			if err := e.ForwardFrom(context.Background(), pool5, x, dense, got); err != nil {
				t.Fatal(err)
			}
			checkCuts(t, e, dense, got, denseOutputs, limit)
		})
	}
	for _, name := range Kernels(model.Float32) {
		check(Options{Kernel: name, Precision: model.Float32}, 1e-5)
	}
	for _, opt := range waysInBFloat16() {
		check(opt, 2e-2)
	}
}

// dense64From computes the fully connected layers from a map in float64; the outputs
// before them are nil.
func dense64From(w *model.Weights, pool5 []float32) [][]float64 {
	x := make([]float64, len(pool5))
	for i, v := range pool5 {
		x[i] = float64(v)
	}
	var outputs [][]float64
	params := w.Params
	for _, l := range model.Layers() {
		if l.Kind == model.Dense {
			x = dense64(x, l, params[0])
			outputs = append(outputs, x)
		} else {
			outputs = append(outputs, nil)
		}
		if l.KernelLen() > 0 {
			params = params[1:]
		}
	}
	return outputs
}
