package head

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls f(0) … f(n-1) on all cores. The calls write to separate places,
// so the result does not depend on how many cores there are.
func parallel(n int, f func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

// span is a half-open range of indexes.
type span struct{ lo, hi int }

func (s span) len() int { return s.hi - s.lo }

// spans divides 0 … n-1 into ranges of at most size. The division depends on
// its arguments only, which keeps sums in the same order on every machine.
func spans(n, size int) []span {
	var out []span
	for lo := 0; lo < n; lo += size {
		out = append(out, span{lo, min(lo+size, n)})
	}
	return out
}
