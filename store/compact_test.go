package store

import (
	"context"
	"slices"
	"strings"
	"testing"

	"cutpoint/schemas"
	"cutpoint/store/parquet"
)

// newScattered makes a store of twelve pages in four parts of each table.
func newScattered(t *testing.T) (*Store, *Table[schemas.Feature], []schemas.Feature) {
	t.Helper()
	ctx := context.Background()
	s := newTestStore(t)
	table, err := s.CreateCut(cutOf(5))
	if err != nil {
		t.Fatal(err)
	}
	rows := testFeatures(0, 12, 5)
	for i := 0; i < 12; i += 3 {
		if _, err := s.Documents().Append(ctx, documentsOf(rows[i:i+3]), CommitInfo{}); err != nil {
			t.Fatal(err)
		}
		if _, err := table.Append(ctx, rows[i:i+3], CommitInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	return s, table, rows
}

func partsOf[R Row](t *testing.T, table *Table[R]) Snapshot {
	t.Helper()
	snap, err := table.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func TestCompact(t *testing.T) {
	ctx := context.Background()
	s, table, rows := newScattered(t)
	before := partsOf(t, table)
	planned, err := s.Compact(ctx, CompactOptions{DryRun: true})
	if err != nil || partsOf(t, table).Version != before.Version {
		t.Fatalf("a dry run changed the table, or failed: %v", err)
	}
	done, err := s.Compact(ctx, CompactOptions{})
	if err != nil || !slices.Equal(done, planned) {
		t.Fatalf("compact did %v, error %v; planned %v", done, err, planned)
	}
	if c := done[0]; c.Before != 4 || c.After != 1 || c.Rewritten != 12 || c.Refreshed+c.Dropped > 0 {
		t.Errorf("compact: %+v, want 4 parts with 12 rows merged into 1", c)
	}
	sameRows(t, scanAll(t, table), rows)
	then, err := table.At(before.Version)
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, scanAll(t, then), rows) // the old version can still be read
	verifyClean(t, s)
	if again, err := s.Compact(ctx, CompactOptions{}); err != nil || again[0].Rewritten != 0 {
		t.Errorf("compacted twice: %+v, %v", again, err)
	}
}

func TestCompactKeepsToItsTarget(t *testing.T) {
	s, table, rows := newScattered(t)
	bytes := int64(6 * (4*5 + parquet.RowBytes))
	if _, err := s.Compact(context.Background(), CompactOptions{TargetBytes: bytes}); err != nil {
		t.Fatal(err)
	}
	for _, p := range partsOf(t, table).Parts {
		if p.Rows != 6 {
			t.Errorf("part of %d rows, want 6", p.Rows)
		}
	}
	sameRows(t, scanAll(t, table), rows)
	verifyClean(t, s)
}

// TestCompactRefreshes moves a document and relabels another.
func TestCompactRefreshes(t *testing.T) {
	ctx := context.Background()
	s, table, rows := newScattered(t)
	if _, err := s.Compact(ctx, CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	documents := documentsOf(rows)
	label := "invoice"
	documents[4].Path, documents[7].Label = "elsewhere.tif", &label
	if err := s.Documents().Upsert(ctx, documents, nil, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	done, err := s.Compact(ctx, CompactOptions{})
	if err != nil || done[0].Refreshed != 2 {
		t.Fatalf("compact after a move and a new label: %+v, error %v; want 2 rows refreshed", done, err)
	}
	rows[4].Path, rows[7].Label = "elsewhere.tif", &label
	sameRows(t, scanAll(t, table), rows)
	verifyClean(t, s)
}

func TestCompactDropsWhatIsGone(t *testing.T) {
	ctx := context.Background()
	s, table, rows := newScattered(t)
	failures := []schemas.Failure{
		{DocumentID: "path:a", Page: schemas.WholeDocument, Path: rows[2].Path, Modified: testTime, FailedAt: testTime},
		{DocumentID: "path:b", Page: schemas.WholeDocument, Path: "still/there", Modified: testTime, FailedAt: testTime},
	}
	if err := s.Failures().Upsert(ctx, failures, nil, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	gone := func(path string, replaced bool) bool {
		return slices.ContainsFunc([]string{rows[0].Path, rows[1].Path, rows[2].Path, rows[9].Path}, func(p string) bool { return p == path })
	}
	done, err := s.Compact(ctx, CompactOptions{Gone: gone})
	if err != nil || done[0].Dropped != 4 || done[1].Dropped != 1 || done[2].Dropped != 4 {
		t.Fatalf("compact without what is gone: %+v, error %v; want 4, 1 and 4 rows dropped", done, err)
	}
	want := slices.DeleteFunc(slices.Clone(rows), func(r schemas.Feature) bool { return gone(r.Path, false) })
	sameRows(t, scanAll(t, table), want)
	if left := scanAll(t, s.Failures()); len(left) != 1 || left[0].Path != "still/there" {
		t.Errorf("failures left: %v", left)
	}
	if left := scanAll(t, s.Documents()); len(left) != len(want) {
		t.Errorf("%d documents left", len(left))
	}
	verifyClean(t, s)
	if all, err := s.Compact(ctx, CompactOptions{Gone: func(string, bool) bool { return true }}); err != nil || all[0].After != 0 {
		t.Fatalf("compact with everything gone: %+v, error %v; want no parts left", all, err)
	}
	verifyClean(t, s)
}

// TestCompactBesideWriters appends from another handle between the plan of a
// merge and its commit, and takes a part away from it.
func TestCompactBesideWriters(t *testing.T) {
	ctx := context.Background()
	s, table, rows := newScattered(t)
	keep := func(f schemas.Feature) (schemas.Feature, bool) { return f, true }
	merges, err := table.merges(ctx, partsOf(t, table), keep, defaultTarget)
	if err != nil || len(merges) != 1 {
		t.Fatalf("plan: %v, error %v; want one merge", merges, err)
	}
	other, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	late := testFeatures(20, 3, 5)
	if _, err := other.Documents().Append(ctx, documentsOf(late), CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	beside, _, err := other.Cut("fc2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := beside.Append(ctx, late, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	if ok, err := table.merge(ctx, merges[0], keep, CommitInfo{}.Begin()); err != nil || !ok {
		t.Fatalf("merge after another writer's append: committed %v, error %v; want true", ok, err)
	}
	checkEach(t, scanAll(t, table), slices.Concat(rows, late))
	// The parts of the plan are gone now: a second commit of it would double rows.
	if ok, err := table.merge(ctx, merges[0], keep, CommitInfo{}.Begin()); err != nil || ok {
		t.Fatalf("merged parts that are gone: %v, %v", ok, err)
	}
	checkEach(t, scanAll(t, table), slices.Concat(rows, late))
	if r := verifyClean(t, s); len(r.Notes) > 0 {
		t.Errorf("left behind: %s", strings.Join(r.Notes, "; "))
	}
}
