package featurize

import "sync"

// buffers is a pool of slices. Pixels and vectors of a batch are tens of megabytes, and a
// GPU computes tens of batches a second: allocating them each time would keep the garbage
// collector busy. (A sync.Pool is emptied by every second collection, of which decoding
// causes many a second.) It holds no more than was in use at some moment, which the
// channels between the stages bound.
type buffers[T any] struct {
	mu   sync.Mutex
	free [][]T
}

// get returns n values, which are what the last user left in them.
func (b *buffers[T]) get(n int) []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	if last := len(b.free) - 1; last >= 0 {
		s := b.free[last]
		b.free = b.free[:last]
		if cap(s) >= n {
			return s[:n]
		}
	}
	return make([]T, n)
}

// put returns a slice that is no longer in use.
func (b *buffers[T]) put(s []T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, s)
}
