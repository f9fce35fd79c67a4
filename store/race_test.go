package store

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/files"
)

// TestRace lets eight stores write to one table without a lock.
func TestRace(t *testing.T) {
	dir := t.TempDir()
	disk, err := files.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := race(disk, dir, 8, 20); err != nil {
		t.Fatal(err)
	}
}

// race lets writers append to one table at once, and checks what stands there.
func race(d files.Disk, dir string, writers, commits int) error {
	s, err := createIn(files.On(d), dir, testDescription)
	if err != nil {
		return err
	}
	var group errgroup.Group
	for w := range writers {
		group.Go(func() error {
			mine, err := openIn(files.On(d), dir)
			if err != nil {
				return err
			}
			return raceWriter{w, writers, commits}.appendAll(mine)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return checkRaced(s, writers, commits)
}

// raceWriter is one of an even number that append to one table. Half of the rows
// of each commit are its own, half are also in a commit of its neighbour.
type raceWriter struct{ Number, Writers, Commits int }

const raceDim = 3

func (w raceWriter) appendAll(s *Store) error {
	rows := racedFeatures(w.Writers, w.Commits)
	table, err := s.CreateCut(cutOf(raceDim))
	for c := 0; err == nil && c < w.Commits; c++ {
		own := 2 * (c*w.Writers + w.Number)
		shared := 2*w.Writers*w.Commits + 2*(c*w.Writers/2+w.Number/2)
		batch := slices.Concat(rows[own:own+2], rows[shared:shared+2])
		_, err = table.Append(context.Background(), batch, CommitInfo{Run: fmt.Sprint(w.Number, "/", c)})
	}
	return err
}

// racedFeatures are the rows of all commits of all writers, once each.
func racedFeatures(writers, commits int) []schemas.Feature {
	return testFeatures(0, writers*commits*3, raceDim)
}

// checkRaced checks that every row of every commit is there once, that every
// commit is in the log once, and that nothing else is there.
func checkRaced(s *Store, writers, commits int) error {
	want := racedFeatures(writers, commits)
	if _, err := s.Documents().Append(context.Background(), documentsOf(want), CommitInfo{}); err != nil {
		return err
	}
	table, _, err := s.Cut(cutOf(raceDim).Cut)
	if err != nil {
		return err
	}
	found, expected := contents{}, contents{}
	if err := addContents(found, table); err != nil {
		return err
	}
	for _, r := range want {
		expected[contentsKey(table.Name(), r)] = writeOut(r)
	}
	if err := found.differ(expected); err != nil {
		return err
	}
	if err := checkRuns(s, table.Name(), writers, commits); err != nil {
		return err
	}
	notes, err := verified(s)
	if err == nil && len(notes) > 0 {
		err = fmt.Errorf("left behind: %v", notes)
	}
	return err
}

// checkRuns counts the commits of each writer in the log.
func checkRuns(s *Store, table string, writers, commits int) error {
	folder := path.Join(table, delta.LogFolder)
	entries, err := s.files.List(folder)
	if err != nil {
		return err
	}
	runs := map[string]int{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		b, err := s.files.Get(path.Join(folder, e.Name()), 1<<20)
		if err != nil {
			return err
		}
		for _, quoted := range regexp.MustCompile(`"cutpoint\.run":"[^"]+"`).FindAllString(string(b), -1) {
			runs[quoted]++
		}
	}
	for run, n := range runs {
		if n != 1 {
			return fmt.Errorf("%s made %d commits", run, n)
		}
	}
	if len(runs) != writers*commits {
		return fmt.Errorf("the log has %d commits of %d", len(runs), writers*commits)
	}
	return nil
}

func checkEach(t *testing.T, got, want []schemas.Feature) {
	t.Helper()
	at := map[schemas.PageKey]schemas.Feature{}
	for _, r := range got {
		at[r.Key()] = r
	}
	if len(got) != len(want) || len(at) != len(want) {
		t.Fatalf("%d rows of %d pages, want %d", len(got), len(at), len(want))
	}
	for _, r := range want {
		if !sameRow(at[r.Key()], r) {
			t.Fatalf("page %v differs", r.Key())
		}
	}
}

func TestUpsertRace(t *testing.T) {
	const writers, rounds = 4, 10
	s := newTestStore(t)
	rows := documentsOf(testFeatures(0, writers, 1))
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			mine, err := Open(s.Dir())
			if err != nil {
				t.Error(err)
				return
			}
			row := rows[w]
			for i := range rounds {
				row.Bytes = int64(i)
				if err := mine.Documents().Upsert(context.Background(), []schemas.Document{row}, nil, CommitInfo{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for w := range rows {
		rows[w].Bytes = rounds - 1
	}
	got := scanAll(t, s.Documents())
	slices.SortFunc(got, func(a, b schemas.Document) int { return a.Key().Compare(b.Key()) })
	sameRows(t, got, rows)
	verifyClean(t, s)
}

func TestLock(t *testing.T) {
	s := newTestStore(t)
	other, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	unlock, err := s.Lock(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{0, 150 * time.Millisecond} {
		if _, err := other.Lock(ctx, wait); !isLocked(err) {
			t.Errorf("lock what another run holds, waiting %v: error %v", wait, err)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := other.Lock(cancelled, time.Hour); err == nil || isLocked(err) {
		t.Errorf("cancelled while waiting for the lock: error %v, want one of its own", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	unlock, err = other.Lock(ctx, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

func isLocked(err error) bool { return errors.Is(err, ErrLocked) }
