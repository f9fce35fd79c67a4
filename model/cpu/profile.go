package cpu

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"cutpoint/model"
)

// Measure implements model.Profiler. A thread that waits for the others at a layer's end counts as working on it.
func (e *Engine) Measure(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32, profile *model.Profile) error {
	e.profile = profile
	defer func() { e.profile = nil }()
	return e.Forward(ctx, pixels, cuts, dst)
}

// Processors implements model.Profiler: the threads.
func (e *Engine) Processors() int { return e.threads }

// Memory implements model.Profiler: there is no GPU.
func (e *Engine) Memory() uint64 { return 0 }

// peakRounds makes a measurement of some milliseconds.
const peakRounds = 1 << 20

// Peak implements model.Profiler: what all threads reach with its kernel's multiply-adds in registers only: what no layer can pass. It is
// the best of some short runs, as other work on the machine can only lower it. Layers
// count the operations of their direct sums, of which Winograd's products do a quarter,
// and six times that in bfloat16 where AMX makes float32.
func (e *Engine) Peak() (float64, error) {
	best := 0.0
	for range 10 {
		var all sync.WaitGroup
		var operations atomic.Int64
		start := time.Now()
		for range e.threads {
			all.Go(func() { operations.Add(e.arithmetic.peak(peakRounds)) })
		}
		all.Wait()
		best = max(best, float64(operations.Load())/time.Since(start).Seconds())
	}
	return best, nil
}
