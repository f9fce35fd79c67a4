package derive

import (
	"context"

	"cutpoint/model"
	"cutpoint/schemas"
)

// part collects rows until it is worth a commit.
type part struct {
	features [][]schemas.Feature // in the order of Job.Cuts
	pages    int
	bytes    int64
}

// batch are pages that go through the engine together.
type batch struct {
	rows   []schemas.Feature // without their embeddings
	wanted []uint64          // the cuts that lack each row, as bits in the order of Job.Cuts
	x      []float32         // (len(rows), From.Dim())
}

// read sends the source table through the engine, and full parts to the writer.
func (r *run) read(ctx context.Context, parts chan<- part) error {
	var b batch
	p := r.newPart()
	flush := func() error {
		if err := r.compute(ctx, &b, &p); err != nil {
			return err
		}
		if p.pages < r.PartPages && p.bytes < r.PartBytes {
			return nil
		}
		defer func() { p = r.newPart() }()
		return r.send(ctx, p, parts)
	}
	err := r.Tables.Features(ctx, r.From.String(), func(rows []schemas.Feature) error {
		for _, row := range rows {
			if r.stopRequested() {
				return ErrStopped
			}
			if r.addMissing(&b, row); len(b.rows) < r.Batch {
				continue
			}
			if err := flush(); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	if r.stopped {
		err = nil
	}
	if err == nil {
		err = r.compute(ctx, &b, &p)
	}
	if err != nil {
		return err
	}
	return r.send(ctx, p, parts)
}

func (r *run) newPart() part { return part{features: make([][]schemas.Feature, len(r.Cuts))} }

func (r *run) send(ctx context.Context, p part, parts chan<- part) error {
	select {
	case parts <- p:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *run) stopRequested() bool {
	select {
	case <-r.Stop:
		r.stopped = true
	default:
	}
	return r.stopped
}

// addMissing adds a row to the batch if a cut lacks its page.
func (r *run) addMissing(b *batch, row schemas.Feature) {
	var wanted uint64
	for i, keys := range r.present {
		if !keys.Has(row.Key()) {
			wanted |= 1 << i
		}
	}
	if wanted == 0 {
		r.upToDate++
		return
	}
	b.x = append(b.x, row.Embedding...)
	row.Embedding = nil
	b.rows, b.wanted = append(b.rows, row), append(b.wanted, wanted)
}

// compute derives the batch's pages, adds them to the part and empties the batch.
func (r *run) compute(ctx context.Context, b *batch, p *part) error {
	n := len(b.rows)
	if n == 0 {
		return nil
	}
	if r.engine == nil {
		engine, err := r.NewEngine()
		if err != nil {
			return err
		}
		r.engine = engine
	}
	var any uint64 // the cuts that some page of the batch lacks
	for _, wanted := range b.wanted {
		any |= wanted
	}
	dst := make([][]float32, len(r.Cuts)) // kept by the part; nil for a cut that no page lacks
	var cuts []model.Cut
	var lacking [][]float32
	for i, c := range r.Cuts {
		if any&(1<<i) != 0 {
			dst[i] = make([]float32, n*c.Dim())
			cuts, lacking = append(cuts, c), append(lacking, dst[i])
		}
	}
	if err := r.engine.ForwardFrom(ctx, r.From, b.x, cuts, lacking); err != nil {
		return err
	}
	now := r.Now()
	for i, c := range r.Cuts {
		for k, row := range b.rows {
			if b.wanted[k]&(1<<i) == 0 {
				continue
			}
			row.FeaturizedAt, row.Embedding = now, dst[i][k*c.Dim():(k+1)*c.Dim()]
			p.features[i] = append(p.features[i], row)
			p.bytes += 4 * int64(c.Dim())
		}
	}
	p.pages += n
	r.Progress.pages.Add(int64(n))
	b.rows, b.wanted, b.x = b.rows[:0], b.wanted[:0], b.x[:0]
	return nil
}
