package cpu

import (
	"sync"
	"sync/atomic"
)

// parallel calls task for every i < n on up to so many threads. Each takes the
// next i when it comes free, so that a thread which the machine holds up does not
// hold up the others.
func parallel(threads, n int, task func(i int)) {
	threads = min(threads, n)
	if threads <= 1 {
		for i := range n {
			task(i)
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			task(i)
		}
	}
	var others sync.WaitGroup
	for range threads - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}
