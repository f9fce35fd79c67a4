package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// tiled computes in bfloat16 on AMX, whose products are so fast that convolutions are
// direct sums: Winograd's transforms, which use vector instructions, would take longer than
// the products that they save. A block is two lines of a map, of sixteen pixels or fourteen, times
// 32 outputs: the products of nine taps with all inputs, 32 of them at a time, stay in
// tiles. Where eight pages go through a layer together their maps lie side by side, one map
// to the tiles.
type tiled struct {
	workers
	tiles kernel.Tiles
	pairs kernel.BFloat16 // the fastest there is, for what goes on around the products
}

func (a tiled) name() string     { return a.tiles.Name() + " " + model.BFloat16 }
func (a tiled) peak(n int) int64 { return a.tiles.Peak(n) }

func (a tiled) schedule() schedule {
	return schedule{deepMap: deepMapTiled, together: pagesSideBySide, strips: true, pairs: &a.pairs}
}

// deepMapTiled is the side of the largest map that pages read side by side.
const deepMapTiled = 56

func (a tiled) packDense(l model.Layer, p model.Params) dense {
	return &tiledDense{packPairs(a.workers, a.pairs, l, p), a.tiles}
}

// tiledConv is a convolution by direct sums.
type tiledConv struct {
	workers
	tiles kernel.Tiles
	pairs []kernel.Pair // (panels, panelLen)
	bias  []float32     // (panels · 32)
	plan  *tilePlan
	wide  *tilePlan // of maps side by side, which deep layers have
}

// tilePlan is how a layer's map is cut into blocks.
type tilePlan struct {
	rows     int                // of a tile: pixels of a line
	blocks   []kernel.TileBlock // of a map, from its upper left border on; bandBlocks of them have their own Dst
	steps    []kernel.TileStep
	panelLen int // pairs of weights of 32 outputs
	group    int // number of panels that a band of blocks uses before the next band
}

// bandBlocks is the number of blocks computed in one call. It divides the number of blocks
// of each of VGG19's maps; the sums of a band are 28 KB.
const bandBlocks = 7

// groupPairs is the number of pairs of weights that all bands of a map use before the next
// ones: with the lines of the map they fit into a second-level cache of 2 MB.
const groupPairs = 5 << 16

// planTiles makes the plan for a layer that reads such a map. Steps begin at a pixel's upper left neighbour.
func planTiles(in activation, steps []kernel.TileStep) *tilePlan {
	p := &tilePlan{rows: kernel.TileRows, steps: steps, panelLen: len(steps) * kernel.StepLen}
	for in.line()%p.rows != 0 {
		p.rows--
	}
	for y := 0; y < in.H; y += 2 {
		for x := 0; x < in.line(); x += p.rows {
			band := len(p.blocks) % bandBlocks
			p.blocks = append(p.blocks, kernel.TileBlock{Src: y*in.rowStride() + x*in.pixelStep(), Dst: band * p.sums()})
		}
	}
	p.group = max(1, groupPairs/p.panelLen)
	return p
}

// sums is the number of sums of a block: (2, rows, 32).
func (p *tilePlan) sums() int { return 2 * p.rows * kernel.TileWidth }

// line is the number of pixels in a line, of all pages side by side, and pixelStep the
// number of places from one to the next.
func (a activation) line() int      { return a.W * a.pages }
func (a activation) pixelStep() int { return a.stride / a.pages }

// blocksOf is the number of blocks in a map, or in some of its lines.
func (p *tilePlan) blocksOf(in activation) int { return in.H / 2 * in.line() / p.rows }

func (c *tiledConv) convolve(out, in []activation, threads int) {
	p := c.plan
	if in[0].pages > 1 {
		p, in, out = c.wide, in[:1], out[:1]
	}
	bands, panels := (p.blocksOf(in[0])+bandBlocks-1)/bandBlocks, len(c.pairs)/p.panelLen
	size := p.group
	for size > 1 && (panels+size-1)/size*len(in)*bands < 2*threads {
		size = (size + 1) / 2 // so that every thread has work
	}
	groups := (panels + size - 1) / size
	parallel.Limited(threads, groups*len(in)*bands, func(i int) {
		group, page, band := i/bands/len(in), i/bands%len(in), i%bands
		s := <-c.scratches
		defer func() { c.scratches <- s }()
		sums := room(&s.out, bandBlocks*p.sums())
		for j := group * size; j < min(panels, (group+1)*size); j++ {
			c.multiplyBand(sums, in[page], p, band, j)
			c.finishBand(out[page], in[page], p, sums, band, j)
		}
	})
}

// band returns a band's blocks in such a map.
func (p *tilePlan) band(i int, in activation) []kernel.TileBlock {
	return p.blocks[i*bandBlocks : min(p.blocksOf(in), (i+1)*bandBlocks)]
}

// multiplyBand computes the sums of a band and the outputs of panel j.
func (c *tiledConv) multiplyBand(sums []float32, in activation, p *tilePlan, band, j int) {
	const firstLevel = 40 << 10 // bytes of weights for which there is room in 48 KB
	c.tiles.Multiply(&kernel.TileProduct{
		Upper: p.rows, Lower: p.rows, Dst: sums, DstStride: kernel.TileWidth,
		Src: in.pairs[in.at(-1, -1):], SrcStride: in.pixelStep(), SrcLower: in.rowStride(),
		Panel: c.pairs[j*p.panelLen:][:p.panelLen], Init: c.bias[j*kernel.TileWidth:],
		Blocks: p.band(band, in), Steps: p.steps, Streaming: 4*p.panelLen > firstLevel,
	})
}

// finishBand writes them to the map, or to that after the pool.
func (c *tiledConv) finishBand(out, in activation, p *tilePlan, sums []float32, band, j int) {
	k, columns, step := c.tiles, in.line()/p.rows, out.stride/in.pages
	for i := range p.band(band, in) {
		at := band*bandBlocks + i
		y, x := at/columns*2, at%columns*p.rows
		block := sums[i*p.sums():][:p.sums()]
		if out.H < in.H {
			k.FinishPool(out.pairs[out.at(y/2, 0)+x/2*step+j*kernel.TileWidth/2:], step, block, p.rows, in.pages)
		} else {
			k.Finish(out.pairs[out.at(y, 0)+x*step+j*kernel.TileWidth/2:], out.rowStride(), step, block, p.rows)
		}
	}
}
