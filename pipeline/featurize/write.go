package featurize

import (
	"context"
	"fmt"

	"cutpoint/schemas"
)

// part collects rows until it is worth a commit.
type part struct {
	records  records
	features [][]schemas.Feature // in the order of Options.Cuts
	batches  []*batch            // whose vectors the features are
	pages    int
	bytes    int64
}

func (r *run) newPart() *part { return &part{features: make([][]schemas.Feature, len(r.opt.Cuts))} }

// collectAll makes parts of batches: one whenever it is full, and one of the rest.
func (r *run) collectAll(ctx context.Context, in <-chan *batch, out chan<- *part) error {
	defer close(out)
	p := r.newPart()
	for b := range in {
		r.collect(p, b)
		if p.pages >= r.opt.PartPages || p.bytes >= r.opt.PartBytes || p.records.len() >= maxRecords {
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

// write is the last stage: it commits parts, and lets go of their vectors.
func (r *run) write(ctx context.Context, in <-chan *part) error {
	watch := r.writing.watch()
	for p := range in {
		watch.waited()
		if err := r.commit(ctx, p); err != nil {
			return err
		}
		for _, b := range p.batches {
			for i, v := range b.vectors {
				if v != nil {
					r.vectors[i].give(v)
				}
			}
		}
		watch.worked()
	}
	return ctx.Err()
}

func (r *run) collect(p *part, b *batch) {
	p.records.documents = append(p.records.documents, b.records.documents...)
	p.records.failures = append(p.records.failures, b.records.failures...)
	p.records.recovered = append(p.records.recovered, b.records.recovered...)
	p.batches = append(p.batches, b)
	for _, t := range b.pages {
		if t.wanted != 0 {
			p.pages++
		}
	}
	now := r.opt.Now()
	for i, c := range r.opt.Cuts {
		for n, t := range b.pages {
			if t.wanted&(1<<i) == 0 {
				continue
			}
			d := t.document
			p.features[i] = append(p.features[i], schemas.Feature{
				DocumentID: d.DocumentID, Page: d.Page, Path: d.Path, Label: d.Label, Split: d.Split,
				FeaturizedAt: now, Embedding: b.vectors[i][n*c.Dim() : (n+1)*c.Dim()],
			})
			p.bytes += 4 * int64(c.Dim())
		}
	}
}

// commit writes a part: first what is known of the documents, then their
// features, so that a crash in between leaves pages to compute and never a
// feature without its document.
func (r *run) commit(ctx context.Context, p *part) error {
	if len(p.records.documents) > 0 {
		if err := r.tables.PutDocuments(ctx, p.records.documents); err != nil {
			return fmt.Errorf("write %d rows of %s: %w", len(p.records.documents), schemas.DocumentsTable, err)
		}
	}
	if len(p.records.failures)+len(p.records.recovered) > 0 {
		if err := r.tables.PutFailures(ctx, p.records.failures, p.records.recovered); err != nil {
			return fmt.Errorf("write %d rows of %s: %w", len(p.records.failures), schemas.FailuresTable, err)
		}
	}
	for i, rows := range p.features {
		if len(rows) == 0 {
			continue
		}
		cut := r.opt.Cuts[i].String()
		if err := r.tables.AppendFeatures(ctx, cut, rows); err != nil {
			return fmt.Errorf("write %d pages of cut %s: %w", len(rows), cut, err)
		}
	}
	r.progress.committed.Add(int64(p.pages))
	r.writing.pages.Add(int64(p.pages))
	return nil
}
