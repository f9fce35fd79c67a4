package store

import "context"

// Tally counts the rows of a view.
type Tally struct {
	Pages             int64
	Warnings          map[string]int // of Pages, those with each warning
	ReplacedPages     int            // of the cut's table: their documents were replaced
	ReplacedDocuments int
}

// Tally counts. It reads the cut's rows, without embeddings, if it has to.
func (v *View) Tally(ctx context.Context) (Tally, error) {
	t := Tally{Pages: v.Snapshot.Rows, Warnings: map[string]int{}}
	pages, err := v.documents.pages(ctx)
	if err != nil || !pages.anyNoted() {
		return t, err
	}
	rows, err := tableRows(ctx, v.features)
	t.Pages = int64(len(rows))
	replaced := map[string]bool{}
	for _, r := range rows {
		d := pages[r.Key()]
		if d.replaced {
			t.ReplacedPages++
			replaced[r.DocumentID] = true
		}
		if d.warning != nil && (v.WithReplaced || !d.replaced) {
			t.Warnings[*d.warning]++
		}
	}
	t.ReplacedDocuments = len(replaced)
	if !v.WithReplaced {
		t.Pages -= int64(t.ReplacedPages)
	}
	return t, err
}
