package main

import (
	"context"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cutpoint/model"
	"cutpoint/model/engine"
)

// gpuPair takes two batches on each of two GPUs: 20 ms a batch, of which each layer takes one.
type gpuPair struct {
	model.Profiler
	inside, most, measured atomic.Int64
}

func (e *gpuPair) Concurrency() int       { return 4 }
func (e *gpuPair) Processors() int        { return 2 }
func (e *gpuPair) Memory() uint64         { return 5e9 }
func (e *gpuPair) Peak() (float64, error) { return 1.6e15, nil }

func (e *gpuPair) Forward(context.Context, []uint8, []model.Cut, [][]float32) error {
	defer e.inside.Add(-1)
	e.most.Store(max(e.most.Load(), e.inside.Add(1)))
	time.Sleep(20 * time.Millisecond)
	return nil
}

func (e *gpuPair) Measure(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32, profile *model.Profile) error {
	e.measured.Add(1)
	for i := range model.Layers() {
		profile.Add(i, time.Millisecond)
	}
	return e.Forward(ctx, pixels, cuts, dst)
}

// TestBenchSideBySide: the rate is that of as many batches at a time as the engine takes, and
// the layers' times are those of one that is alone on one GPU.
func TestBenchSideBySide(t *testing.T) {
	cuts, err := model.ParseCuts("fc2")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		e := &gpuPair{}
		b := bench{cuts: cuts, rounds: 3, device: engine.Options{GPUs: []int{0, 1}, Batch: 8}, progress: func(int, round) {}}
		measuring := newMeasuring(b, e)
		rounds, err := measuring.all(t.Context())
		if err != nil || len(rounds) != 3 || e.most.Load() != 4 || e.measured.Load() != 3 {
			t.Fatalf("%v, %+v, %d at a time, %d measured", err, rounds, e.most.Load(), e.measured.Load())
		}
		m := measurement{Batch: 8, Cuts: []string{"fc2"}, Engine: "cuda pair"}
		m.sum(measuring, rounds)
		if m.PagesPerSecond.Median != 4*8/.02 || m.Concurrency != 4 || m.DeviceMemory != 5e9 || m.PeakGFLOPS != 1.6e6 {
			t.Errorf("%+v", m)
		}
		// 18 layers of 1 ms in 20 ms for 8 pages.
		if l := m.Layers[1]; len(m.Layers) != 18 || math.Abs(l.Milliseconds-1./8) > 1e-9 || math.Abs(l.Share-1./20) > 1e-9 || math.Abs(m.Rest-2./8) > 1e-9 {
			t.Errorf("%d layers, %+v, rest %v", len(m.Layers), l, m.Rest)
		}
		// Two GPUs would do 16 pages of it in that millisecond.
		if l, want := m.Layers[1], 16*2*224*224*64*64*9/1e-3/1e9; math.Abs(l.GFLOPS-want) > 1 {
			t.Errorf("%.0f GFLOP/s, want %.0f", l.GFLOPS, want)
		}
		var out strings.Builder
		if err := m.print(&out); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"rate     1600 pages/s (1600 to 1600 in 3 rounds)", "62.8 TFLOP/s, 3.9 % of the peak of 1600.0", "5.0 GB of the GPU's, 4 batches at a time", "µs a page", "TFLOP/s", "125.00"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("want %q in\n%s", want, out.String())
			}
		}
	})
}
