package featurize

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"cutpoint/model"
	"cutpoint/schemas"
)

// compute is the engine's stage. The engine is made for the first batch that has
// pages, so that a run with nothing to do never packs weights.
func (r *run) compute(ctx context.Context, in <-chan *batch, out chan<- *batch) error {
	defer close(out)
	for b := range in {
		if len(b.pages) > 0 {
			return r.computeFrom(ctx, b, in, out)
		}
		if err := send(ctx, out, b); err != nil {
			return err
		}
	}
	return nil
}

// computeFrom makes the engine and computes first and all batches that follow, as many
// at a time as the engine wants. They leave in the order in which they came.
func (r *run) computeFrom(ctx context.Context, first *batch, in <-chan *batch, out chan<- *batch) (err error) {
	engine, err := r.newEngine()
	if err != nil {
		return fmt.Errorf("start the engine: %w", err)
	}
	defer func() {
		if e := engine.Close(); err == nil {
			err = e
		}
	}()
	r.opt.Log.Info("engine ready", "engine", engine.Name())
	workers := engine.Concurrency()
	r.computing.workers = workers
	g, ctx := errgroup.WithContext(ctx)
	// Two batches a worker wait ready, so that none waits for what could have been
	// made. A worker may run ahead of the slowest by two batches a worker: that many
	// wait with their vectors to be written in order.
	q := &queue{turn: make(chan struct{}, 1), ready: make(chan *batch, 2*workers), started: make(chan *batch, 2*workers)}
	q.turn <- struct{}{}
	g.Go(func() error { return relay(ctx, first, in, q.ready) })
	for range workers {
		g.Go(func() error { return r.work(ctx, engine, q) })
	}
	g.Go(func() error { return inOrder(ctx, q.started, out) })
	return g.Wait()
}

// queue hands batches to workers and remembers the order in which it did.
type queue struct {
	turn    chan struct{} // its holder moves a batch from ready to started, as one step
	ready   chan *batch   // to be computed
	started chan *batch   // by a worker, in order; computed once done is closed
	ended   bool
}

// next returns the next batch for a worker; nil when all are started. A holder of the
// turn that waits does not hold the other workers up: they could only wait, too.
func (q *queue) next(ctx context.Context) (*batch, error) {
	if _, err := receive(ctx, q.turn); err != nil {
		return nil, err
	}
	defer func() { q.turn <- struct{}{} }()
	if q.ended {
		return nil, nil
	}
	b, err := receive(ctx, q.ready)
	if err != nil {
		return nil, err
	}
	if b == nil {
		q.ended = true
		close(q.started)
		return nil, nil
	}
	b.done = make(chan struct{})
	return b, send(ctx, q.started, b)
}

// work is one worker.
func (r *run) work(ctx context.Context, engine model.Engine, q *queue) error {
	watch := r.computing.watch()
	for {
		b, err := q.next(ctx)
		if b == nil || err != nil {
			return err
		}
		watch.waited()
		if len(b.pages) > 0 {
			if err := r.forward(ctx, engine, b); err != nil {
				return err
			}
		}
		close(b.done)
		watch.worked()
	}
}

// forward computes all cuts that any page of the batch wants, in one pass.
func (r *run) forward(ctx context.Context, engine model.Engine, b *batch) error {
	var union uint64
	for _, p := range b.pages {
		union |= p.wanted
	}
	b.vectors = make([][]float32, len(r.opt.Cuts))
	var cuts []model.Cut
	var dst [][]float32
	for i, c := range r.opt.Cuts {
		if union&(1<<i) != 0 {
			b.vectors[i] = r.vectors[i].get(len(b.pages) * c.Dim())
			cuts, dst = append(cuts, c), append(dst, b.vectors[i])
		}
	}
	leave := r.passes.enter()
	err := engine.Forward(ctx, b.pixels, cuts, dst)
	leave()
	if err != nil {
		first := b.pages[0].document
		return fmt.Errorf("compute %d pages from %s page %d on: %w", len(b.pages), first.Path, first.Page, err)
	}
	r.progress.pages.Add(int64(len(b.pages)))
	r.computing.pages.Add(int64(len(b.pages)))
	r.pixels.put(b.pixels)
	b.pixels = nil
	if r.opt.DType == schemas.Float16 {
		r.roundHalves(b)
	}
	return nil
}

// relay sends first and all of in on, and closes out.
func relay(ctx context.Context, first *batch, in <-chan *batch, out chan<- *batch) (err error) {
	defer close(out)
	for b := first; b != nil && err == nil; b, err = receive(ctx, in) {
		if err := send(ctx, out, b); err != nil {
			return err
		}
	}
	return err
}

// inOrder sends batches on in the order of their start, each when it is computed.
func inOrder(ctx context.Context, started <-chan *batch, out chan<- *batch) error {
	for {
		b, err := receive(ctx, started)
		if b == nil || err != nil {
			return err
		}
		if _, err := receive(ctx, b.done); err != nil {
			return err
		}
		if err := send(ctx, out, b); err != nil {
			return err
		}
	}
}

// receive waits for a value, which is zero once the channel is closed. Its error is the
// context's.
func receive[T any](ctx context.Context, from <-chan T) (v T, err error) {
	select {
	case v = <-from:
		return v, nil
	case <-ctx.Done():
		return v, ctx.Err()
	}
}

func send[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
