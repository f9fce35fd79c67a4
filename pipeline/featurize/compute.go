package featurize

import (
	"context"
	"fmt"
	"time"

	"cutpoint/model"
	"cutpoint/schemas"
)

// compute is the engine's stage. The engine is made for the first batch that has
// pages, so that a run with nothing to do never packs weights.
func (r *run) compute(ctx context.Context, in <-chan *batch, out chan<- *batch) (err error) {
	defer close(out)
	var engine model.Engine
	defer func() {
		if engine != nil {
			if e := engine.Close(); err == nil {
				err = e
			}
		}
	}()
	for b := range in {
		if len(b.pages) > 0 {
			if engine == nil {
				if engine, err = r.newEngine(); err != nil {
					return fmt.Errorf("start the engine: %w", err)
				}
				r.opt.Log.Info("engine ready", "engine", engine.Name())
			}
			if err := r.forward(ctx, engine, b); err != nil {
				return err
			}
		}
		select {
		case out <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
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
			b.vectors[i] = make([]float32, len(b.pages)*c.Dim())
			cuts, dst = append(cuts, c), append(dst, b.vectors[i])
		}
	}
	start := time.Now()
	if err := engine.Forward(ctx, b.pixels, cuts, dst); err != nil {
		first := b.pages[0].document
		return fmt.Errorf("compute %d pages from %s page %d on: %w", len(b.pages), first.Path, first.Page, err)
	}
	r.progress.engine.Add(int64(time.Since(start)))
	r.progress.pages.Add(int64(len(b.pages)))
	b.pixels = nil
	if r.opt.DType == schemas.Float16 {
		r.roundHalves(b)
	}
	return nil
}
