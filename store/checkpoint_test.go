package store

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/files"
)

// newCheckpointed makes a store whose documents table has a checkpoint after
// every third entry, commits n changes to it and returns the snapshot after each.
func newCheckpointed(t *testing.T, n int) (*Store, []Snapshot) {
	t.Helper()
	s, err := newTestStoreWith(t, map[string]string{"delta.checkpointInterval": "3"})
	if err != nil {
		t.Fatal(err)
	}
	rows := documentsOf(testFeatures(0, n, 1))
	var history []Snapshot
	note := func() {
		snap, err := s.Documents().Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		history = append(history, snap)
	}
	note()
	for i := range n {
		put := []schemas.Document{rows[i]}
		if i%4 == 3 { // replaces a part
			put[0].DocumentID, put[0].Page = rows[i-1].DocumentID, rows[i-1].Page
			put[0].Path = "moved"
		}
		info := CommitInfo{App: fmt.Sprintf("shard-%d", i%2), Time: testTime.Add(time.Duration(i) * time.Hour)}
		if err := s.Documents().Upsert(context.Background(), put, nil, info); err != nil {
			t.Fatal(err)
		}
		note()
	}
	return s, history
}

func newTestStoreWith(t *testing.T, configuration map[string]string) (*Store, error) {
	t.Helper()
	dir := t.TempDir()
	f, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	s, err := newStore(f, dir, testDescription)
	if err != nil {
		return nil, err
	}
	for k, v := range configuration {
		s.documents.configuration[k] = v // failures has the same map
	}
	if err := s.documents.create(CommitInfo{}); err != nil {
		return nil, err
	}
	return Create(dir, testDescription)
}

func sameSnapshot(a, b Snapshot) bool {
	return a.Version == b.Version && a.Rows == b.Rows && slices.Equal(a.Parts, b.Parts) && maps.Equal(a.Configuration, b.Configuration)
}

func TestCheckpointsReplaceTheLog(t *testing.T) {
	s, history := newCheckpointed(t, 10)
	last := history[len(history)-1]
	folder := filepath.Join(s.Dir(), schemas.DocumentsTable, delta.LogFolder)
	for v, want := range map[int]bool{2: true, 3: false, 5: true, 8: true} {
		_, err := os.Stat(filepath.Join(folder, fmt.Sprintf("%020d.checkpoint.parquet", v)))
		if (err == nil) != want {
			t.Errorf("checkpoint %d: %v, want %v", v, err, want)
		}
	}
	verifyClean(t, s)
	for v := range 8 { // a cleaned log begins after a checkpoint
		if err := os.Remove(filepath.Join(folder, fmt.Sprintf("%020d.json", v))); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	snap, err := again.Documents().Snapshot()
	if err != nil || !sameSnapshot(snap, last) {
		t.Fatalf("opened from checkpoints: snapshot %v, error %v; want %v", snap, err, last)
	}
	for _, shard := range []string{"shard-0", "shard-1"} {
		if got := again.documents.log.Transaction(shard); got != 5 {
			t.Errorf("%s has committed %d times, want 5", shard, got)
		}
	}
	if r := verifyClean(t, again); len(r.Notes) != 1 {
		t.Errorf("verify notes %v, want one", r.Notes)
	}
}

// TestEveryVersion reads each version as it was, from a checkpoint or not.
func TestEveryVersion(t *testing.T) {
	s, history := newCheckpointed(t, 10)
	for v, want := range history {
		then, err := s.Documents().At(int64(v))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := then.Snapshot(); err != nil || !sameSnapshot(got, want) {
			t.Errorf("version %d: snapshot %v, error %v; want %v", v, got, err, want)
		}
		if got := int64(len(scanAll(t, then))); got != want.Rows {
			t.Errorf("version %d has %d rows, want %d", v, got, want.Rows)
		}
		if _, err := then.Append(context.Background(), documentsOf(testFeatures(50, 1, 1)), CommitInfo{}); err == nil {
			t.Errorf("version %d could be changed", v)
		}
	}
	for _, v := range []int64{-1, int64(len(history))} {
		if _, err := s.Documents().At(v); err == nil {
			t.Errorf("version %d exists", v)
		}
	}
	for when, want := range map[time.Duration]int64{0: 1, 90 * time.Minute: 2, 48 * time.Hour: 10} {
		if v, err := s.Documents().VersionAt(testTime.Add(when)); err != nil || v != want {
			t.Errorf("after %v: version %d, %v, want %d", when, v, err, want)
		}
	}
}

func checkpointOf(t *testing.T, s *Store, version int64) (name string, b []byte) {
	t.Helper()
	name = filepath.Join(s.Dir(), s.documents.log.CheckpointName(version))
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return name, b
}

// TestDamagedCheckpoint opens a table whose newest checkpoint is damaged: the log
// entries say the same, and Verify names it.
func TestDamagedCheckpoint(t *testing.T) {
	s, history := newCheckpointed(t, 6)
	name, whole := checkpointOf(t, s, 5)
	for _, b := range [][]byte{nil, whole[:len(whole)/2], slices.Concat(whole[:len(whole)/2], []byte("x"), whole[len(whole)/2+1:])} {
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
		again, err := Open(s.Dir())
		if err != nil {
			t.Fatal(err)
		}
		snap, err := again.Documents().Snapshot()
		if err != nil || !sameSnapshot(snap, history[len(history)-1]) {
			t.Fatalf("opened with a damaged checkpoint: snapshot %v, error %v; want %v", snap, err, history[len(history)-1])
		}
		r, err := s.Verify(context.Background())
		if err != nil || len(r.Problems) != 1 || !strings.Contains(r.Problems[0], filepath.Base(name)) {
			t.Fatalf("verify: problems %v, error %v; want one that names %s", r.Problems, err, filepath.Base(name))
		}
	}
}

// TestRemovedPartsStayRemoved recovers a table that was opened from a checkpoint:
// parts removed before it are no orphans.
func TestRemovedPartsStayRemoved(t *testing.T) {
	s, history := newCheckpointed(t, 9)
	again, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := again.Recover(context.Background())
	if err != nil || r.Adopted+r.Redundant+len(r.Notes) > 0 {
		t.Fatalf("recover: %+v, error %v; want nothing to do", r, err)
	}
	if snap, err := again.Documents().Snapshot(); err != nil || !sameSnapshot(snap, history[len(history)-1]) {
		t.Fatalf("after recovery: snapshot %v, error %v; want %v", snap, err, history[len(history)-1])
	}
}
