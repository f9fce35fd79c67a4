package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"cutpoint/schemas"
)

const crashDim = 5

// crashRun is a small run of every kind of change. It can be repeated.
func crashRun(s *Store) error {
	ctx := context.Background()
	unlock, err := s.Lock(ctx, 0)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := s.Recover(ctx); err != nil {
		return err
	}
	rows := testFeatures(0, 20, crashDim)
	documents := documentsOf(rows)
	failed := schemas.Failure{DocumentID: "path:x", Page: schemas.WholeDocument, Path: "x", Modified: testTime, FailedAt: testTime}
	if err := s.Failures().Upsert(ctx, []schemas.Failure{failed}, nil, CommitInfo{}); err != nil {
		return err
	}
	if err := s.Documents().Upsert(ctx, documents[:10], nil, CommitInfo{}); err != nil {
		return err
	}
	documents[3].Path = "moved"
	if err := s.Documents().Upsert(ctx, documents[3:], nil, CommitInfo{}); err != nil {
		return err
	}
	table, err := s.CreateCut(cutOf(crashDim))
	if err != nil {
		return err
	}
	for i := 0; i < 20; i += 10 {
		if _, err := table.Append(ctx, rows[i:i+10], CommitInfo{}); err != nil {
			return err
		}
	}
	return s.Failures().Upsert(ctx, nil, []schemas.PageKey{failed.Key()}, CommitInfo{})
}

// content is all rows of a store, sorted and written out.
func content(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	table, _, err := s.Cut("fc2")
	if err != nil {
		t.Fatal(err)
	}
	features, documents := scanAll(t, table), scanAll(t, s.Documents())
	slices.SortFunc(features, func(a, b schemas.Feature) int { return a.Key().Compare(b.Key()) })
	slices.SortFunc(documents, func(a, b schemas.Document) int { return a.Key().Compare(b.Key()) })
	for _, r := range features {
		fmt.Fprintln(&b, r.DocumentID, r.Page, r.Path, r.FeaturizedAt, r.Embedding)
	}
	for _, r := range documents {
		fmt.Fprintln(&b, r.DocumentID, r.Page, r.Path, r.FirstSeen)
	}
	fmt.Fprintln(&b, len(scanAll(t, s.Failures())), "failures")
	return b.String()
}

func crashStore(t *testing.T, wrap func(files) files) (*Store, error) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := createIn(wrap(rootFiles{root}), dir, testDescription)
	if err == nil {
		err = crashRun(s)
	}
	if s == nil {
		s = &Store{}
	}
	s.dir = dir
	return s, err
}

// TestCrash fails every changing call once, by an error and by a kill, and then
// runs again on a sound disk: the store must end up as if nothing had happened.
func TestCrash(t *testing.T) {
	counter := newFaulty(nil, 0, false, nil)
	whole, err := crashStore(t, func(f files) files { counter.files = f; return counter })
	if err != nil {
		t.Fatal(err)
	}
	want := content(t, whole)
	calls := counter.calls.Load()
	t.Logf("%d changing calls", calls)
	for k := int64(1); k <= calls; k++ {
		for _, kill := range []bool{false, true} {
			cause := syscall.ENOSPC
			if kill {
				cause = syscall.EIO
			}
			s, err := crashStore(t, func(f files) files { return newFaulty(f, k, kill, cause) })
			if kill && err == nil && k < calls-1 {
				t.Fatalf("call %d: killed without an error", k)
			}
			if err != nil && !kill && (!errors.Is(err, cause) || !strings.Contains(err.Error(), "nothing is lost; free space and run again")) {
				t.Fatalf("call %d: unclear error: %v", k, err)
			}
			checkRecovered(t, s.dir, want, fmt.Sprintf("call %d, kill %v, after %v", k, kill, err))
		}
	}
}

func checkRecovered(t *testing.T, dir, want, when string) {
	t.Helper()
	s, err := Create(dir, testDescription)
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	if err := crashRun(s); err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	if got := content(t, s); got != want {
		t.Fatalf("%s: the store differs:\n%s\nwant\n%s", when, got, want)
	}
	if r := verifyClean(t, s); len(r.Notes) > 0 {
		t.Fatalf("%s: left behind: %v", when, r.Notes)
	}
}
