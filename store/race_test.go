package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"cutpoint/schemas"
)

// TestRace lets eight stores write to one table without a lock; half of the
// rows of each commit are also in another's.
func TestRace(t *testing.T) {
	const writers, commits, each = 8, 20, 4
	s := newTestStore(t)
	info := cutOf(3)
	rows := testFeatures(0, (writers*commits+1)*each/2, info.Dim)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			mine, err := Open(s.Dir())
			if err != nil {
				t.Error(err)
				return
			}
			table, err := mine.CreateCut(info)
			if err != nil {
				t.Error(err)
				return
			}
			for c := range commits {
				from := (c*writers + w) * each / 2
				if _, err := table.Append(context.Background(), rows[from:from+each], CommitInfo{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if _, err := s.Documents().Append(context.Background(), documentsOf(rows), CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	table, _, err := s.Cut(info.Cut)
	if err != nil {
		t.Fatal(err)
	}
	checkEach(t, scanAll(t, table), rows)
	if r := verifyClean(t, s); len(r.Notes) > 0 {
		t.Errorf("left behind: %v", r.Notes)
	}
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
	got := scanAll(t, s.Documents())
	if len(got) != writers {
		t.Fatalf("%d rows, want %d", len(got), writers)
	}
	for _, r := range got {
		if r.Bytes != rounds-1 {
			t.Errorf("row %s ended at %d", r.DocumentID, r.Bytes)
		}
	}
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
			t.Errorf("after %v: %v", wait, err)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := other.Lock(cancelled, time.Hour); err == nil || isLocked(err) {
		t.Errorf("cancelled: %v", err)
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
