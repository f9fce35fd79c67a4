package fit

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
	X       []float32         // (N, Cut.Dim())
}

// Load reads one cut's table. It is called again for a cut rather than holding
// several matrices in memory at once.
type Load func(ctx context.Context, cut model.Cut) (*Dataset, error)

// check verifies lengths and that no page comes twice.
func (d *Dataset) check() error {
	n := len(d.Keys)
	if len(d.Labels) != n || d.Paths != nil && len(d.Paths) != n || len(d.X) != n*d.Cut.Dim() {
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

// row returns the i-th page's vector.
func (d *Dataset) row(i int) []float32 {
	dim := d.Cut.Dim()
	return d.X[i*dim : (i+1)*dim]
}
