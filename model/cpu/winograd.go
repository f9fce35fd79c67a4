package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// winogradConv is a convolution by Winograd's transforms.
type winogradConv struct {
	model.Layer
	workers
	kernel   kernel.Float32 // of the transforms
	products products
	width    int       // outputs in a panel
	bias     []float32 // (panels · width), zero behind the last output
}

// products are the 36 matrix products between the transforms, one for each place, with
// their packed weights.
type products interface {
	// blockSize returns how many of a layer's tiles go through the transforms together.
	blockSize(tiles int) int
	// begin reserves the block's memory for transformed inputs.
	begin(b *block, s *scratch)
	// transform brings the input of tile i, which t describes but for the output, to the places.
	transform(b *block, i int, t *kernel.WinogradTile)
	// multiply computes a place's product for the panels from one to before another.
	multiply(b *block, place, from, to int)
}

// winograd returns the convolution that has such products.
func (f exact) winograd(l model.Layer, p model.Params, width int, w products) convolution {
	return &winogradConv{Layer: l, workers: f.workers, kernel: f.kernel, products: w, width: width, bias: padded(p.Bias, width)}
}

func (c *winogradConv) convolve(out, in []activation, threads int) {
	t := newTiling(in[0], len(in))
	size := c.products.blockSize(t.tiles)
	blocks := (t.tiles + size - 1) / size
	inside := 1 // threads in a block
	if blocks < 2*threads {
		inside, threads = threads, 1
	}
	parallel.Limited(threads, blocks, func(i int) {
		first := i * size
		b := block{winogradConv: c, in: in, out: out, tiling: t, first: first, n: min(size, t.tiles-first), threads: inside}
		b.run()
	})
}

// panels is the number of panels that the outputs fill.
func (c *winogradConv) panels() int { return len(c.bias) / c.width }

// tiling cuts the maps of some pages into tiles of 4×4 outputs.
type tiling struct {
	rows, cols int // of tiles in a map
	tiles      int // in all maps
}

func newTiling(in activation, pages int) tiling {
	const side = kernel.WinogradOut
	t := tiling{rows: (in.H + side - 1) / side, cols: (in.W + side - 1) / side}
	t.tiles = t.rows * t.cols * pages
	return t
}

// corner is where a tile's output lies: a page and the upper left pixel. A map that is no
// whole number of tiles has its last ones moved back inside: the first skipY rows and
// skipX columns of such a tile are another one's.
type corner struct{ page, y, x, skipY, skipX int }

func (t tiling) corner(i int, height, width int) corner {
	const side = kernel.WinogradOut
	p := corner{page: i / (t.rows * t.cols)}
	i %= t.rows * t.cols
	p.y, p.x = i/t.cols*side, i%t.cols*side
	p.skipY, p.skipX = max(0, p.y+side-height), max(0, p.x+side-width)
	p.y, p.x = p.y-p.skipY, p.x-p.skipX
	return p
}

// scratch is the memory of a block between the transforms: (36, tiles, channels).
type scratch struct {
	in, out []float32
	pairs   []kernel.Pair // in place of in
}

// room returns a slice of that length, in the same memory if it is large enough.
func room[T any](memory *[]T, n int) []T {
	if len(*memory) < n {
		*memory = make([]T, n)
	}
	return (*memory)[:n]
}

// block is some tiles on their way through a layer.
type block struct {
	*winogradConv
	tiling
	in, out  []activation
	first, n int // tiles
	threads  int

	inputs  []float32     // (36, n, inputStride), or
	pairs   []kernel.Pair // the same in bfloat16, two inputs in each, or split in three
	outputs []float32     // (36, n, outputStride)

	inputStride, outputStride int

	tileProducts []tileProduct // of a place, on AMX
}

func (b *block) run() {
	s := <-b.scratches
	defer func() { b.scratches <- s }()
	b.outputStride = pixelStride(len(b.bias))
	b.outputs = room(&s.out, kernel.WinogradPlaces*b.n*b.outputStride)
	b.products.begin(b, s)
	parallel.Limited(b.threads, b.n, b.transform)
	pieces := 1
	if b.threads > 1 {
		pieces = min(4, b.panels())
	}
	parallel.Limited(b.threads, kernel.WinogradPlaces*pieces, func(i int) {
		piece := i % pieces
		b.products.multiply(b, i/pieces, piece*b.panels()/pieces, (piece+1)*b.panels()/pieces)
	})
	parallel.Limited(b.threads, b.n, b.finish)
}

// transform brings tile i's input to the places.
func (b *block) transform(i int) {
	p := b.corner(b.first+i, b.in[0].H, b.in[0].W)
	in := b.in[p.page]
	b.products.transform(b, i, &kernel.WinogradTile{
		PlaceStride: b.n * b.inputStride,
		Map:         in.data[in.at(p.y-1, p.x-1):], RowStride: in.rowStride(), PixelStride: in.stride, Channels: in.C,
	})
}

// finish brings tile i's sums back to the output.
func (b *block) finish(i int) {
	p, side := b.corner(b.first+i, b.in[0].H, b.in[0].W), kernel.WinogradOut
	out := b.out[p.page]
	pool := out.H < b.in[0].H
	if pool {
		side, p = side/2, corner{p.page, p.y / 2, p.x / 2, p.skipY / 2, p.skipX / 2}
	}
	t := kernel.WinogradTile{
		Places: b.outputs[i*b.outputStride:], PlaceStride: b.n * b.outputStride,
		Map: out.data[out.at(p.y, p.x):], RowStride: out.rowStride(), PixelStride: out.stride, Channels: out.C,
	}
	if p.skipY == 0 && p.skipX == 0 {
		b.kernel.FromWinograd(&t, b.bias, pool)
		return
	}
	t.Map, t.RowStride, t.PixelStride = make([]float32, side*side*out.C), side*out.C, out.C
	b.kernel.FromWinograd(&t, b.bias, pool)
	for y := p.skipY; y < side; y++ {
		for x := p.skipX; x < side; x++ {
			copy(out.pixel(p.y+y, p.x+x), t.Map[y*t.RowStride+x*t.PixelStride:])
		}
	}
}
