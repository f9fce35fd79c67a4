package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// convolve computes a 3×3 convolution with bias and ReLU, and the 2×2 max-pool after it if
// out is of that size, for a map of each page.
func (e *Engine) convolve(out, in []activation, l *layer, threads int) {
	switch {
	case e.precision.how == tiled:
		e.convolveTiled(out, in, l, threads)
	case l.In.C == model.InputShape().C:
		for page := range in {
			e.convolveFirst(out[page], in[page], l, threads)
		}
	default:
		e.convolveWinograd(out, in, l, threads)
	}
}

// convolveFirst computes the first layer's 3×3 convolution with bias and ReLU as direct
// sums: with three channels there is little to transform. Its pixels lie without gaps, so
// that a row's three taps are one segment.
func (e *Engine) convolveFirst(out, in activation, l *layer, threads int) {
	width := l.width
	size := l.rows * width
	offsets := []int{0, in.rowStride(), 2 * in.rowStride()}
	parallel.Limited(threads, out.H, func(y int) {
		for j := range len(l.bias) / width {
			e.kernel.Multiply(out.W, &kernel.Product{
				Dst: out.data[out.at(y, 0)+j*width:], DstStride: out.stride,
				Src: in.data[in.at(y-1, -1):], SrcStride: in.stride,
				Panel: l.panels[j*size:][:size], Init: l.bias[j*width:][:width],
				Offsets: offsets, Length: 3 * in.C, ReLU: true,
			})
		}
	})
}
