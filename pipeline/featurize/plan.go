package featurize

import (
	"slices"

	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// plan sorts the corpus into what must be read and what is already done.
type plan struct {
	read    []corpus.Entry           // files to open, in corpus order
	refresh Records                  // rows whose path, label or split is out of date, or that were replaced; failures to list what can be listed again, or is gone
	inPlace map[schemas.PageKey]bool // failures whose file is as recorded, as record.inPlace

	replaced map[string]bool // documents whose path holds another one, by id

	settled      int            // documents with nothing left to do
	failedBefore map[string]int // documents with a remembered failure, by its class
	pages        int            // lower bound of the pages to compute
}

func makePlan(c *catalog, job Job, opt Options) plan {
	p := plan{inPlace: map[schemas.PageKey]bool{}, replaced: map[string]bool{}, failedBefore: map[string]int{}}
	p.refresh.Recovered = c.gone(job.Listing)
	c.keepUnknown(job.Listing)
	for _, e := range job.Entries {
		p.classify(c, e, opt)
	}
	return p
}

// keepUnknown takes documents below folders that could not be listed as being in place: a
// copy elsewhere does not get their rows.
func (c *catalog) keepUnknown(l corpus.Listing) {
	if len(l.Unlisted) == 0 {
		return
	}
	for path, first := range c.byPath {
		if l.Unknown(path) {
			c.rows[first].inPlace = true
		}
	}
}

// gone returns the failures of files and folders that could not be read and that the corpus
// has no more. A folder that can be listed again is one: the corpus has what it holds.
func (c *catalog) gone(l corpus.Listing) (keys []schemas.PageKey) {
	var paths []string
	for path, failed := range c.failedAt {
		if slices.ContainsFunc(failed, func(k schemas.PageKey) bool { return k.DocumentID == pathID(path) }) {
			paths = append(paths, path)
		}
	}
	for _, path := range l.Absent(paths) {
		keys = append(keys, schemas.PageKey{DocumentID: pathID(path), Page: schemas.WholeDocument})
	}
	return keys
}

// classify decides whether a file is read, and if not, why.
func (p *plan) classify(c *catalog, e corpus.Entry, opt Options) {
	rows := c.unchanged(e)
	failure, failed := c.failedBefore(e)
	if len(rows) > 0 {
		rows[0].inPlace = true
	}
	if failed {
		p.inPlace[failure] = true
	}
	switch {
	case !opt.Rehash && c.settled(rows, opt.Pages, opt.RetryFailed):
		p.settle(c, e, rows)
		p.replaceOthers(c, e, rows[0].id, nil)
	case !opt.Rehash && failed && !opt.RetryFailed:
		f := c.failures[failure]
		p.failedBefore[f.Class]++
		id, _ := packID(f.DocumentID)
		p.replaceOthers(c, e, id, &f)
	default:
		p.read = append(p.read, e)
		p.pages += c.estimate(rows, opt.Pages)
	}
}

// settle counts a document that needs no pixels, and notes rows to refresh.
func (p *plan) settle(c *catalog, e corpus.Entry, rows []record) {
	if i := slices.IndexFunc(rows, func(r record) bool { return r.failed }); i >= 0 {
		p.failedBefore[c.failures[c.key(&rows[i])].Class]++
	} else {
		p.settled++
	}
	p.refresh.add(c.refreshed(rows, e))
}

// estimate guesses how many pages of a file are to be computed: what is missing
// of a known one, one of another.
func (c *catalog) estimate(known []record, pages PageRange) int {
	n := 0
	for i := range known {
		if pages.Has(known[i].page) && c.wanted(c.key(&known[i])) != 0 {
			n++
		}
	}
	return max(1, n)
}

// refreshed returns the rows that are not as the entry now describes them, as they
// are then, and the failures of their pages.
func (c *catalog) refreshed(rows []record, e corpus.Entry) Records {
	var out Records
	name := e.Name()
	for i := range rows {
		r := &rows[i]
		if f := c.failures[c.key(r)]; r.failed && f.Path != name {
			f.Path, f.Modified = name, e.Modified
			out.Failures = append(out.Failures, f)
		}
		if r.path == name && r.modified == e.Modified.UnixMicro() &&
			!r.replaced && equal(c.words.pointer(r.label), optional(e.Label)) && equal(c.words.pointer(r.split), optional(e.Split)) {
			continue
		}
		now := c.unpack(r)
		now.Path, now.Label, now.Split, now.Modified = name, optional(e.Label), optional(e.Split), e.Modified
		now.ReplacedBy = nil
		out.Documents = append(out.Documents, now)
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
