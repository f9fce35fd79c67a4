package cpu

import (
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// convolveWinograd is convolve by Winograd's transforms.
func (e *Engine) convolveWinograd(out, in []activation, l *layer, threads int) {
	t := newTiling(in[0], len(in), e.precision.how)
	blocks := (t.tiles + t.block - 1) / t.block
	inside := 1 // threads in a block
	if blocks < 2*threads {
		inside, threads = threads, 1
	}
	parallel.Limited(threads, blocks, func(b int) {
		first := b * t.block
		w := winograd{engine: e, in: in, out: out, layer: l, tiling: t, first: first, n: min(t.block, t.tiles-first), threads: inside}
		w.run()
	})
}

// tiling cuts the maps of some pages into tiles of 4×4 outputs.
type tiling struct {
	rows, cols int // of tiles in a map
	tiles      int // in all maps
	block      int // tiles that go through the transforms together
}

// Blocks are multiples of the 14 and the 6 rows that the products' tiles have. Every block
// reads all weights of a layer: those of deep layers stay in no cache, and serve more
// tiles. The blocks of shallow layers stay in the second-level cache themselves. On AMX,
// whose weights are half as large again and whose products take half the time, blocks are
// larger: shallow ones make calls long enough, and deep ones are cut from a few pages'
// tiles evenly.
const (
	shallowBlock, deepBlock           = 42, 98
	shallowSplitBlock, deepSplitBlock = 56, 208
)

func newTiling(in activation, pages int, how way) tiling {
	const side = kernel.WinogradOut
	t := tiling{rows: (in.H + side - 1) / side, cols: (in.W + side - 1) / side, block: shallowBlock}
	t.tiles = t.rows * t.cols * pages
	deep := in.C > 128
	switch {
	case deep && how == split:
		blocks := (t.tiles + deepSplitBlock - 1) / deepSplitBlock
		t.block = (t.tiles + blocks - 1) / blocks
	case deep:
		t.block = deepBlock
	case how == split:
		t.block = shallowSplitBlock
	}
	return t
}

// place is where a tile's output lies: a page and the upper left pixel. A map that is no
// whole number of tiles has its last ones moved back inside: the first skipY rows and
// skipX columns of such a tile are another one's.
type place struct{ page, y, x, skipY, skipX int }

func (t tiling) place(i int, height, width int) place {
	const side = kernel.WinogradOut
	p := place{page: i / (t.rows * t.cols)}
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

// winograd is a block of tiles on its way through a layer.
type winograd struct {
	engine  *Engine
	in, out []activation
	layer   *layer
	tiling
	first, n int // tiles
	threads  int

	inputs  []float32     // (36, n, inputStride), or
	pairs   []kernel.Pair // the same in bfloat16, two inputs in each, or split in three
	outputs []float32     // (36, n, outputStride)

	inputStride, outputStride int

	products []splitProduct // of a place, if split
}

func (w *winograd) run() {
	s := <-w.engine.scratches
	defer func() { w.engine.scratches <- s }()
	channels := w.in[0].C
	w.outputStride = pixelStride(len(w.layer.bias))
	w.outputs = room(&s.out, kernel.WinogradPlaces*w.n*w.outputStride)
	switch w.engine.precision.how {
	case paired:
		w.inputStride = pixelStride(channels / 2)
	case split:
		w.inputStride = pixelStride(kernel.Triple * channels / 2)
		w.cutProducts()
	default:
		w.inputStride = pixelStride(channels)
		w.inputs = room(&s.in, kernel.WinogradPlaces*w.n*w.inputStride)
	}
	if w.inputs == nil {
		w.pairs = room(&s.pairs, kernel.WinogradPlaces*w.n*w.inputStride)
	}
	parallel.Limited(w.threads, w.n, w.transform)
	pieces := 1
	if w.threads > 1 {
		pieces = min(4, w.panels())
	}
	parallel.Limited(w.threads, kernel.WinogradPlaces*pieces, func(i int) {
		piece := i % pieces
		w.multiply(i/pieces, piece*w.panels()/pieces, (piece+1)*w.panels()/pieces)
	})
	parallel.Limited(w.threads, w.n, w.finish)
}

// panels is how many the layer's outputs fill.
func (w *winograd) panels() int { return len(w.layer.bias) / w.layer.width }

// transform brings tile i's input to the places.
func (w *winograd) transform(i int) {
	p := w.place(w.first+i, w.in[0].H, w.in[0].W)
	in := w.in[p.page]
	t := kernel.WinogradTile{
		PlaceStride: w.n * w.inputStride,
		Map:         in.data[in.at(p.y-1, p.x-1):], RowStride: in.rowStride(), PixelStride: in.stride, Channels: in.C,
	}
	at := i * w.inputStride
	switch w.engine.precision.how {
	case paired:
		w.engine.precision.pairs.ToWinograd(w.pairs[at:], &t)
	case split:
		w.transformSplit(i, &t)
	default:
		t.Places = w.inputs[at:]
		w.engine.kernel.ToWinograd(&t)
		if w.engine.precision.how == rounded {
			for place := range kernel.WinogradPlaces {
				round(t.Places[place*t.PlaceStride:][:in.C])
			}
		}
	}
}

var (
	noOffset = []int{0}
	noBias   [64]float32 // as wide as the widest panel
)

// multiply computes a place's product for the panels from one to before another.
func (w *winograd) multiply(place, from, to int) {
	if w.products != nil {
		w.multiplySplit(place, from, to)
		return
	}
	for j := from; j < to; j++ {
		w.multiplyPanel(place, j)
	}
}

func (w *winograd) multiplyPanel(place, j int) {
	e, width := w.engine, w.layer.width
	panel, from := place*w.panels()+j, place*w.n*w.inputStride
	dst := w.outputs[place*w.n*w.outputStride+j*width:]
	if w.pairs != nil {
		length := w.in[0].C / 2
		e.precision.pairs.Multiply(w.n, &kernel.PairProduct{
			Dst: dst, DstStride: w.outputStride, Src: w.pairs[from:], SrcStride: w.inputStride,
			Panel: w.layer.pairs[panel*length*width:][:length*width], Init: noBias[:width], Offsets: noOffset, Length: length,
		})
		return
	}
	length := w.in[0].C
	e.kernel.Multiply(w.n, &kernel.Product{
		Dst: dst, DstStride: w.outputStride, Src: w.inputs[from:], SrcStride: w.inputStride,
		Panel: w.layer.panels[panel*length*width:][:length*width], Init: noBias[:width], Offsets: noOffset, Length: length,
	})
}

// finish brings tile i's sums back to the output.
func (w *winograd) finish(i int) {
	p, side := w.place(w.first+i, w.in[0].H, w.in[0].W), kernel.WinogradOut
	out := w.out[p.page]
	pool := out.H < w.in[0].H
	if pool {
		side, p = side/2, place{p.page, p.y / 2, p.x / 2, p.skipY / 2, p.skipX / 2}
	}
	t := kernel.WinogradTile{
		Places: w.outputs[i*w.outputStride:], PlaceStride: w.n * w.outputStride,
		Map: out.data[out.at(p.y, p.x):], RowStride: out.rowStride(), PixelStride: out.stride, Channels: out.C,
	}
	if p.skipY == 0 && p.skipX == 0 {
		w.engine.kernel.FromWinograd(&t, w.layer.bias, pool)
		return
	}
	t.Map, t.RowStride, t.PixelStride = make([]float32, side*side*out.C), side*out.C, out.C
	w.engine.kernel.FromWinograd(&t, w.layer.bias, pool)
	for y := p.skipY; y < side; y++ {
		for x := p.skipX; x < side; x++ {
			copy(out.pixel(p.y+y, p.x+x), t.Map[y*t.RowStride+x*t.PixelStride:])
		}
	}
}
