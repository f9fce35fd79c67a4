package train

import (
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// firstLayer is the kernel of a hidden layer on the features, (D, H), with its
// moments: at pool5 103 million weights, three times. Its products are the
// graph's input. Its gradient, xᵀ·(gradient of the products), is never written
// down: a feature's row of it is worked out in the first-level cache and used up
// in Adam's step. Features that are zero in a batch, 95 % of pool5's, cost
// nothing but Adam's decay; those that are zero in all training rows, nothing:
// their gradient is 0 at every step, and Adam leaves them where they are.
type firstLayer struct {
	x        *compressed
	h        int
	w, m, v  []float32 // (D, H)
	kernel   kernel.Float32
	features []int // whose weights change: those not always zero, or all under L2
	// The batch by features: entries starts[j] … starts[j+1]-1 are feature j's.
	starts []int32
	pages  []int32 // position in the batch
	values []float32
}

// newFirstLayer takes over the start of the weights. train are the rows of x
// that it will see.
func newFirstLayer(x *compressed, train []int, h int, w []float32, all bool) *firstLayer {
	f := &firstLayer{x: x, h: h, w: w, m: make([]float32, len(w)), v: make([]float32, len(w)), kernel: x.kernel,
		starts: make([]int32, x.dim+1)}
	f.count(train)
	for j := range x.dim {
		if all || f.starts[j+1] > 0 {
			f.features = append(f.features, j)
		}
	}
	return f
}

// count sets starts[j+1] to the number of rows that have feature j, and returns the
// number of their values.
func (f *firstLayer) count(rows []int) (total int) {
	clear(f.starts)
	for b, s := range f.x.blocks {
		for _, r := range rows {
			index, _ := f.x.parts[b].Row(r)
			total += len(index)
			for _, j := range index {
				f.starts[s.lo+int(j)+1]++
			}
		}
	}
	return total
}

// load turns rows of x into lists by feature.
func (f *firstLayer) load(rows []int) {
	total := f.count(rows)
	for j := range f.x.dim {
		f.starts[j+1] += f.starts[j]
	}
	f.pages, f.values = resized(f.pages, total), resized(f.values, total)
	next := append([]int32(nil), f.starts...)
	for b, s := range f.x.blocks {
		for i, r := range rows {
			index, value := f.x.parts[b].Row(r)
			for n, j := range index {
				at := &next[s.lo+int(j)]
				f.pages[*at], f.values[*at] = int32(i), value[n]
				*at++
			}
		}
	}
}

// resized returns a slice of n elements, the old one's memory if it suffices.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// outputs is the number of a row's products that a core computes at a time.
const outputs = 512

// forward writes the loaded rows' products, (n, H), to dst.
func (f *firstLayer) forward(dst []float32) {
	clear(dst)
	parts := spans(f.h, outputs)
	parallel.For(len(parts), func(p int) {
		lo, hi := parts[p].lo, parts[p].hi
		for j := range f.x.dim {
			for e := f.starts[j]; e < f.starts[j+1]; e++ {
				at := int(f.pages[e]) * f.h
				f.kernel.Axpy(f.values[e], f.w[j*f.h+lo:j*f.h+hi], dst[at+lo:at+hi])
			}
		}
	})
}

// featureBlock is the number of features whose weights a core updates at a time.
const featureBlock = 64

// step updates the weights by the gradient of the loaded rows' products, (n, H).
func (f *firstLayer) step(gradient []float32, s *kernel.AdamStep) {
	blocks := spans(len(f.features), featureBlock)
	parallel.For(len(blocks), func(b int) {
		slope := make([]float32, f.h)
		for _, j := range f.features[blocks[b].lo:blocks[b].hi] {
			clear(slope)
			for e := f.starts[j]; e < f.starts[j+1]; e++ {
				at := int(f.pages[e]) * f.h
				f.kernel.Axpy(f.values[e], gradient[at:at+f.h], slope)
			}
			lo, hi := j*f.h, (j+1)*f.h
			f.kernel.Adam(f.w[lo:hi], slope, f.m[lo:hi], f.v[lo:hi], s)
		}
	})
}
