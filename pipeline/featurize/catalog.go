package featurize

import (
	"context"
	"math"
	"slices"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// catalog is what the tables know when a run starts. It is only read once the
// plan is made.
type catalog struct {
	rows     []record // sorted by key: a document's pages are neighbours
	otherIDs map[documentID]string
	words    words
	// Documents that are not replaced, each by its first row: one of every path, and
	// all of the paths that have several.
	byPath     map[string]int32
	several    map[string][]int32
	replacedBy map[schemas.PageKey]*string // of the rows that are replaced
	failures   map[schemas.PageKey]schemas.Failure
	failedAt   map[string][]schemas.PageKey // path → its failures
	present    []Keys                       // in the order of Options.Cuts; nil for a cut without a table
}

func newCatalog() *catalog {
	return &catalog{
		otherIDs: map[documentID]string{}, words: newWords(), replacedBy: map[schemas.PageKey]*string{},
		failures: map[schemas.PageKey]schemas.Failure{}, failedAt: map[string][]schemas.PageKey{},
	}
}

func loadCatalog(ctx context.Context, s Stored, cuts []model.Cut) (*catalog, error) {
	c := newCatalog()
	if s == nil {
		c.present = make([]Keys, len(cuts))
		return c, nil
	}
	var packed [][]record
	err := s.Documents(ctx, func(rows []schemas.Document) error {
		records := make([]record, len(rows))
		for i, d := range rows {
			records[i] = c.pack(d)
		}
		packed = append(packed, records)
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.rows = slices.Concat(packed...)
	c.index()
	failures, err := s.Failures(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range failures {
		c.addFailure(f)
	}
	for _, cut := range cuts {
		keys, err := s.Present(ctx, cut.String())
		if err != nil {
			return nil, err
		}
		c.present = append(c.present, keys)
	}
	return c, nil
}

func (c *catalog) index() {
	slices.SortFunc(c.rows, func(a, b record) int { return a.compare(b.id, b.page) })
	c.byPath, c.several = make(map[string]int32, len(c.rows)), map[string][]int32{}
	for from := 0; from < len(c.rows); from += len(c.pagesFrom(from)) {
		r := &c.rows[from]
		if r.replaced {
			continue
		}
		one, ok := c.byPath[r.path]
		if !ok {
			c.byPath[r.path] = int32(from)
			continue
		}
		if c.several[r.path] == nil {
			c.several[r.path] = []int32{one}
		}
		c.several[r.path] = append(c.several[r.path], int32(from))
	}
}

// at returns the first rows of the documents that are recorded at a path and not
// replaced: one at most, unless a run was killed or runs did not see each other.
func (c *catalog) at(path string) []int32 {
	if all := c.several[path]; all != nil {
		return all
	}
	if one, ok := c.byPath[path]; ok {
		return []int32{one}
	}
	return nil
}

func (c *catalog) addFailure(f schemas.Failure) {
	c.failures[f.Key()] = f
	c.failedAt[f.Path] = append(c.failedAt[f.Path], f.Key())
	if r := c.row(f.Key()); r != nil {
		r.failed = true
	}
}

// pagesFrom returns the rows of the document whose first one is given.
func (c *catalog) pagesFrom(first int) []record {
	to := first + 1
	for to < len(c.rows) && c.rows[to].id == c.rows[first].id {
		to++
	}
	return c.rows[first:to]
}

// find returns where a page's row is, or would be.
func (c *catalog) find(key schemas.PageKey) (int, bool) {
	id, _ := packID(key.DocumentID)
	return slices.BinarySearchFunc(c.rows, key.Page, func(r record, page int32) int { return r.compare(id, page) })
}

// row returns the page's row, or nil.
func (c *catalog) row(key schemas.PageKey) *record {
	i, found := c.find(key)
	if !found {
		return nil
	}
	return &c.rows[i]
}

// document returns a document's known rows; none if it was never seen.
func (c *catalog) document(id string) []record {
	first, _ := c.find(schemas.PageKey{DocumentID: id, Page: math.MinInt32})
	if packed, _ := packID(id); first == len(c.rows) || c.rows[first].id != packed {
		return nil
	}
	return c.pagesFrom(first)
}

// unchanged returns the rows of the document that the entry was when it was last
// read, if its path, size and time of change are still the same: of several such
// documents, those of the one seen last.
func (c *catalog) unchanged(e corpus.Entry) []record {
	found := -1
	for _, first := range c.at(e.Name()) {
		r := &c.rows[first]
		if r.bytes != e.Size || r.modified != e.Modified.UnixMicro() {
			continue
		}
		if found < 0 || c.rows[found].firstSeen < r.firstSeen {
			found = int(first)
		}
	}
	if found < 0 {
		return nil
	}
	return c.pagesFrom(found)
}

// failedBefore returns the failure of the entry as a whole, as it is now, if it
// has one. Times are compared as tables hold them, in microseconds.
func (c *catalog) failedBefore(e corpus.Entry) (key schemas.PageKey, failed bool) {
	for _, key := range c.failedAt[e.Name()] {
		f := c.failures[key]
		if f.Page == schemas.WholeDocument && f.Class != classUnreadable &&
			f.Bytes == e.Size && f.Modified.UnixMicro() == e.Modified.UnixMicro() {
			return key, true
		}
	}
	return key, false
}

// wanted returns the set of cuts, as bits in the order of Options.Cuts, at which
// the page is not yet in the tables.
func (c *catalog) wanted(key schemas.PageKey) uint64 {
	var bits uint64
	for i, keys := range c.present {
		if keys == nil || !keys.Has(key) {
			bits |= 1 << i
		}
	}
	return bits
}

// settled reports whether nothing is left to do for a document whose rows are known:
// all chosen pages are recorded, and each is at every cut or among the failures.
func (c *catalog) settled(rows []record, pages PageRange, retry bool) bool {
	if len(rows) == 0 {
		return false
	}
	lacking := pages.of(rows[0].pages)
	for i := range rows {
		r := &rows[i]
		if !pages.Has(r.page) {
			continue
		}
		lacking--
		switch {
		case r.failed && retry:
			return false
		case !r.failed && c.wanted(c.key(r)) != 0:
			return false
		}
	}
	return lacking == 0
}
