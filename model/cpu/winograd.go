package cpu

import (
	"cutpoint/model/kernel"
)

// scratch is the memory of a block of tiles between the transforms.
type scratch struct {
	in, out []float32 // (36, tiles, stride of the channels)
	tile    []float32 // (4, 4, channels): of a tile that is cut off
}

// grow makes room for so many floats in each.
func (s *scratch) grow(in, out, tile int) {
	for _, m := range []struct {
		memory *[]float32
		size   int
	}{{&s.in, in}, {&s.out, out}, {&s.tile, tile}} {
		if len(*m.memory) < m.size {
			*m.memory = make([]float32, m.size)
		}
	}
}

// tiling cuts the maps of some pages into Winograd's tiles.
type tiling struct {
	rows, cols int // of tiles in a map
	tiles      int // in all maps
	block      int // tiles that go through the transforms together
}

// blockTiles is a multiple of what the kernels' tiles have rows, 14 and 6. Every block
// reads all weights, and each place's product keeps a block's input of that place in the
// second-level cache: deep layers, whose weights do not stay in any cache, take more.
func newTiling(in activation, pages int) tiling {
	t := tiling{rows: (in.H + kernel.WinogradOut - 1) / kernel.WinogradOut, cols: (in.W + kernel.WinogradOut - 1) / kernel.WinogradOut}
	t.tiles = t.rows * t.cols * pages
	if t.block = 42; in.C > 128 {
		t.block = 98
	}
	return t
}

// at returns a tile's page and the upper left pixel of its output. A map that is no whole
// number of tiles has its last ones moved back inside: the first dy rows and dx columns of
// such a tile are another one's.
func (t tiling) at(i, height, width int) (page, y, x, dy, dx int) {
	page, i = i/(t.rows*t.cols), i%(t.rows*t.cols)
	y, x = i/t.cols*kernel.WinogradOut, i%t.cols*kernel.WinogradOut
	dy, dx = max(0, y+kernel.WinogradOut-height), max(0, x+kernel.WinogradOut-width)
	return page, y - dy, x - dx, dy, dx
}

// convolveTiles computes a 3×3 convolution with bias and ReLU by Winograd's transforms,
// and the 2×2 max-pool after it if out is of that size, for a map of each page.
func (e *Engine) convolveTiles(out, in []activation, l *layer, threads int) {
	t := newTiling(in[0], len(in))
	blocks := (t.tiles + t.block - 1) / t.block
	inside := threads
	if blocks >= 2*threads {
		inside = 1
	} else {
		threads = 1
	}
	parallel(threads, blocks, func(b int) {
		first := b * t.block
		w := winograd{e: e, in: in, out: out, layer: l, tiling: t, first: first, n: min(t.block, t.tiles-first)}
		w.run(inside)
	})
}

// winograd is a block of tiles on its way through a layer.
type winograd struct {
	e       *Engine
	in, out []activation
	layer   *layer
	tiling
	first, n int // tiles
	memory   *scratch
}

func (w *winograd) run(threads int) {
	w.memory = <-w.e.scratches
	defer func() { w.e.scratches <- w.memory }()
	inputs, outputs := pixelStride(w.in[0].C), pixelStride(len(w.layer.bias))
	w.memory.grow(kernel.WinogradPlaces*w.n*inputs, kernel.WinogradPlaces*w.n*outputs, 0)
	parallel(threads, w.n, func(i int) { w.transform(i, inputs) })
	panels := len(w.layer.bias) / w.e.kernel.Width()
	pieces := 1
	if threads > 1 {
		pieces = min(4, panels)
	}
	parallel(threads, kernel.WinogradPlaces*pieces, func(i int) {
		piece := i % pieces
		w.multiply(i/pieces, piece*panels/pieces, (piece+1)*panels/pieces, inputs, outputs)
	})
	w.finish(threads, outputs)
}

// transform brings tile i's input to the places.
func (w *winograd) transform(i, stride int) {
	in := w.in[0]
	page, y, x, _, _ := w.at(w.first+i, in.H, in.W)
	in = w.in[page]
	w.e.kernel.ToWinograd(&kernel.WinogradTile{
		Places: w.memory.in[i*stride:], PlaceStride: w.n * stride,
		Map: in.data[in.at(y-1, x-1):], RowStride: in.rowStride(), PixelStride: in.stride, Channels: in.C,
	})
}

// zeros begin every sum.
var zeros [64]float32

// multiply computes the panels from first to before last of a place.
func (w *winograd) multiply(place, first, last, inputs, outputs int) {
	k, width := w.e.kernel, w.e.kernel.Width()
	channels := w.in[0].C
	panels := len(w.layer.bias) / width
	offsets := []int{0}
	p := kernel.Product{
		DstStride: outputs, Src: w.memory.in[place*w.n*inputs:], SrcStride: inputs,
		Init: zeros[:width], Offsets: offsets, Length: channels,
	}
	for j := first; j < last; j++ {
		p.Dst = w.memory.out[place*w.n*outputs+j*width:]
		p.Panel = w.layer.panels[(place*panels+j)*channels*width:][:channels*width]
		k.Multiply(w.n, &p)
	}
}

// finish brings the sums back to the output.
func (w *winograd) finish(threads, stride int) {
	pool := w.out[0].H < w.in[0].H
	parallel(threads, w.n, func(i int) {
		page, y, x, dy, dx := w.at(w.first+i, w.in[0].H, w.in[0].W)
		out := w.out[page]
		if pool {
			y, x, dy, dx = y/2, x/2, dy/2, dx/2
		}
		t := kernel.WinogradTile{
			Places: w.memory.out[i*stride:], PlaceStride: w.n * stride,
			Map: out.data[out.at(y, x):], RowStride: out.rowStride(), PixelStride: out.stride, Channels: out.C,
		}
		if dy == 0 && dx == 0 {
			w.e.kernel.FromWinograd(&t, w.layer.bias, pool)
			return
		}
		side := kernel.WinogradOut
		if pool {
			side /= 2
		}
		t.Map, t.RowStride, t.PixelStride = make([]float32, side*side*out.C), side*out.C, out.C
		w.e.kernel.FromWinograd(&t, w.layer.bias, pool)
		for v := dy; v < side; v++ {
			for u := dx; u < side; u++ {
				copy(out.pixel(y+v, x+u), t.Map[v*t.RowStride+u*t.PixelStride:])
			}
		}
	})
}

// packTiles is the end of packLayer for convolveTiles.
func (e *Engine) packTiles(l *layer, matrix []float32) {
	inputs, outputs := l.In.C, l.Out.C
	l.panels = make([]float32, e.kernel.WinogradLen(inputs, outputs))
	parallel(e.threads, e.kernel.Panels(outputs), func(j int) {
		e.kernel.PackWinograd(l.panels, matrix, inputs, outputs, j)
	})
}
