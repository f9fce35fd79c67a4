package featurize

import (
	"context"
	"slices"
	"time"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// catalog is what the tables know when a run starts. It is only read afterwards.
type catalog struct {
	rows     []schemas.Document // sorted by key: a document's pages are neighbours
	byID     map[string]span    // document → its rows
	byPath   map[string]span    // path → the document last seen there
	failures map[schemas.PageKey]schemas.Failure
	failedAt map[string][]schemas.PageKey // path → its failures
	present  []Keys                       // in the order of Options.Cuts
}

// span is the half-open range of a document's rows.
type span struct{ from, to int }

func loadCatalog(ctx context.Context, t Tables, cuts []model.Cut) (*catalog, error) {
	c := &catalog{failures: map[schemas.PageKey]schemas.Failure{}, failedAt: map[string][]schemas.PageKey{}}
	rows, err := t.Documents(ctx)
	if err != nil {
		return nil, err
	}
	c.index(rows)
	failures, err := t.Failures(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range failures {
		c.failures[f.Key()] = f
		c.failedAt[f.Path] = append(c.failedAt[f.Path], f.Key())
	}
	for _, cut := range cuts {
		keys, err := t.Present(ctx, cut.String())
		if err != nil {
			return nil, err
		}
		c.present = append(c.present, keys)
	}
	return c, nil
}

func (c *catalog) index(rows []schemas.Document) {
	slices.SortFunc(rows, func(a, b schemas.Document) int { return a.Key().Compare(b.Key()) })
	c.rows = rows
	c.byID = make(map[string]span)
	c.byPath = make(map[string]span)
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].DocumentID == rows[from].DocumentID {
			to++
		}
		c.byID[rows[from].DocumentID] = span{from, to}
		// A path that held several documents stands for the one seen there last.
		if last, ok := c.byPath[rows[from].Path]; !ok || rows[last.from].FirstSeen.Before(rows[from].FirstSeen) {
			c.byPath[rows[from].Path] = span{from, to}
		}
		from = to
	}
}

// document returns a document's known rows; none if it was never seen.
func (c *catalog) document(id string) []schemas.Document {
	s := c.byID[id]
	return c.rows[s.from:s.to]
}

// unchanged returns the rows of the document that the entry was when it was last
// read, if its path, size and time of change are still the same.
func (c *catalog) unchanged(e corpus.Entry) []schemas.Document {
	s, ok := c.byPath[e.Name()]
	if !ok {
		return nil
	}
	rows := c.rows[s.from:s.to]
	if !sameFile(rows[0].Bytes, rows[0].Modified, e) {
		return nil
	}
	return rows
}

// failedBefore reports whether the entry, as it is now, failed as a whole.
func (c *catalog) failedBefore(e corpus.Entry) bool {
	for _, key := range c.failedAt[e.Name()] {
		f := c.failures[key]
		if f.Page == schemas.WholeDocument && f.Class != classUnreadable && sameFile(f.Bytes, f.Modified, e) {
			return true
		}
	}
	return false
}

// Times are compared as tables hold them, in microseconds.
func sameFile(bytes int64, modified time.Time, e corpus.Entry) bool {
	return bytes == e.Size && modified.UnixMicro() == e.Modified.UnixMicro()
}

// wanted returns the set of cuts, as bits in the order of Options.Cuts, at which
// the page is not yet in the tables.
func (c *catalog) wanted(key schemas.PageKey) uint64 {
	var bits uint64
	for i, keys := range c.present {
		if !keys.Has(key) {
			bits |= 1 << i
		}
	}
	return bits
}

// settled reports whether nothing is left to do for a document whose rows are known:
// all its pages are recorded, and each is at every cut or among the failures.
func (c *catalog) settled(rows []schemas.Document, retry bool) bool {
	if len(rows) == 0 || len(rows) != int(rows[0].Pages) {
		return false
	}
	for _, r := range rows {
		if _, failed := c.failures[r.Key()]; failed {
			if retry {
				return false
			}
			continue
		}
		if c.wanted(r.Key()) != 0 {
			return false
		}
	}
	return true
}

// row returns the page's documents row, or nil.
func (c *catalog) row(key schemas.PageKey) *schemas.Document {
	rows := c.document(key.DocumentID)
	i, found := slices.BinarySearchFunc(rows, key, func(d schemas.Document, k schemas.PageKey) int { return d.Key().Compare(k) })
	if !found {
		return nil
	}
	return &rows[i]
}
