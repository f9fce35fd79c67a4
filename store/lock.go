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
	const retry = 100 * time.Millisecond
	name := filepath.Join(s.dir, lockFile)
	lock := flock.New(name)
	held, err := lock.TryLock()
	if err == nil && !held && wait > 0 {
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		held, err = lock.TryLockContext(waiting, retry)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("lock store %s: %w", s.dir, err)
	}
	if !held {
		return nil, fmt.Errorf("store %s: %w", s.dir, ErrLocked)
	}
	s.locked.Store(true)
	return func() error {
		s.locked.Store(false)
		if err := lock.Unlock(); err != nil {
			return fmt.Errorf("unlock store %s: %w", s.dir, err)
		}
		return nil
	}, nil
}
