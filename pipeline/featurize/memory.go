package featurize

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// budget is an amount of memory that the readers share. A reader waits until what
// it is going to take is there; what exceeds the whole budget counts as all of it.
type budget struct {
	size int64
	*semaphore.Weighted
}

func newBudget(size int64) budget { return budget{size, semaphore.NewWeighted(size)} }

// take waits for bytes of memory and returns what gives them back.
func (b budget) take(ctx context.Context, bytes int64) (give func(), err error) {
	bytes = min(max(bytes, 0), b.size)
	if err := b.Acquire(ctx, bytes); err != nil {
		return nil, err
	}
	return func() { b.Release(bytes) }, nil
}
