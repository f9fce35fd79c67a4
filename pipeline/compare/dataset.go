package compare

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"cutpoint/model"
	"cutpoint/schemas"
)

// Dataset is one cut's table.
type Dataset struct {
	Cut     model.Cut
	Version int64             // of the table, as its store counts
	Keys    []schemas.PageKey // (M), each once
	Paths   []string          // (M), or nil where label overrides by path are not needed
	Labels  []string          // (M), "" for a page without a label
	Splits  []string          // (M), "" for a page that the corpus assigned to none; nil if it never does
	Stored  int64             // bytes of the table's files; 0 if unknown
	// Vectors reads the vectors, (M, Cut.Dim()), in the order of Keys.
	Vectors func(context.Context) ([]float32, error)
}

// Load opens one cut's table. It is called once for each cut; its vectors are then
// read when they are needed.
type Load func(ctx context.Context, cut model.Cut) (*Dataset, error)

// check verifies lengths and that no page comes twice.
func (d *Dataset) check() error {
	n := len(d.Keys)
	if len(d.Labels) != n || d.Splits != nil && len(d.Splits) != n || d.Paths != nil && len(d.Paths) != n {
		return fmt.Errorf("cut %s has %d pages with %d labels, %d paths and %d splits",
			d.Cut, n, len(d.Labels), len(d.Paths), len(d.Splits))
	}
	sorted := slices.SortedFunc(slices.Values(d.Keys), schemas.PageKey.Compare)
	for i := 1; i < n; i++ {
		if sorted[i] == sorted[i-1] {
			return fmt.Errorf("cut %s has page %d of document %.12s twice: run compact on the store", d.Cut, sorted[i].Page, sorted[i].DocumentID)
		}
	}
	return nil
}

// path returns the i-th page's path, "" if paths are unknown.
func (d *Dataset) path(i int) string { return at(d.Paths, i) }

// split returns the i-th page's split, "" if it has none.
func (d *Dataset) split(i int) string { return at(d.Splits, i) }

// at returns the i-th of texts that may not be there.
func at(texts []string, i int) string {
	if texts == nil {
		return ""
	}
	return texts[i]
}

// table is what a comparison keeps of a Dataset.
type table struct {
	cut     model.Cut
	version int64
	pages   int   // M, labelled and common to all cuts or not
	stored  int64 // bytes
	rows    []int // (N) where the common pages are
	vectors func(context.Context) ([]float32, error)
	values  []float32 // (M, cut.Dim()); nil while they are not in memory
}

// newTable finds the pages that all tables have, by their keys.
func newTable(d *Dataset, common []schemas.PageKey) *table {
	t := &table{cut: d.Cut, version: d.Version, pages: len(d.Keys), stored: d.Stored,
		rows: make([]int, len(common)), vectors: d.Vectors}
	at := make(map[schemas.PageKey]int, len(d.Keys))
	for i, key := range d.Keys {
		at[key] = i
	}
	for i, key := range common {
		t.rows[i] = at[key]
	}
	return t
}

// load reads the vectors unless they are in memory.
func (t *table) load(ctx context.Context) error {
	if t.values != nil {
		return nil
	}
	values, err := t.vectors(ctx)
	if err != nil {
		return fmt.Errorf("load features of cut %s: %w", t.cut, err)
	}
	if want := t.pages * t.cut.Dim(); len(values) != want {
		return fmt.Errorf("cut %s has %d pages with %d values, want %d values", t.cut, t.pages, len(values), want)
	}
	t.values = values
	return nil
}

// row returns the i-th page's vector.
func (t *table) row(i int) []float32 {
	dim := t.cut.Dim()
	return t.values[i*dim : (i+1)*dim]
}

// inOrder sorts tables for training: those in memory first, and the smallest of them
// before the others, so that little is held when the larger ones are trained on.
func inOrder(tables []*table) []*table {
	read := func(t *table) int {
		if t.values != nil {
			return 0
		}
		return 1
	}
	return slices.SortedStableFunc(slices.Values(bySize(tables)), func(a, b *table) int { return cmp.Compare(read(a), read(b)) })
}
