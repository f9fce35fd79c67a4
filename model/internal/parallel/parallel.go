// Package parallel divides loops among threads.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// For calls task(0) … task(n-1) on all cores. The calls must write to separate
// memory; the result then does not depend on the number of cores.
func For(n int, task func(i int)) { Limited(runtime.GOMAXPROCS(0), n, task) }

// Limited is For on at most threads threads, one of which is the caller's. Each
// fetches the next i when it is free, so that a thread that the machine delays
// does not delay the others.
func Limited(threads, n int, task func(i int)) {
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
