package featurize

import (
	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// plan sorts the corpus into what must be read and what is already done.
type plan struct {
	read    []corpus.Entry     // files to open, in corpus order
	refresh []schemas.Document // rows whose path, label or split is out of date
	inPlace map[string]bool    // paths whose file is as recorded, to tell a moved file from a second copy

	settled      int // documents with nothing left to do
	failedBefore int // documents with a remembered failure
	pages        int // lower bound of the pages to compute
}

func makePlan(c *catalog, entries []corpus.Entry, opt Options) plan {
	p := plan{inPlace: make(map[string]bool, len(entries))}
	for _, e := range entries {
		if c.unchanged(e) != nil || c.failedBefore(e) {
			p.inPlace[e.Name()] = true
		}
	}
	for _, e := range entries {
		p.place(c, e, opt)
	}
	return p
}

func (p *plan) place(c *catalog, e corpus.Entry, opt Options) {
	if !opt.Rehash {
		if rows := c.unchanged(e); rows != nil && c.settled(rows, opt.RetryFailed) {
			p.settle(c, e, rows)
			return
		}
		if c.failedBefore(e) && !opt.RetryFailed {
			p.failedBefore++
			return
		}
	}
	p.read = append(p.read, e)
	p.pages += c.estimate(e)
}

// settle counts a document that needs no pixels, and notes rows to refresh.
func (p *plan) settle(c *catalog, e corpus.Entry, rows []schemas.Document) {
	if c.anyFailed(rows) {
		p.failedBefore++
	} else {
		p.settled++
	}
	p.refresh = append(p.refresh, refreshed(rows, e)...)
}

func (c *catalog) anyFailed(rows []schemas.Document) bool {
	for _, r := range rows {
		if _, failed := c.failures[r.Key()]; failed {
			return true
		}
	}
	return false
}

// estimate guesses how many pages of a file are to be computed: what is missing
// of a known one, one of another.
func (c *catalog) estimate(e corpus.Entry) int {
	n := 0
	for _, r := range c.unchanged(e) {
		if c.wanted(r.Key()) != 0 {
			n++
		}
	}
	return max(1, n)
}

// refreshed returns the rows as the entry now describes them; nothing if they
// are up to date.
func refreshed(rows []schemas.Document, e corpus.Entry) []schemas.Document {
	var out []schemas.Document
	for _, r := range rows {
		now := r
		now.Path, now.Label, now.Split = e.Name(), optional(e.Label), optional(e.Split)
		now.Modified = e.Modified
		if now.Path != r.Path || !equal(now.Label, r.Label) || !equal(now.Split, r.Split) ||
			now.Modified.UnixMicro() != r.Modified.UnixMicro() {
			out = append(out, now)
		}
	}
	return out
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func equal(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
