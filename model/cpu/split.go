package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// split computes in float32 on AMX. Winograd's products are those of three bfloat16 numbers
// for each float32, of which six of nine products matter; all else is exact.
type split struct {
	exact
	tiles kernel.Tiles
}

func (a split) name() string     { return a.tiles.Name() + " " + model.Float32 }
func (a split) peak(n int) int64 { return a.tiles.Peak(n) }

// AMX computes so fast that it needs more pages for every weight from memory.
func (a split) schedule() schedule { return schedule{deepMap: 28, together: pagesSideBySide} }

func (a split) packConv(l model.Layer, p model.Params) convolution {
	w := splitProducts{
		kernel: a.kernel, tiles: a.tiles, inputs: l.In.C, steps: kernel.SplitSteps(l.In.C),
		panels: make([]kernel.Pair, kernel.SplitWinogradLen(l.In.C, l.Out.C)),
	}
	parallel.Limited(a.threads, len(padded(p.Bias, kernel.TileWidth))/kernel.TileWidth, func(j int) {
		kernel.PackSplitWinograd(w.panels, p.Kernel, l.In.C, l.Out.C, j)
	})
	return a.winograd(l, p, kernel.TileWidth, w)
}

// splitProducts are Winograd's, of float32 numbers split in three.
type splitProducts struct {
	kernel kernel.Float32 // of the transforms
	tiles  kernel.Tiles
	inputs int
	panels []kernel.Pair // (36, panels, 3·inputs/2, 32)
	steps  []kernel.TileStep
}

// On AMX weights are half as large again and products take half the time, so that blocks
// are larger: shallow ones make calls long enough, and deep ones are cut evenly from a few
// pages' tiles.
const shallowSplitBlock, deepSplitBlock = 56, 208

func (w splitProducts) blockSize(tiles int) int {
	if !isDeep(w.inputs) {
		return shallowSplitBlock
	}
	blocks := (tiles + deepSplitBlock - 1) / deepSplitBlock
	return (tiles + blocks - 1) / blocks
}

// tileProduct is some of a block's tiles times all panels, but for the place.
type tileProduct struct {
	kernel.TileProduct
	perPanel int // blocks
}

func (w splitProducts) begin(b *block, s *scratch) {
	b.inputStride = pixelStride(kernel.Triple * w.inputs / 2)
	b.pairs = room(&s.pairs, kernel.WinogradPlaces*b.n*b.inputStride)
	for _, cut := range kernel.CutRows(b.n) {
		p := tileProduct{perPanel: cut.Blocks}
		p.Upper, p.Lower, p.SrcLower = cut.Upper, cut.Lower, cut.Upper*b.inputStride
		p.SrcStride, p.DstStride = b.inputStride, b.outputStride
		p.Init, p.Steps = noBias[:], w.steps
		for j := range b.panels() {
			for _, at := range matrixBlocks(cut, b.inputStride, b.outputStride, 0) {
				at.Dst, at.Panel = at.Dst+j*kernel.TileWidth, j*w.placePanel(b)
				p.Blocks = append(p.Blocks, at)
			}
		}
		b.tileProducts = append(b.tileProducts, p)
	}
}

// placePanel is the number of pairs of weights of a place for the outputs of a panel.
func (w splitProducts) placePanel(b *block) int {
	return len(w.panels) / kernel.WinogradPlaces / b.panels()
}

func (w splitProducts) multiply(b *block, place, from, to int) {
	for _, cut := range b.tileProducts {
		p := cut.TileProduct
		p.Dst, p.Src = b.outputs[place*b.n*b.outputStride:], b.pairs[place*b.n*b.inputStride:]
		p.Panel = w.panels[place*b.panels()*w.placePanel(b):]
		p.Blocks = p.Blocks[from*cut.perPanel : to*cut.perPanel]
		w.tiles.Multiply(&p)
	}
}

// transform goes through a float32 tile, for which there is room where the outputs will be:
// no layer has more inputs than outputs. If other threads transform at the same time, each
// has a tile of its own.
func (w splitProducts) transform(b *block, i int, t *kernel.WinogradTile) {
	stride := pixelStride(t.Channels)
	at := 0
	if b.threads > 1 {
		at = i * kernel.WinogradPlaces * stride
	}
	t.Places, t.PlaceStride = b.outputs[at:][:kernel.WinogradPlaces*stride], stride
	w.kernel.ToWinograd(t)
	w.tiles.Split(&kernel.SplitRows{
		Dst: b.pairs[i*b.inputStride:], DstStride: b.n * b.inputStride,
		Src: t.Places, SrcStride: stride, Rows: kernel.WinogradPlaces, Length: t.Channels,
	})
}
