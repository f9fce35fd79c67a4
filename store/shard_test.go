package store

import (
	"context"
	"errors"
	"testing"

	"cutpoint/schemas"
)

// TestShardRunAgain commits a shard's rows, and then again as a scheduler does
// that did not hear of the first success: the rows are recognised, and the
// shard's number stays that of one commit.
func TestShardRunAgain(t *testing.T) {
	ctx := context.Background()
	s := newTestStore(t)
	table, err := s.CreateCut(cutOf(3))
	if err != nil {
		t.Fatal(err)
	}
	rows := testFeatures(0, 6, 3)
	if _, err := s.Documents().Append(ctx, documentsOf(rows), CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rows    []schemas.Feature
		app     string
		version int64
	}{
		{rows[:3], "shard 1/2", 1}, {rows[3:5], "shard 2/2", 1},
		{rows[:3], "shard 1/2", 1},                             // again
		{rows[:6], "shard 1/2", 2}, {rows[:6], "shard 2/2", 1}, // a larger share; nothing left of it
	} {
		mine, err := Open(s.Dir())
		if err != nil {
			t.Fatal(err)
		}
		mt, _, err := mine.Cut("fc2")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := mt.Append(ctx, c.rows, CommitInfo{App: c.app}); err != nil {
			t.Fatal(err)
		}
		if got := mt.log.Transaction(c.app); got != c.version {
			t.Errorf("%s has committed %d times, want %d", c.app, got, c.version)
		}
	}
	checkEach(t, scanAll(t, table), rows)
	commits, err := s.History(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if last := commits[len(commits)-1]; last.App != "shard 1/2" || last.AppVersion != 2 || last.RowsAdded != 1 {
		t.Errorf("history ends with %+v", last)
	}
	verifyClean(t, s)
}

func TestShardLocks(t *testing.T) {
	ctx := context.Background()
	s := newTestStore(t)
	one, err := s.LockShard(ctx, "1-of-2", 0)
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.LockShard(ctx, "2-of-2", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.LockShard(ctx, "1-of-2", 0); !errors.Is(err, ErrLocked) {
		t.Errorf("a shard twice: %v", err)
	}
	if _, err := s.Lock(ctx, 0); !errors.Is(err, ErrLocked) {
		t.Errorf("the store beside its shards: %v", err)
	}
	if err := errors.Join(one(), two()); err != nil {
		t.Fatal(err)
	}
	all, err := s.Lock(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer all()
	if _, err := s.LockShard(ctx, "1-of-2", 0); !errors.Is(err, ErrLocked) {
		t.Errorf("a shard beside the store: %v", err)
	}
}
