package cpu

import "cutpoint/model/kernel"

// bandRows is the number of output rows in a piece of work: a band's input then
// stays in the second-level cache while the panels of weights pass by.
const bandRows = 4

// convolve computes a 3×3 convolution with bias and ReLU.
func (e *Engine) convolve(out, in activation, l *layer, threads int) {
	width := e.kernel.Width()
	panels := len(l.bias) / width
	size := l.rows * width
	offsets := taps(in.grid)
	band := min(bandRows, out.H)
	bands := (out.H + band - 1) / band
	pieces := split(panels, bands, threads)
	parallel(threads, bands*pieces, func(task int) {
		first, last := task/pieces*band, min((task/pieces+1)*band, out.H)
		piece := task % pieces
		for j := piece * panels / pieces; j < (piece+1)*panels/pieces; j++ {
			p := kernel.Product{
				DstStride: out.stride, SrcStride: in.stride,
				Panel: l.panels[j*size:][:size], Init: l.bias[j*width:][:width],
				Offsets: offsets[:], Length: in.C, ReLU: true,
			}
			for y := first; y < last; y++ {
				p.Dst = out.data[out.at(y, 0)+j*width:]
				p.Src = in.data[in.at(y-1, -1):]
				e.kernel.Multiply(out.W, &p)
			}
		}
	})
}

// taps returns where the nine taps' channels lie from a window's upper left pixel.
func taps[T float32 | kernel.Pair](in grid[T]) [9]int {
	var offsets [9]int
	for t := range offsets {
		offsets[t] = t/3*in.rowStride() + t%3*in.stride
	}
	return offsets
}

// split returns into how many pieces the panels go so that every thread finds
// work to the end: at least four tasks a thread.
func split(panels, bands, threads int) int {
	if threads == 1 {
		return 1
	}
	return min(panels, max(1, (4*threads+bands-1)/bands))
}
