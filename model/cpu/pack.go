package cpu

import (
	"sync"

	"cutpoint/model"
)

// packed are a layer's weights in panels of Columns output channels, each
// (taps, inputs, Columns), so that a kernel reads them from end to end. Output
// channels beyond the last are zero.
type packed struct {
	panels []float32 // (count, taps, inputs, Columns)
	bias   []float32 // (count, Columns)
	count  int
	size   int // values of one panel
}

// pack copies a kernel of (taps, in, out) into panels, panel by panel on all threads.
func (e *Engine) pack(l model.Layer, p model.Params) packed {
	columns, out := e.kernels.Columns, l.Out.C
	rows := len(p.Kernel) / out // taps × inputs
	k := packed{count: (out + columns - 1) / columns, size: rows * columns}
	k.panels = make([]float32, k.count*k.size)
	k.bias = make([]float32, k.count*columns)
	copy(k.bias, p.Bias)
	parallel(e.threads, k.count, func(_, i int) {
		panel := k.panels[i*k.size : (i+1)*k.size]
		from, to := i*columns, min((i+1)*columns, out)
		for r := range rows {
			copy(panel[r*columns:], p.Kernel[r*out+from:r*out+to])
		}
	})
	return k
}

// parallel runs task(thread, i) for every i below n on up to so many threads,
// each taking the next i as it comes free.
func parallel(threads, n int, task func(thread, i int)) {
	if threads = min(threads, n); threads <= 1 {
		for i := range n {
			task(0, i)
		}
		return
	}
	var next counter
	var wg sync.WaitGroup
	for t := range threads {
		wg.Go(func() {
			for i := next.take(); i < n; i = next.take() {
				task(t, i)
			}
		})
	}
	wg.Wait()
}
