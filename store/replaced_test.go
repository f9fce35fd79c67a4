package store

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"cutpoint/schemas"
)

// markReplaced marks the documents of rows 1 and 5 as replaced by that of row 2,
// gives rows 1 and 2 a warning, and returns the rows that are left.
func markReplaced(t *testing.T, s *Store, rows []schemas.Feature, when time.Time) []schemas.Feature {
	t.Helper()
	documents, dark := documentsOf(rows), "dark"
	documents[1].ReplacedBy, documents[5].ReplacedBy = &rows[2].DocumentID, &rows[2].DocumentID
	documents[1].Warning, documents[2].Warning = &dark, &dark
	if err := s.Documents().Upsert(context.Background(), documents, nil, CommitInfo{Time: when}); err != nil {
		t.Fatal(err)
	}
	left := append(slices.Clone(rows[:1]), rows[2:5]...)
	return append(left, rows[6:]...)
}

// checkView reads a view in every way.
func checkView(t *testing.T, v *View, want []schemas.Feature, tally Tally) {
	t.Helper()
	ctx := context.Background()
	sameRows(t, scanView(t, v), want)
	rows, err := v.Rows(ctx)
	if err != nil {
		t.Fatal(err)
	}
	data, err := v.Vectors(ctx)
	if err != nil || len(data) != v.Info.Dim*len(rows) {
		t.Fatalf("%d values for %d rows (%v)", len(data), len(rows), err)
	}
	for i := range rows {
		rows[i].Embedding = data[v.Info.Dim*i:][:v.Info.Dim]
	}
	sameRows(t, rows, want)
	documents, err := v.Documents(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range documents {
		n++
	}
	got, err := v.Tally(ctx)
	if err != nil || !reflect.DeepEqual(got, tally) || n != len(want) {
		t.Errorf("tally %+v and %d documents (%v), want %+v and %d", got, n, err, tally, len(want))
	}
}

// TestViewLeavesOutReplaced: whatever reads a view has the pages of documents that
// are still at their paths, unless it asks for all, or for a moment before.
func TestViewLeavesOutReplaced(t *testing.T) {
	s, _, rows := newScattered(t)
	now := time.Now()
	left := markReplaced(t, s, rows, now.Add(24*time.Hour))
	for name, c := range map[string]struct {
		when  Moment
		all   bool
		want  []schemas.Feature
		tally Tally
	}{
		"now":         {Moment{}, false, left, Tally{10, map[string]int{"dark": 1}, 2, 2}},
		"with all":    {Moment{}, true, rows, Tally{12, map[string]int{"dark": 2}, 2, 2}},
		"before it":   {Moment{Time: now.Add(time.Hour)}, false, rows, Tally{12, map[string]int{}, 0, 0}},
		"a day later": {Moment{Time: now.Add(25 * time.Hour)}, false, left, Tally{10, map[string]int{"dark": 1}, 2, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			views, err := s.Views(c.when, "fc2")
			if err != nil {
				t.Fatal(err)
			}
			views[0].WithReplaced = c.all
			checkView(t, views[0], c.want, c.tally)
		})
	}
}

// TestLateMark: a document that another run found elsewhere meanwhile is not marked,
// whichever of the two is first.
func TestLateMark(t *testing.T) {
	ctx := context.Background()
	rows := documentsOf(testFeatures(0, 2, 5))
	by, found := rows[1].DocumentID, rows[0]
	found.Path = "elsewhere.tif"
	mark := rows[0]
	mark.ReplacedBy = &by
	for _, order := range [][]schemas.Document{{mark, found}, {found, mark}} {
		s := newTestStore(t)
		for _, d := range slices.Concat(rows[:1], order) {
			if err := s.Documents().Upsert(ctx, []schemas.Document{d, rows[1]}, nil, CommitInfo{}); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range scanAll(t, s.Documents()) {
			if d.Key() == found.Key() && (d.Path != found.Path || d.ReplacedBy != nil) {
				t.Errorf("the document is at %s, replaced %v; want it at %s", d.Path, d.ReplacedBy != nil, found.Path)
			}
		}
		verifyClean(t, s)
	}
}

// TestCompactAndReplaced: compact keeps replaced documents and what is known of
// them, and drops them with those that are gone. A view shows the same before and
// after.
func TestCompactAndReplaced(t *testing.T) {
	ctx := context.Background()
	s, table, rows := newScattered(t)
	left := markReplaced(t, s, rows, time.Time{})
	view := func(want Tally) {
		t.Helper()
		views, err := s.Views(Moment{}, "fc2")
		if err != nil {
			t.Fatal(err)
		}
		checkView(t, views[0], left, want)
	}
	view(Tally{10, map[string]int{"dark": 1}, 2, 2})
	if done, err := s.Compact(ctx, CompactOptions{}); err != nil || done[0].Dropped != 0 {
		t.Fatalf("compact: %+v, %v", done, err)
	}
	sameRows(t, scanAll(t, table), rows)
	view(Tally{10, map[string]int{"dark": 1}, 2, 2})
	verifyClean(t, s)
	done, err := s.Compact(ctx, CompactOptions{Gone: func(_ string, replaced bool) bool { return replaced }})
	if err != nil || done[0].Dropped != 2 || done[2].Dropped != 2 {
		t.Fatalf("compact without what is gone: %+v, %v; want 2 rows dropped", done, err)
	}
	sameRows(t, scanAll(t, table), left)
	view(Tally{10, map[string]int{"dark": 1}, 0, 0})
	verifyClean(t, s)
}
