package cpu

import (
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// firstConv computes the first layer as direct sums: with three channels there is little to
// transform. Its pixels lie without gaps, so that a row's three taps are one segment.
type firstConv struct{ panels }

// inputChannels is the depth of the first activation: red, green, blue and a
// zero, so that a pixel is as wide as the kernels' steps.
const inputChannels = 4

func (c *firstConv) convolve(out, in []activation, threads int) {
	for page := range in {
		c.convolvePage(out[page], in[page], threads)
	}
}

func (c *firstConv) convolvePage(out, in activation, threads int) {
	width := c.kernel.Width()
	offsets := []int{0, in.rowStride(), 2 * in.rowStride()}
	parallel.Limited(threads, out.H, func(y int) {
		for j := range c.count() {
			c.kernel.Multiply(out.W, &kernel.Product{
				Dst: out.data[out.at(y, 0)+j*width:], DstStride: out.stride,
				Src: in.data[in.at(y-1, -1):], SrcStride: in.stride,
				Panel: c.panel(j), Init: c.bias[j*width:][:width],
				Offsets: offsets, Length: 3 * in.C, ReLU: true,
			})
		}
	})
}

// deepen gives a kernel of (taps, from, outputs) input channels of zero weight:
// (taps, to, outputs).
func deepen(matrix []float32, from, to, outputs int) []float32 {
	taps := len(matrix) / (from * outputs)
	deeper := make([]float32, taps*to*outputs)
	for t := range taps {
		copy(deeper[t*to*outputs:], matrix[t*from*outputs:(t+1)*from*outputs])
	}
	return deeper
}
