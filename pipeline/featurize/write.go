package featurize

import (
	"context"

	"cutpoint/schemas"
)

// part collects rows until it is worth a commit.
type part struct {
	Part
	batches []*batch // whose vectors the features are
	pages   int
	bytes   int64
}

func (r *run) newPart() *part {
	p := &part{}
	for _, c := range r.opt.Cuts {
		p.Features = append(p.Features, CutFeatures{Cut: c})
	}
	return p
}

// collectAll makes parts of batches: one whenever it is full, and one of the rest.
func (r *run) collectAll(ctx context.Context, in <-chan *batch, out chan<- *part) error {
	defer close(out)
	p := r.newPart()
	for b := range in {
		r.collect(p, b)
		if p.pages >= r.opt.PartPages || p.bytes >= r.opt.PartBytes || p.Records.len() >= maxRecords {
			if err := send(ctx, out, p); err != nil {
				return err
			}
			p = r.newPart()
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return send(ctx, out, p)
}

// write is the last stage: it hands parts to the sink, and lets go of their vectors.
func (r *run) write(ctx context.Context, in <-chan *part) error {
	watch := r.writing.watch()
	for p := range in {
		watch.waited()
		if err := r.sink.Write(ctx, &p.Part); err != nil {
			return err
		}
		r.progress.committed.Add(int64(p.pages))
		r.writing.pages.Add(int64(p.pages))
		for _, b := range p.batches {
			for i, v := range b.vectors {
				if v != nil {
					r.vectors[i].put(v)
				}
			}
		}
		watch.worked()
	}
	return ctx.Err()
}

func (r *run) collect(p *part, b *batch) {
	p.Records.add(b.records)
	p.batches = append(p.batches, b)
	for _, t := range b.pages {
		if t.wanted != 0 {
			p.pages++
		}
	}
	now := r.opt.Now()
	for i, c := range r.opt.Cuts {
		rows := &p.Features[i].Rows
		for n, t := range b.pages {
			if t.wanted&(1<<i) == 0 {
				continue
			}
			d := t.document
			*rows = append(*rows, schemas.Feature{
				DocumentID: d.DocumentID, Page: d.Page, Path: d.Path, Label: d.Label, Split: d.Split,
				FeaturizedAt: now, Embedding: b.vectors[i][n*c.Dim() : (n+1)*c.Dim()],
			})
			p.bytes += 4 * int64(c.Dim())
		}
	}
}
