package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const lockFile = ".lock"

// Lock takes the store's lock (flock(2) on its file .lock), waiting for another
// run to end for at most wait; then it returns ErrLocked. Call unlock once when
// done. The lock saves two runs from computing the same features; the tables
// stay right without it. The file stays: removing it would let two runs hold
// locks on different files of that name.
func (s *Store) Lock(ctx context.Context, wait time.Duration) (unlock func() error, err error) {
	lock := flock.New(filepath.Join(s.dir, lockFile))
	if err := s.acquire(ctx, lock.TryLock, wait); err != nil {
		return nil, err
	}
	s.locked.Store(true)
	return func() error {
		s.locked.Store(false)
		return s.unlock(lock)
	}, nil
}

// LockShard is Lock for one of several runs that share the work: it keeps out
// another run of the same shard, and whoever wants the store for himself.
func (s *Store) LockShard(ctx context.Context, shard string, wait time.Duration) (unlock func() error, err error) {
	all, mine := flock.New(filepath.Join(s.dir, lockFile)), flock.New(filepath.Join(s.dir, lockFile+"-"+shard))
	if err := s.acquire(ctx, all.TryRLock, wait); err != nil {
		return nil, err
	}
	if err := s.acquire(ctx, mine.TryLock, wait); err != nil {
		return nil, errors.Join(err, s.unlock(all))
	}
	return func() error { return errors.Join(s.unlock(mine), s.unlock(all)) }, nil
}

// acquire tries until it holds a lock or the wait is over.
func (s *Store) acquire(ctx context.Context, try func() (bool, error), wait time.Duration) error {
	const retry = 100 * time.Millisecond
	for end := time.Now().Add(wait); ; {
		held, err := try()
		switch {
		case err != nil:
			return fmt.Errorf("lock store %s: %w", s.dir, err)
		case held:
			return nil
		case !time.Now().Before(end):
			return fmt.Errorf("store %s: %w", s.dir, ErrLocked)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("lock store %s: %w", s.dir, ctx.Err())
		case <-time.After(min(retry, time.Until(end))):
		}
	}
}

func (s *Store) unlock(lock *flock.Flock) error {
	if err := lock.Unlock(); err != nil {
		return fmt.Errorf("unlock store %s: %w", s.dir, err)
	}
	return nil
}
