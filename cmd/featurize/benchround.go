package main

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cutpoint/model"
)

// round is one measurement of the rate, of where the time goes and of the machine.
type round struct {
	passes          // as a run makes them
	layered passes  // those whose layers were timed
	peak    float64 // FLOP/s
}

// passes are batches that went through the engine.
type passes struct {
	pages int
	took  time.Duration
}

func (p passes) pagesPerSecond() float64 { return float64(p.pages) / p.took.Seconds() }

// roundTime is the least that a round takes.
const roundTime = time.Second

// measuring is a bench with its engine and memory.
type measuring struct {
	bench
	engine  model.Profiler
	profile *model.Profile // of the layers, by all rounds together
	pixels  []uint8        // (batch, 224, 224, 3)
	dst     [][][]float32  // for each pass at the same time, (batch, Dim) of each cut
}

func newMeasuring(b bench, engine model.Profiler) measuring {
	m := measuring{bench: b, engine: engine, profile: model.NewProfile(), pixels: madeUp(b.device.Batch)}
	for range engine.Concurrency() {
		var dst [][]float32
		for _, cut := range b.cuts {
			dst = append(dst, make([]float32, b.device.Batch*cut.Dim()))
		}
		m.dst = append(m.dst, dst)
	}
	return m
}

// all makes passes that do not count, in which memory is made, then the rounds.
func (m measuring) all(ctx context.Context) (rounds []round, err error) {
	if _, err := m.sideBySide(ctx, m.engine.Forward, len(m.dst), 0); err != nil {
		return nil, err
	}
	runtime.GC() // of the weights that the engine has packed
	for range m.rounds {
		r, err := m.round(ctx)
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, r)
		m.progress(len(rounds), r)
	}
	return rounds, nil
}

// round times the layers in the very passes that give the rate, if these come one after
// the other; else in one that is alone.
func (m measuring) round(ctx context.Context) (r round, err error) {
	if r.peak, err = m.engine.Peak(); err != nil {
		return r, err
	}
	if len(m.dst) == 1 {
		r.passes, err = m.sideBySide(ctx, m.measure, 1, roundTime)
		r.layered = r.passes
		return r, err
	}
	if r.passes, err = m.sideBySide(ctx, m.engine.Forward, len(m.dst), roundTime); err != nil {
		return r, err
	}
	r.layered, err = m.sideBySide(ctx, m.measure, 1, 0)
	return r, err
}

// forward is Forward of an engine, or measure.
type forward func(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error

func (m measuring) measure(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	return m.engine.Measure(ctx, pixels, cuts, dst, m.profile)
}

// sideBySide calls f from n goroutines until the time is over, each once at least.
func (m measuring) sideBySide(ctx context.Context, f forward, n int, least time.Duration) (passes, error) {
	var pages atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for i := range n {
		g.Go(func() error {
			for {
				if err := f(ctx, m.pixels, m.cuts, m.dst[i]); err != nil {
					return err
				}
				pages.Add(int64(m.device.Batch))
				if time.Since(start) >= least {
					return nil
				}
			}
		})
	}
	err := g.Wait()
	return passes{int(pages.Load()), time.Since(start)}, err
}

// madeUp returns pages of noise, which no arithmetic is faster for.
func madeUp(pages int) []uint8 {
	random := rand.New(rand.NewPCG(1, 0))
	pixels := make([]uint8, pages*model.InputShape().Len())
	for i := range pixels {
		pixels[i] = uint8(random.Uint32())
	}
	return pixels
}

// spread is a figure's median between its least and greatest value.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf sorts the values, of which there is one at least.
func spreadOf(values []float64) spread {
	slices.Sort(values)
	n := len(values)
	return spread{Median: (values[(n-1)/2] + values[n/2]) / 2, Min: values[0], Max: values[n-1]}
}
