package store

import (
	"context"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// TestRecoverRace recovers again and again, without the lock, while others write:
// what looks like a dead run's part may be one that its writer is about to commit.
func TestRecoverRace(t *testing.T) {
	const writers, commits = 4, 25
	disk := files.On(filestest.NewDisk())
	s, err := createIn(disk, t.TempDir(), testDescription)
	if err != nil {
		t.Fatal(err)
	}
	var writing, recovering errgroup.Group
	var done atomic.Bool
	expected := contents{}
	for i := range writers {
		w := raceWriter{i, writers, commits}
		write := w.appendDocuments
		rows := w.documents()
		if i%2 == 1 {
			write = w.upsertDocuments
			rows = []schemas.Document{w.replaced(commits - 1)}
		}
		for _, r := range rows {
			expected[contentsKey("documents", r)] = writeOut(r)
		}
		writing.Go(func() error {
			mine, err := openIn(disk, s.Dir())
			if err != nil {
				return err
			}
			return write(mine)
		})
	}
	recovering.Go(func() error {
		for !done.Load() {
			mine, err := openIn(disk, s.Dir())
			if err != nil {
				return err
			}
			if _, err := mine.Recover(context.Background()); err != nil {
				return err
			}
		}
		return nil
	})
	err = writing.Wait()
	done.Store(true)
	if again := recovering.Wait(); err == nil {
		err = again
	}
	if err != nil {
		t.Fatal(err)
	}
	found := contents{}
	if err := addContents(found, s.Documents()); err != nil {
		t.Fatal(err)
	}
	if err := found.differ(expected); err != nil {
		t.Fatal(err)
	}
	verifyClean(t, s)
}
