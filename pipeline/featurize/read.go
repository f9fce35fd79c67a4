package featurize

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/raster"
	"cutpoint/schemas"
)

// pagesAhead is how many prepared pages of a document may wait for their turn.
const pagesAhead = 4

// document is a file on its way from the readers to the batches. A reader fills
// it, closes opened, then sends its pages and closes pages.
type document struct {
	entry   corpus.Entry
	opened  chan struct{}
	pages   chan page
	abandon chan struct{} // closed when further pages are not needed
	release func()        // frees the memory of the file's bytes

	// Valid once opened is closed.
	id      string // hash of the content, or pathID
	format  string
	count   int              // pages in the document
	due     []int32          // pages to decode
	gaveUp  string           // class of a page's failure before, which is not tried again; "" for none
	failure *schemas.Failure // of the document as a whole
}

// page is one prepared page, or its failure.
type page struct {
	number        int32
	width, height int // 0 if it could not be decoded
	warning       raster.Warning
	wanted        uint64  // cuts to store, as bits in the order of Options.Cuts
	pixels        []uint8 // (224, 224, 3) RGB; nil if it could not be decoded
	failure       *schemas.Failure
}

func newDocument(e corpus.Entry) *document {
	return &document{entry: e, opened: make(chan struct{}), pages: make(chan page, pagesAhead), abandon: make(chan struct{})}
}

// feed hands the plan's files out, to the batches and in the same order to the
// readers, until all are out or the intake ends. A file that a reader has must be
// on its way to the batches already: they release readers whose pages are not needed.
func (r *run) feed(ctx context.Context, jobs chan<- *document, order chan<- *document) error {
	defer close(jobs)
	defer close(order)
	for _, e := range r.plan.read {
		d := newDocument(e)
		var err error
		if d.release, err = r.fileMemory.reserve(ctx, r.held(e)); err != nil {
			return err
		}
		for _, to := range []chan<- *document{order, jobs} {
			select {
			case to <- d:
			case <-r.intakeEnded:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// held is how much of a file is held in memory: nothing of one that is refused.
func (r *run) held(e corpus.Entry) int64 {
	if e.Size > r.opt.Limits.MaxBytes {
		return 0
	}
	return e.Size
}

// reader is one of the goroutines that read and decode.
type reader struct {
	*run
	watch *stopwatch
}

// readAll is one reader's work.
func (r *run) readAll(ctx context.Context, jobs <-chan *document) error {
	one := reader{r, r.decoding.watch()}
	for d := range jobs {
		one.watch.waited()
		if err := one.read(ctx, d); err != nil {
			return err
		}
		one.watch.worked()
	}
	return nil
}

func (r reader) read(ctx context.Context, d *document) error {
	defer close(d.pages)
	defer d.release()
	doc, err := r.open(ctx, d)
	if err != nil {
		return err
	}
	if doc != nil {
		defer doc.Close()
	}
	r.choosePages(d)
	close(d.opened)
	for _, n := range d.due {
		p, err := r.prepare(ctx, d, doc, n)
		if err != nil {
			return err
		}
		r.watch.worked()
		select {
		case d.pages <- p:
		case <-d.abandon:
			r.watch.waited()
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
		r.watch.waited()
	}
	return nil
}

// open reads, hashes and opens the file; nil if that failed, which is recorded in d.
// Its error is the context's.
func (r *run) open(ctx context.Context, d *document) (*raster.Document, error) {
	data, err := d.entry.Read(r.opt.Limits.MaxBytes)
	if err != nil {
		d.id = pathID(d.entry.Name())
		d.failure = r.failure(d, schemas.WholeDocument, stageOpen, err)
		return nil, nil
	}
	sum := sha256.Sum256(data)
	d.id = hex.EncodeToString(sum[:])
	doc, err := raster.Open(ctx, data, r.opt.Limits, r.opt.Preparation.Decoding)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		d.failure = r.failure(d, schemas.WholeDocument, stageDecode, err)
		return nil, nil
	}
	d.format, d.count = doc.Format(), doc.Pages()
	return doc, nil
}

// choosePages lists the pages to decode: of those asked for the ones that lack a cut
// or their row, but for those that failed before, unless they are to be tried again.
func (r *run) choosePages(d *document) {
	first := r.opt.Pages.First
	for n := first; n < first+r.opt.Pages.of(int32(d.count)); n++ {
		key := schemas.PageKey{DocumentID: d.id, Page: n}
		failure, failed := r.catalog.failures[key]
		switch {
		case failed && !r.opt.RetryFailed:
			d.gaveUp = cmp.Or(d.gaveUp, failure.Class)
		case failed, r.catalog.wanted(key) != 0, r.catalog.row(key) == nil:
			d.due = append(d.due, n)
		}
	}
}

// prepare decodes a page and resizes it to what the trunk takes.
// Its error is the context's; what is wrong with the page is in the page.
func (r reader) prepare(ctx context.Context, d *document, doc *raster.Document, n int32) (page, error) {
	p := page{number: n, wanted: r.catalog.wanted(schemas.PageKey{DocumentID: d.id, Page: n})}
	image, release, err := r.decode(ctx, doc, n)
	if ctx.Err() != nil {
		return p, ctx.Err()
	}
	if err != nil {
		p.failure = r.failure(d, n, stageDecode, err)
		return p, nil
	}
	defer release()
	p.width, p.height = image.Width, image.Height
	if p.wanted != 0 {
		p.pixels = r.prepared.get(model.InputShape().Len())
		r.decoding.pages.Add(1)
		image.Prepare(p.pixels, model.InputShape().W, r.opt.Preparation)
	}
	p.warning = image.Warning
	return p, nil
}

// decode waits for the memory that the page needs; release frees it again.
func (r reader) decode(ctx context.Context, doc *raster.Document, n int32) (p *raster.Page, release func(), err error) {
	need, err := doc.Memory(int(n))
	if err != nil {
		return nil, nil, err
	}
	r.watch.worked()
	release, err = r.pageMemory.reserve(ctx, need)
	r.watch.waited()
	if err != nil {
		return nil, nil, err
	}
	if p, err = doc.Decode(ctx, int(n)); err != nil {
		release()
		return nil, nil, err
	}
	return p, release, nil
}
