package cpu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"

	"cutpoint/model"
)

// Options choose how an engine computes. The zero value is the fastest.
type Options struct {
	Threads int    // that compute at the same time; 0 is GOMAXPROCS
	Kernel  string // one of Kernels(Precision); "" is the fastest

	// Precision is of the arithmetic: model.Float32, or model.BFloat16, which rounds the
	// weights and each layer's input to bfloat16 and sums in float32; on AMX the pools' cuts
	// come out rounded, as the next layer reads them. "" is model.Float32.
	Precision string
}

// Engine computes VGG19 with packed weights of its own. It is a model.Profiler.
type Engine struct {
	name       string
	arithmetic arithmetic
	schedule   schedule
	threads    int
	source     string // of the weights, for messages
	colors     colors
	layers     []layer        // the trunk as far as there are weights
	deep       int            // the first layer that several pages go through together
	arenas     []arena        // one for each chunk of pages in work, made on first use
	strips     chan *arena    // of lines between two layers, one for each thread
	profile    *model.Profile // of the pass at hand, if it is measured
}

var _ model.Profiler = (*Engine)(nil)

// New packs the weights in parallel: 815 MB for the whole network in float32 (975 on AMX),
// and 410 in pairs (290 on AMX). It keeps nothing of w, which the
// caller may drop. Naming a kernel that this machine cannot run is an error.
func New(w *model.Weights, opt Options) (*Engine, error) {
	if opt.Threads < 0 {
		return nil, fmt.Errorf("start the CPU engine: %d threads: give a positive number, or 0 for all", opt.Threads)
	}
	threads := cmp.Or(opt.Threads, runtime.GOMAXPROCS(0))
	method, err := chooseArithmetic(opt, newWorkers(threads))
	if err != nil {
		return nil, fmt.Errorf("start the CPU engine: %w", err)
	}
	if err := w.CheckWhole(); err != nil {
		return nil, fmt.Errorf("start the CPU engine: %w", err)
	}
	e := &Engine{name: "cpu " + method.name(), arithmetic: method, schedule: method.schedule(), threads: threads, source: w.Source, colors: newColors(w.Preprocess)}
	e.strips = make(chan *arena, threads)
	for range threads {
		e.strips <- &arena{pairing: e.schedule.pairs}
	}
	e.pack(w)
	return e, nil
}

// Name says what computes: "cpu avx512 float32" or "cpu amx bfloat16".
func (e *Engine) Name() string { return e.name }

// Concurrency implements model.Engine: one pass uses all threads.
func (e *Engine) Concurrency() int { return 1 }

// Close lets go of the weights and the working memory.
func (e *Engine) Close() error {
	e.arithmetic, e.layers, e.arenas, e.strips = nil, nil, nil, nil
	return nil
}

// groupSize is the number of pages that go through the fully connected layers
// together. It bounds the memory of a large batch.
const groupSize = 64

// Forward implements model.Engine.
func (e *Engine) Forward(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	n, err := model.CheckForward(pixels, cuts, dst)
	if err != nil {
		return fmt.Errorf("run the CPU engine: %w", err)
	}
	return e.forward(ctx, input{pixels: pixels}, n, cuts, dst)
}

// ForwardFrom implements model.Engine.
func (e *Engine) ForwardFrom(ctx context.Context, from model.Cut, x []float32, cuts []model.Cut, dst [][]float32) error {
	n, err := model.CheckForwardFrom(from, x, cuts, dst)
	if err != nil {
		return fmt.Errorf("run the CPU engine: %w", err)
	}
	return e.forward(ctx, input{from: from, x: x}, n, cuts, dst)
}

// forward takes n pages from in to the cuts, a group at a time.
func (e *Engine) forward(ctx context.Context, in input, n int, cuts []model.Cut, dst [][]float32) error {
	if err := e.check(cuts); err != nil {
		return fmt.Errorf("run the CPU engine: %w", err)
	}
	if len(cuts) == 0 {
		return ctx.Err()
	}
	size := max(groupSize, e.threads)
	for first := 0; first < n; first += size {
		last := min(first+size, n)
		g := &group{engine: e, pages: last - first, input: in.pages(first, last), cuts: cuts, deepest: model.Deepest(cuts)}
		for i, c := range cuts {
			g.dst = append(g.dst, dst[i][first*c.Dim():last*c.Dim()])
		}
		if err := g.run(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// check refuses cuts that there are no weights for.
func (e *Engine) check(cuts []model.Cut) error {
	if e.layers == nil {
		return errors.New("the engine is closed")
	}
	if model.Deepest(cuts) >= len(e.layers) {
		return (&model.Weights{Source: e.source}).Check(cuts)
	}
	return nil
}
