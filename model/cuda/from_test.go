package cuda

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/internal/float16"
)

// stored returns values as a cut has them after ReLU, half of them zero. They have eight
// bits, so that both precisions read the same.
func stored(from model.Cut, pages int) []float32 {
	random := rand.New(rand.NewPCG(23, uint64(from.Dim())))
	x := make([]float32, pages*from.Dim())
	for i := range x {
		x[i] = float16.FromBFloat16(float16.BFloat16(max(0, float32(random.NormFloat64()))))
	}
	return x
}

func forwardFrom(t *testing.T, e model.Engine, from model.Cut, x []float32, cuts []model.Cut) [][]float32 {
	t.Helper()
	n := len(x) / from.Dim()
	dst, whole := poisoned(n, cuts)
	if err := e.ForwardFrom(t.Context(), from, x, cuts, dst); err != nil {
		t.Fatal(err)
	}
	for i, c := range cuts {
		for j, v := range whole[i] {
			if inside := j < n*c.Dim(); inside != (v == v) {
				t.Fatalf("%s from %s: value %d of %d is %g", c, from, j, n*c.Dim(), v)
			}
		}
	}
	return dst
}

// TestForwardFrom holds what is derived from stored values against the CPU, on each target
// and in both precisions: means and maxima of a map, and a fully connected layer with the
// softmax behind it. TestEmulatedTail begins where the weights are most.
func TestForwardFrom(t *testing.T) {
	if testing.Short() {
		t.Skip("emulates fully connected layers")
	}
	derived(t, 2, "pool5 pool5-max,pool5-avg", "fc2 predictions")
}

// TestEmulatedTail derives all fully connected layers from pool5, which takes minutes:
// scripts/test-gpu asks for it.
func TestEmulatedTail(t *testing.T) {
	if os.Getenv("CUTPOINT_EMULATE") == "" {
		t.Skip("scripts/test-gpu: takes minutes")
	}
	derived(t, DefaultBatch, "pool5 pool5-avg,fc1,fc2,predictions")
}

// derived checks three pages, in batches of at most batch, on all emulated GPUs.
func derived(t *testing.T, batch int, list ...string) {
	onCPU, err := cpu.New(trunk(t, true), cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer onCPU.Close()
	for _, words := range list {
		source, targets, _ := strings.Cut(words, " ")
		from, cuts := cutsOf(t, source)[0], cutsOf(t, targets)
		x := stored(from, 3)
		want := forwardFrom(t, onCPU, from, x, cuts)
		for _, major := range []int{9, 8} {
			for _, precision := range model.Precisions() {
				t.Run(fmt.Sprintf("%s %d.0 %s", source, major, precision), func(t *testing.T) {
					b, _ := emulated(t, major, 0)
					b.top = true
					e := open(t, b, Options{Precision: precision, Batch: batch})
					got := forwardFrom(t, e, from, x, cuts)
					near(t, precision, cuts, got, want)
					for i, c := range cuts[:len(cuts)-1] {
						if next := cuts[i+1 : i+2]; next[0].From(c) { // in two steps
							equalFrom(t, precision, next, forwardFrom(t, e, c, got[i], next), got[i+1:])
						}
					}
				})
			}
		}
	}
}

// equalFrom: what is derived from values that the engine wrote is what it writes itself, in
// bfloat16 to the last bit.
func equalFrom(t *testing.T, precision string, cuts []model.Cut, got, want [][]float32) {
	t.Helper()
	for i, c := range cuts {
		if len(got[i]) != len(want[i]) || len(want[i]) == 0 {
			t.Fatalf("%s %s: %d values, directly %d", precision, c, len(got[i]), len(want[i]))
		}
		var difference, square float64
		for j, v := range got[i] {
			d, w := float64(v)-float64(want[i][j]), float64(want[i][j])
			difference, square = difference+d*d, square+w*w
		}
		limit := 0.0
		if precision == model.Float32 {
			limit = 1e-12 // 1e-6 relative RMS
		}
		t.Logf("%s %s: square of the relative RMS %.2g", precision, c, difference/square)
		if !(difference <= limit*square) {
			t.Errorf("%s %s: relative RMS %.2g² to the direct values", precision, c, difference/square)
		}
	}
}

// checkDerived derives every cut from every other one that it is a function of.
func checkDerived(t *testing.T, b bench, precision string) {
	t.Helper()
	e, cuts := open(t, b, Options{Precision: precision}), model.AllCuts()
	direct := run(t, b, e, drawn(5), cuts)
	for i, from := range cuts {
		for j, to := range cuts {
			if to.From(from) {
				equalFrom(t, precision, cuts[j:j+1], forwardFrom(t, e, from, direct[i], cuts[j:j+1]), direct[j:j+1])
			}
		}
	}
}

// TestForwardFromForward: what is derived from the values that Forward wrote is what Forward
// writes.
func TestForwardFromForward(t *testing.T) {
	if testing.Short() {
		t.Skip("emulates a page's first block")
	}
	cuts := cutsOf(t, "pool1,pool1-avg,pool1-max")
	for _, c := range []struct {
		major     int
		precision string
	}{{9, model.BFloat16}, {8, model.Float32}} {
		b, _ := emulated(t, c.major, 0)
		e := open(t, b, Options{Precision: c.precision})
		direct := run(t, b, e, drawn(1), cuts)
		got := forwardFrom(t, e, cuts[0], direct[0], cuts[1:])
		equalFrom(t, model.BFloat16, cuts[1:], got, direct[1:])
	}
}

func TestForwardFromRefuses(t *testing.T) {
	b, _ := emulated(t, 9, 0)
	e := open(t, idle(b), Options{Precision: model.BFloat16})
	pool4, pool5, fc1 := cutsOf(t, "pool4")[0], cutsOf(t, "pool5")[0], cutsOf(t, "fc1")[0]
	for _, c := range []struct {
		from, to model.Cut
		x        int
		want     string
	}{
		{pool5, pool4, pool5.Dim(), "no function"}, {model.Cut{}, pool4, 0, "no function"},
		{pool4, pool5, 7, "whole number"}, {pool5, fc1, pool5.Dim(), "no-top"},
	} {
		err := e.ForwardFrom(t.Context(), c.from, make([]float32, c.x), []model.Cut{c.to}, [][]float32{make([]float32, c.to.Dim())})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s from %s: error %v, want %q", c.to, c.from, err, c.want)
		}
	}
	if err := e.ForwardFrom(t.Context(), pool4, nil, []model.Cut{pool5}, [][]float32{nil}); err != nil {
		t.Errorf("no page: %v", err)
	}
	if err := e.ForwardFrom(t.Context(), pool4, make([]float32, pool4.Dim()), []model.Cut{pool5}, [][]float32{make([]float32, pool5.Dim())}); err != nil {
		t.Errorf("one page: %v", err)
	}
}
