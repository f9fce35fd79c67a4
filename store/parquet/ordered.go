package parquet

import "context"

// ordered runs work for 0 … n-1, up to ahead of them at once, and emits each in
// that order from the calling goroutine. Each has a page of memory from work to
// emit. The first error ends it, after the work under way has ended.
func ordered(ctx context.Context, n, ahead int, work, emit func(i int, p *newPage) error) (err error) {
	type slot struct {
		page newPage
		done chan error
	}
	slots := make([]slot, min(n, ahead))
	started := 0
	start := func() {
		s, i := &slots[started%len(slots)], started
		go func() { s.done <- guarded(func() error { return work(i, &s.page) }) }()
		started++
	}
	for i := range slots {
		slots[i].done = make(chan error, 1)
		start()
	}
	for i := range n {
		if i >= started { // an error stopped the starts
			break
		}
		s := &slots[i%len(slots)]
		workErr := <-s.done
		if err == nil {
			err = workErr
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = emit(i, &s.page)
		}
		if err == nil && started < n {
			start()
		}
	}
	return err
}
