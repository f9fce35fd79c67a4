package store

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// step is one change of a store. Steps can be repeated: from wherever a run was
// cut off, running all of them again ends in the same rows.
type step struct {
	name    string
	do      func(ctx context.Context, s *Store) error
	several bool // it changes several tables, and may be seen half done
}

const crashDim = 5

// crashSteps are every kind of change that a store knows. Each changes rows by
// one commit at most, unless it says so.
func crashSteps() []step {
	rows := testFeatures(0, 20, crashDim)
	documents := documentsOf(rows)
	moved := documentsOf(rows)[3:]
	moved[0].Path = "moved"
	failed := schemas.Failure{DocumentID: "path:x", Page: schemas.WholeDocument, Path: "x", Modified: testTime, FailedAt: testTime}
	return []step{
		{name: "record a failure", do: putFailures([]schemas.Failure{failed})},
		{name: "record documents", do: putDocuments(documents[:10])},
		{name: "replace and add documents", do: putDocuments(moved)},
		{name: "make a cut", do: makeCut},
		{name: "append features", do: appendFeatures(rows[:10])},
		{name: "append features, half of them known", do: appendFeatures(rows[5:20])},
		{name: "write checkpoints", do: writeCheckpoints},
		{name: "merge parts", do: compactStore(nil)},
		{name: "drop a failure", do: putFailures(nil, failed.Key())},
		{name: "remove what no table needs", do: vacuumStore},
		{name: "drop a document", several: true, do: compactStore(func(path string, _ bool) bool { return path == documents[19].Path })},
	}
}

func makeCut(_ context.Context, s *Store) error {
	_, err := s.CreateCut(cutOf(crashDim))
	return err
}

func vacuumStore(ctx context.Context, s *Store) error {
	_, err := s.Vacuum(ctx, VacuumOptions{Delete: true, Now: time.Now().Add(time.Hour)})
	return err
}

func compactStore(gone func(path string, replaced bool) bool) func(context.Context, *Store) error {
	return func(ctx context.Context, s *Store) error {
		_, err := s.Compact(ctx, CompactOptions{Gone: gone})
		return err
	}
}

// writeCheckpoints does what commits do now and then, and shows its errors.
func writeCheckpoints(_ context.Context, s *Store) error {
	cut, _, err := s.Cut("fc2")
	if err != nil {
		return err
	}
	for _, log := range []*delta.Log{s.documents.log, s.failures.log, cut.log} {
		if err := log.Refresh(); err != nil {
			return err
		}
		if err := log.Checkpoint(); err != nil {
			return err
		}
	}
	return nil
}

func putFailures(put []schemas.Failure, drop ...schemas.PageKey) func(context.Context, *Store) error {
	return func(ctx context.Context, s *Store) error { return s.Failures().Upsert(ctx, put, drop, CommitInfo{}) }
}

func putDocuments(put []schemas.Document) func(context.Context, *Store) error {
	return func(ctx context.Context, s *Store) error { return s.Documents().Upsert(ctx, put, nil, CommitInfo{}) }
}

func appendFeatures(rows []schemas.Feature) func(context.Context, *Store) error {
	return func(ctx context.Context, s *Store) error {
		table, _, err := s.Cut("fc2")
		if err != nil {
			return err
		}
		_, err = table.Append(ctx, rows, CommitInfo{})
		return err
	}
}

// runSteps does what a program does: make or open the store, lock, recover, and
// then the steps. It returns how many of them had reported success; -1 if not
// even making the store had. With after, it is called with every such number.
func runSteps(d files.Disk, dir string, steps []step, after func(done int, s *Store) error) (done int, err error) {
	ctx := context.Background()
	s, err := createIn(files.On(d), dir, testDescription)
	if err != nil {
		return -1, err
	}
	unlock, err := s.Lock(ctx, 0)
	if err != nil {
		return 0, err
	}
	defer unlock()
	if _, err := s.Recover(ctx); err != nil {
		return 0, err
	}
	for done := 0; ; done++ {
		if after != nil {
			if err := after(done, s); err != nil {
				return done, err
			}
		}
		if done == len(steps) {
			return done, nil
		}
		if err := steps[done].do(ctx, s); err != nil {
			return done, fmt.Errorf("%s: %w", steps[done].name, err)
		}
	}
}

// contents is every row of a store, written out, by table and key.
type contents map[string]string

func readContents(s *Store) (contents, error) {
	c := contents{}
	err := addContents(c, s.Documents())
	if err == nil {
		err = addContents(c, s.Failures())
	}
	if err != nil {
		return nil, err
	}
	cuts, err := s.Cuts()
	for _, info := range cuts {
		table, _, err := s.Cut(info.Cut)
		if err == nil {
			err = addContents(c, table)
		}
		if err != nil {
			return nil, err
		}
	}
	return c, err
}

func addContents[R Row](c contents, table *Table[R]) error {
	return table.Scan(context.Background(), func(rows []R) error {
		for _, r := range rows {
			key := contentsKey(table.Name(), r)
			if _, ok := c[key]; ok {
				return fmt.Errorf("%s is there twice", key)
			}
			c[key] = writeOut(r)
		}
		return nil
	})
}

func contentsKey(table string, r Row) string { return fmt.Sprint(table, " ", r.Key()) }

// writeOut is a row as text, with its strings and not where they are.
func writeOut(row any) string {
	switch r := row.(type) {
	case schemas.Feature:
		label, split := textOf(r.Label), textOf(r.Split)
		r.Label, r.Split = nil, nil
		return fmt.Sprintf("%v %s %s %b", r, label, split, r.Embedding)
	case schemas.Document:
		label, split := textOf(r.Label), textOf(r.Split)
		r.Label, r.Split = nil, nil
		return fmt.Sprintf("%v %s %s", r, label, split)
	}
	return fmt.Sprint(row)
}

func textOf(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}

// differ says how got differs from want, or nothing.
func (c contents) differ(want contents) error {
	for key, row := range want {
		if c[key] != row {
			return fmt.Errorf("%s is %q instead of %q", key, c[key], row)
		}
	}
	for key := range c {
		if _, ok := want[key]; !ok {
			return fmt.Errorf("%s should not be there", key)
		}
	}
	return nil
}

// between checks that every row is as it was before or as it is after a step.
func (c contents) between(before, after contents) error {
	keys := maps.Clone(before)
	maps.Copy(keys, after)
	maps.Copy(keys, c)
	for key := range keys {
		row, ok := c[key]
		old, hadOld := before[key]
		next, hasNext := after[key]
		if !(ok == hadOld && row == old) && !(ok == hasNext && row == next) {
			return fmt.Errorf("%s is %q, neither %q nor %q", key, row, old, next)
		}
	}
	return nil
}

// undisturbed runs the steps on a sound disk and returns the contents after each.
func undisturbed(t *testing.T, steps []step) []contents {
	t.Helper()
	var states []contents
	_, err := runSteps(filestest.NewDisk(), t.TempDir(), steps, func(_ int, s *Store) error {
		c, err := readContents(s)
		states = append(states, c)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	end := fmt.Sprint(states[len(states)-1])
	for name, want := range map[string]int{"documents {": 19, "fc2 {": 19, "failures {": 0, "moved": 2} {
		if got := strings.Count(end, name); got != want {
			t.Fatalf("the undisturbed run ends with %d of %q, want %d", got, name, want)
		}
	}
	return states
}
