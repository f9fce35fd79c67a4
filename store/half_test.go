package store

import (
	"context"
	"strings"
	"testing"

	"cutpoint/schemas"
)

func newHalfStore(t *testing.T) (*Store, *Table[schemas.Feature]) {
	t.Helper()
	d := testDescription
	d.DType = schemas.Float16
	s, err := Create(t.TempDir(), d)
	if err != nil {
		t.Fatal(err)
	}
	info := cutOf(8)
	info.DType = schemas.Float16
	table, err := s.CreateCut(info)
	if err != nil {
		t.Fatal(err)
	}
	return s, table
}

// TestHalfStoreTakesRoundedValues: a value that is no binary16 is refused, and so
// is a part with one that a dead run left.
func TestHalfStoreTakesRoundedValues(t *testing.T) {
	ctx := context.Background()
	s, table := newHalfStore(t)
	rows := testFeatures(0, 4, 8)
	_, err := table.Append(ctx, rows, CommitInfo{})
	if err == nil || !strings.Contains(err.Error(), rows[0].Path) || !strings.Contains(err.Error(), "float16") {
		t.Fatalf("values that are no float16: %v", err)
	}
	if _, err := table.writePart(ctx, rows); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Recover(ctx); err != nil || r.Adopted != 0 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "float16") {
		t.Errorf("recover a part of values that are no float16: %+v, error %v; want a note and nothing adopted", r, err)
	}
	for _, r := range rows {
		schemas.RoundHalf(r.Embedding)
	}
	if _, err := table.Append(ctx, rows, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Documents().Upsert(ctx, documentsOf(rows), nil, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	table, info, err := again.Cut("fc2")
	if err != nil || info.DType != schemas.Float16 {
		t.Fatalf("open fc2 again: value type %q, error %v; want %q", info.DType, err, schemas.Float16)
	}
	sameRows(t, scanAll(t, table), rows)
	verifyClean(t, again)
}

// TestOneDTypeAStore: neither half goes into a store of the other.
func TestOneDTypeAStore(t *testing.T) {
	half, _ := newHalfStore(t)
	full := newTestStore(t)
	for _, c := range []struct {
		store *Store
		dtype string
	}{{half, schemas.Float32}, {full, schemas.Float16}, {full, "float64"}, {full, ""}} {
		info := cutOf(8)
		info.Cut, info.DType = "fc1", c.dtype
		if _, err := c.store.CreateCut(info); err == nil {
			t.Errorf("a store of %s takes values of %q", c.store.Description().ValueType(), c.dtype)
		}
	}
	if _, err := Create(half.Dir(), full.Description()); err == nil || !strings.Contains(err.Error(), "dtype float16, not float32") {
		t.Errorf("create a float32 store in a float16 one: error %v", err)
	}
}
