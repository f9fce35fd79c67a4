package featurize

import "sync"

// buffers lends slices and takes them back to be used again. Pixels and vectors of a
// batch take tens of megabytes, and a GPU takes tens of batches a second: making them
// anew would keep the collector busy. (A sync.Pool is emptied by every second
// collection, of which what is decoded causes many a second.) It holds no more than
// what was lent at some moment, which the channels between the stages bound.
type buffers[T any] struct {
	mu   sync.Mutex
	free [][]T
}

// take returns n values, which are what the last user left in them.
func (b *buffers[T]) take(n int) []T {
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

// give takes a slice back that nobody uses any more.
func (b *buffers[T]) give(s []T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, s)
}
