package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"cutpoint/store/delta"
)

func TestVacuum(t *testing.T) {
	ctx := context.Background()
	s, table, rows := newScattered(t)
	before := partsOf(t, table)
	if _, err := s.Compact(ctx, CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	half := "fc2/" + partPrefix + uuid.NewString() + partSuffix
	temporary := "fc2/" + delta.LogFolder + "/.00000000000000000009.json." + uuid.NewString() + ".tmp"
	for _, name := range []string{half, temporary, "fc2/notes.txt", "fc2/part-mine.parquet"} {
		if err := os.WriteFile(filepath.Join(s.Dir(), name), []byte("PAR1"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	vacuum := func(opt VacuumOptions) []Leftover {
		t.Helper()
		found, err := s.Vacuum(ctx, opt)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := vacuum(VacuumOptions{OlderThan: time.Hour, Delete: true}); len(found) != 0 {
		t.Fatalf("young files went: %v", found)
	}
	later := time.Now().Add(2 * time.Hour)
	found := vacuum(VacuumOptions{OlderThan: time.Hour, Now: later})
	if len(found) != 4+4+2 { // parts of fc2 and documents, half, temporary
		t.Fatalf("found %d files, want 10: %v", len(found), found)
	}
	then, err := table.At(before.Version)
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, scanAll(t, then), rows) // nothing is removed unless told to
	if gone := vacuum(VacuumOptions{OlderThan: time.Hour, Now: later, Delete: true}); len(gone) != len(found) {
		t.Fatalf("removed %v, found %v before", gone, found)
	}
	for name, want := range map[string]bool{half: false, temporary: false, "fc2/notes.txt": true, "fc2/part-mine.parquet": true} {
		if _, err := os.Stat(filepath.Join(s.Dir(), name)); (err == nil) != want {
			t.Errorf("after vacuum %s: error %v, should be there: %v", name, err, want)
		}
	}
	sameRows(t, scanAll(t, table), rows)
	verifyClean(t, s)
	_, err = allRowsOf(then)
	if err == nil || !strings.Contains(err.Error(), "vacuum") {
		t.Errorf("a version whose parts are gone: %v", err)
	}
	if left := vacuum(VacuumOptions{Now: later}); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

func allRowsOf[R Row](table *Table[R]) (rows []R, err error) {
	err = table.Scan(context.Background(), func(r []R) error { rows = append(rows, r...); return nil })
	return rows, err
}

func TestVacuumKeepsTheNewestCheckpoint(t *testing.T) {
	s, history := newCheckpointed(t, 12)
	found, err := s.Vacuum(context.Background(), VacuumOptions{Delete: true, Now: time.Now().Add(time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	checkpoints := 0
	for _, l := range found {
		if strings.HasSuffix(l.Path, ".checkpoint.parquet") {
			checkpoints++
		}
	}
	if checkpoints != 3 { // of versions 2, 5 and 8; that of 11 stays
		t.Errorf("removed %d checkpoints, want 3: %v", checkpoints, found)
	}
	again, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if snap, err := again.Documents().Snapshot(); err != nil || !sameSnapshot(snap, history[len(history)-1]) {
		t.Fatalf("after vacuum: snapshot %v, error %v; want %v", snap, err, history[len(history)-1])
	}
	verifyClean(t, s)
}
