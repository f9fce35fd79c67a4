package featurize

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// budget is an amount of memory that the readers share. A reader waits until what it
// needs is free; what exceeds the whole budget counts as all of it.
type budget struct {
	size int64
	*semaphore.Weighted
}

func newBudget(size int64) budget { return budget{size, semaphore.NewWeighted(size)} }

// reserve waits until bytes of memory are free; release frees them again.
func (b budget) reserve(ctx context.Context, bytes int64) (release func(), err error) {
	bytes = min(max(bytes, 0), b.size)
	if err := b.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	return func() { b.Release(bytes) }, nil
}
