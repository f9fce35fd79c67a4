package parallel

import (
	"sync/atomic"
	"testing"
)

func TestEveryTaskRunsOnce(t *testing.T) {
	for _, threads := range []int{-1, 0, 1, 2, 3, 64} {
		for _, n := range []int{0, 1, 2, 3, 100} {
			calls := make([]atomic.Int32, n)
			Limited(threads, n, func(i int) { calls[i].Add(1) })
			for i := range calls {
				if c := calls[i].Load(); c != 1 {
					t.Errorf("%d threads, %d tasks: task %d ran %d times", threads, n, i, c)
				}
			}
		}
	}
	var sum atomic.Int64
	For(1000, func(i int) { sum.Add(int64(i)) })
	if sum.Load() != 999*1000/2 {
		t.Errorf("the indexes add up to %d", sum.Load())
	}
}

// TestLimit: no more tasks run at a time than there are threads, and with several
// threads several do.
func TestLimit(t *testing.T) {
	const threads = 3
	var running, most atomic.Int32
	var together atomic.Int32 // tasks that wait for two others
	release := make(chan struct{})
	Limited(threads, 50, func(i int) {
		now := running.Add(1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		if i < threads {
			if together.Add(1) == threads {
				close(release)
			}
			<-release
		}
		running.Add(-1)
	})
	if most.Load() != threads {
		t.Errorf("%d tasks ran at a time, want %d", most.Load(), threads)
	}
}
