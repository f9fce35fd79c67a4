package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
)

// TestRecover puts into a table what dead runs leave: a part with new rows, one
// with some, one with none, half a part, and temporary files.
func TestRecover(t *testing.T) {
	ctx := context.Background()
	s := newTestStore(t)
	table, err := s.CreateCut(cutOf(3))
	if err != nil {
		t.Fatal(err)
	}
	rows := testFeatures(0, 40, 3)
	if _, err := table.Append(ctx, rows[:20], CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Documents().Append(ctx, documentsOf(rows), CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	for _, span := range [][2]int{{5, 10}, {15, 25}, {25, 40}} {
		if _, err := table.writePart(ctx, rows[span[0]:span[1]]); err != nil {
			t.Fatal(err)
		}
	}
	half := partPrefix + uuid.NewString() + partSuffix
	for _, name := range []string{half, "." + partPrefix + uuid.NewString() + ".tmp", "_delta_log/.00000000000000000001.json." + uuid.NewString() + ".tmp", ".mine.tmp"} {
		if err := os.WriteFile(filepath.Join(s.Dir(), "fc2", name), []byte("PAR1 half"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.Recover(ctx)
	if err != nil || r.Temporary != 0 {
		t.Fatalf("without the lock, young files went: %+v %v", r, err)
	}
	if r.Adopted != 2 || r.Rows != 20 || r.Redundant != 1 || len(r.Notes) != 1 {
		t.Errorf("recovery: %+v, want 2 parts with 20 rows adopted, 1 redundant and a note", r)
	}
	unlock, err := s.Lock(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if r, err = s.Recover(ctx); err != nil || r.Temporary != 2 || r.Adopted != 0 {
		t.Errorf("recovery under the lock: %+v, error %v; want 2 temporary files removed", r, err)
	}
	checkEach(t, scanAll(t, table), rows)
	if r := verifyClean(t, s); len(r.Notes) != 1 { // half is kept, and named
		t.Errorf("verify notes %v, want one", r.Notes)
	}
	for _, name := range []string{half, ".mine.tmp"} {
		if _, err := os.Stat(filepath.Join(s.Dir(), "fc2", name)); err != nil {
			t.Error(err)
		}
	}
}
