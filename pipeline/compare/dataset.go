package compare

import (
	"context"
	"fmt"
	"slices"

	"cutpoint/model"
	"cutpoint/schemas"
)

// Dataset is one cut's table in memory.
type Dataset struct {
	Cut     model.Cut
	Version int64             // of the table, as its store counts
	Keys    []schemas.PageKey // (N), each once
	Paths   []string          // (N), or nil where label overrides by path are not needed
	Labels  []string          // (N), "" for a page without a label
	Splits  []string          // (N), "" for a page that the corpus assigned to none; nil if it never does
	Stored  int64             // bytes of the table's files; 0 if unknown
	X       []float32         // (N, Cut.Dim())
}

// Load reads one cut's table. It is called again for a cut rather than holding
// several matrices in memory at once.
type Load func(ctx context.Context, cut model.Cut) (*Dataset, error)

// check verifies lengths and that no page comes twice.
func (d *Dataset) check() error {
	n := len(d.Keys)
	if len(d.Labels) != n || d.Splits != nil && len(d.Splits) != n || d.Paths != nil && len(d.Paths) != n || len(d.X) != n*d.Cut.Dim() {
		return fmt.Errorf("cut %s has %d pages with %d labels, %d paths and %d values, want %d values",
			d.Cut, n, len(d.Labels), len(d.Paths), len(d.X), n*d.Cut.Dim())
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

// row returns the i-th page's vector.
func (d *Dataset) row(i int) []float32 {
	dim := d.Cut.Dim()
	return d.X[i*dim : (i+1)*dim]
}
