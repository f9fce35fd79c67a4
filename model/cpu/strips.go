package cpu

import (
	"time"

	"cutpoint/model"
	"cutpoint/model/internal/parallel"
)

// On AMX writing the maps of blocks 1 and 2 to memory and reading them again would take
// longer than the products. There two convolutions are computed in strips: some lines of the
// first one's output, which stay in the second-level cache, then the second one's output of
// these lines. Neighbouring strips overlap by two lines, which are computed twice.

// stripRows returns the number of lines of l's output in a strip, a divisor of the map's
// height; 0 if l and the layer after it are not computed in strips.
func stripRows(l, next model.Layer) int {
	if l.Kind != model.Conv3x3 || next.Kind != model.Conv3x3 {
		return 0
	}
	switch l.In.H {
	case 224:
		return 16
	case 112:
		return 14
	}
	return 0
}

// rowsFrom returns h lines of a map in pairs as a map, of which lines y−1 and y+h are the
// border.
func (a activation) rowsFrom(y, h int) activation {
	a.pairs = a.pairs[(y+a.edge-1)*a.rowStride():]
	a.H, a.edge = h, 1
	return a
}

// convolveStrips computes layers i and i+1 of one page, and the pool after them.
func (e *Engine) convolveStrips(out, in activation, i, threads int) {
	first, second := &e.layers[i], &e.layers[i+1]
	n := first.strip
	parallel.Limited(threads, in.H/n, func(s int) {
		memory := <-e.strips
		defer func() { e.strips <- memory }()
		start, y := time.Now(), s*n
		strip := memory.activation(0, 0, model.Shape{H: n, W: in.W, C: first.Out.C})
		first.conv.convolve([]activation{strip.rowsFrom(-1, n+2)}, []activation{in.rowsFrom(y-1, n+2)}, 1)
		if y == 0 {
			clear(strip.pairs[:strip.at(0, -1)])
		}
		if y+n == in.H {
			clear(strip.pairs[strip.at(n, -1):])
		}
		between := time.Now()
		second.conv.convolve([]activation{out.rowsFrom(y/2, n/2)}, []activation{strip}, 1)
		e.profile.Add(i, between.Sub(start))
		e.profile.Add(i+1, time.Since(between))
	})
}
