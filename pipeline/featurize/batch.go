package featurize

import (
	"context"
	"time"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// batch is what moves from the batches over the engine to the tables: up to
// Options.Batch pages to compute, and the rows that go with them or came before.
type batch struct {
	pixels  []uint8     // (len(pages), 224, 224, 3) RGB
	pages   []batchPage // what each row of pixels is
	vectors [][]float32 // per cut (len(pages), Dim), nil for a cut that no page wants; set by compute
	records Records
	done    chan struct{} // closed once it is computed; set when a worker starts it
}

// batchPage is a page of a batch.
type batchPage struct {
	document schemas.Document
	wanted   uint64 // cuts to store; 0 once it failed after all
}

// maxRecords bounds what piles up while documents bring no pages to compute.
const maxRecords = 4096

// batcher fills batches from documents in corpus order.
type batcher struct {
	run     *run
	out     chan<- *batch
	current *batch
	watch   *stopwatch              // waited is for pages
	seen    map[string]corpus.Entry // by document id, in this run
	left    int                     // pages until the limit
}

// batchAll is the stage: it ends the intake when the limit is reached or the run
// is asked to stop, and passes on what it has.
func (r *run) batchAll(ctx context.Context, order <-chan *document, out chan<- *batch) error {
	defer close(out)
	b := &batcher{run: r, out: out, watch: r.batching.watch(), seen: map[string]corpus.Entry{}, left: r.opt.Limit}
	b.current = &batch{records: Records{Documents: r.plan.refresh, Recovered: r.plan.gone}}
	for d := range order {
		b.watch.waited()
		if r.ended() {
			close(d.abandon)
			continue
		}
		if err := b.addDocument(ctx, d); err != nil {
			return err
		}
	}
	return b.flush(ctx)
}

func (b *batcher) addDocument(ctx context.Context, d *document) error {
	defer close(d.abandon)
	defer b.watch.worked()
	if _, err := receive(ctx, d.opened); err != nil {
		return err
	}
	b.watch.waited()
	if !b.run.opt.EveryCopy {
		if b.copyOf(d) {
			return nil
		}
		b.seen[d.id] = d.entry
	}
	b.run.progress.planned.Add(int64(len(d.due) - b.run.estimate(d)))
	b.recordDocument(d)
	failed := d.failure != nil || d.gaveUp
	for {
		b.watch.worked()
		select {
		case p, ok := <-d.pages:
			b.watch.waited()
			if !ok {
				b.run.progress.document(d.id, failed)
				return b.flushRecords(ctx)
			}
			failed = failed || p.failure != nil
			if err := b.addPage(ctx, d, p); err != nil {
				return err
			}
			if b.run.ended() {
				if p.number == d.due[len(d.due)-1] {
					b.run.progress.document(d.id, failed)
				}
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// estimate is what the plan counted for the document.
func (r *run) estimate(d *document) int {
	return r.catalog.estimate(r.catalog.unchanged(d.entry), r.opt.Pages)
}

// copyOf reports whether the document's content is already accounted for under
// another path, in this run or in the tables.
func (b *batcher) copyOf(d *document) bool {
	label, is := b.firstLabel(d)
	if !is {
		return false
	}
	b.run.progress.copies.Add(1)
	b.run.progress.planned.Add(-int64(b.run.estimate(d)))
	if label != d.entry.Label {
		b.run.progress.conflicts.Add(1)
		b.run.opt.Log.Warn("two copies of one document have different labels; the first one counts",
			"path", d.entry.Name(), "label", d.entry.Label, "first_label", label)
	}
	return true
}

// firstLabel returns the label of the document's first copy, if there is one.
func (b *batcher) firstLabel(d *document) (label string, is bool) {
	if first, again := b.seen[d.id]; again {
		return first.Label, true
	}
	c := b.run.catalog
	if rows := c.document(d.id); len(rows) > 0 && rows[0].inPlace && rows[0].path != d.entry.Name() {
		if known := c.words.pointer(rows[0].label); known != nil {
			label = *known
		}
		return label, true
	}
	whole := schemas.PageKey{DocumentID: d.id, Page: schemas.WholeDocument}
	is = b.run.plan.inPlace[whole] && c.failures[whole].Path != d.entry.Name()
	return d.entry.Label, is // failures have no label to differ from
}

// recordDocument notes what is to be written about the document as a whole.
func (b *batcher) recordDocument(d *document) {
	c, rec := b.run.catalog, &b.current.records
	rec.Documents = append(rec.Documents, c.refreshed(c.document(d.id), d.entry)...)
	if rows := c.document(d.id); len(rows) > 0 && rows[0].path != d.entry.Name() {
		b.run.progress.moved.Add(1)
	}
	if d.failure == nil && b.run.opt.Pages.of(int32(d.count)) == 0 && len(c.document(d.id)) == 0 {
		// It is accounted for by the row of its first page, which was not decoded.
		rec.Documents = append(rec.Documents, b.run.documentRow(d, page{}))
	}
	whole := schemas.PageKey{DocumentID: d.id, Page: schemas.WholeDocument}
	if d.failure != nil {
		rec.Failures = append(rec.Failures, *d.failure)
		b.run.opt.Log.Warn("document cannot be read", "path", d.failure.Path, "class", d.failure.Class, "reason", d.failure.Message)
	} else if _, ok := c.failures[whole]; ok {
		rec.Recovered = append(rec.Recovered, whole)
	}
	for _, old := range c.failedAt[d.entry.Name()] {
		if old.DocumentID != d.id { // the path holds another document now
			rec.Recovered = append(rec.Recovered, old)
		}
	}
}

func (b *batcher) addPage(ctx context.Context, d *document, p page) error {
	row := b.run.documentRow(d, p)
	rec := &b.current.records
	if known := b.run.catalog.row(row.Key()); known == nil || known.width == 0 {
		rec.Documents = append(rec.Documents, row)
	}
	if p.failure != nil {
		b.run.progress.planned.Add(-1)
		rec.Failures = append(rec.Failures, *p.failure)
		b.run.opt.Log.Warn("page cannot be read", "path", p.failure.Path, "page", p.number, "class", p.failure.Class, "reason", p.failure.Message)
		return nil
	}
	if _, failed := b.run.catalog.failures[row.Key()]; failed {
		rec.Recovered = append(rec.Recovered, row.Key())
	}
	if p.wanted == 0 {
		return nil
	}
	return b.addToBatch(ctx, batchPage{row, p.wanted}, p.pixels)
}

func (b *batcher) addToBatch(ctx context.Context, t batchPage, pixels []uint8) error {
	cur := b.current
	if cur.pixels == nil {
		cur.pixels = b.run.pixels.get(b.run.opt.Batch * model.InputShape().Len())[:0]
	}
	// Some 20 µs, while the page is in the cache: one goroutine can do it for tens of
	// thousands of pages a second, and readers need not know which batch a page is for.
	cur.pixels = append(cur.pixels, pixels...)
	cur.pages = append(cur.pages, t)
	b.run.prepared.put(pixels)
	if b.left--; b.left == 0 {
		b.run.endIntake()
		b.run.limitReached = true
	}
	if len(cur.pages) == b.run.opt.Batch {
		return b.flush(ctx)
	}
	return nil
}

func (b *batcher) flushRecords(ctx context.Context) error {
	if b.current.records.len() < maxRecords {
		return nil
	}
	return b.flush(ctx)
}

func (b *batcher) flush(ctx context.Context) error {
	if len(b.current.pages) == 0 && b.current.records.len() == 0 {
		return nil
	}
	full := b.current
	b.current = &batch{}
	return send(ctx, b.out, full)
}

func (r *run) documentRow(d *document, p page) schemas.Document {
	row := schemas.Document{
		DocumentID: d.id, Page: p.number, Path: d.entry.Name(),
		Label: optional(d.entry.Label), Split: optional(d.entry.Split),
		Format: d.format, Width: int32(p.width), Height: int32(p.height), Pages: int32(d.count),
		Bytes: d.entry.Size, Modified: d.entry.Modified, FirstSeen: r.opt.Now(),
	}
	if known := r.catalog.row(row.Key()); known != nil {
		row.FirstSeen = time.UnixMicro(known.firstSeen).UTC()
	}
	return row
}
