package cpu

import (
	"math"

	"cutpoint/model"
	"cutpoint/model/kernel"
)

// On AMX convolutions in bfloat16 are direct sums: its products are so fast that
// Winograd's transforms, which are vectors' work, would take longer than what they save.
// A block is two lines of a map, of sixteen pixels or fourteen, times 32 outputs: the
// products of nine taps with all inputs, 32 of them at a time, stay in tiles.

// tilePlan is how a layer's map is cut into blocks.
type tilePlan struct {
	rows     int                // of a tile: pixels of a line
	blocks   []kernel.TileBlock // of a page, bandBlocks of them with the same Dst
	steps    []kernel.TileStep
	panelLen int // pairs of weights of 32 outputs
	group    int // panels that a band of blocks takes before the next band
}

// bandBlocks is how many blocks are computed in one call. It divides the number of all of
// VGG19's maps; their sums take 28 KB.
const bandBlocks = 7

// groupPairs is how many weights the bands of a map take in turn: they stay in a
// second-level cache of 2 MB beside the lines of the map.
const groupPairs = 5 << 16

// planTiles makes the plan for a layer whose steps are those of a pixel's upper left
// neighbour.
func planTiles(l model.Layer, in activation, steps []kernel.TileStep) *tilePlan {
	p := &tilePlan{rows: kernel.TileRows, steps: steps, panelLen: len(steps) * kernel.PanelLen}
	for l.In.W%p.rows != 0 {
		p.rows--
	}
	for y := 0; y < l.In.H; y += 2 {
		for x := 0; x < l.In.W; x += p.rows {
			band := len(p.blocks) % bandBlocks
			p.blocks = append(p.blocks, kernel.TileBlock{Src: in.at(y-1, x-1), Dst: band * p.sums()})
		}
	}
	p.group = max(1, groupPairs/p.panelLen)
	return p
}

// sums is how many a block makes: (2, rows, 32).
func (p *tilePlan) sums() int { return 2 * p.rows * kernel.TileWidth }

// bands is the number of bands in a map.
func (p *tilePlan) bands() int { return (len(p.blocks) + bandBlocks - 1) / bandBlocks }

// tapSteps are the steps of a 3×3 convolution: of each 32 inputs the nine taps, as
// PackTaps lays them out.
func tapSteps(in activation) (steps []kernel.TileStep) {
	for chunk := range in.C / 2 / kernel.TileDepth {
		for tap := range 9 {
			steps = append(steps, kernel.TileStep{
				Src:   tap/3*in.rowStride() + tap%3*in.stride + chunk*kernel.TileDepth,
				Panel: len(steps) * kernel.PanelLen,
			})
		}
	}
	return steps
}

// firstSteps are those of the first layer: of each row of taps, which lie in one step,
// the weights' upper and lower halves.
func firstSteps(in activation) (steps []kernel.TileStep) {
	for row := range 3 {
		for range 2 {
			steps = append(steps, kernel.TileStep{Src: row * in.rowStride(), Panel: len(steps) * kernel.PanelLen})
		}
	}
	return steps
}

// packTiled lays out a convolution's weights.
func (e *Engine) packTiled(l *layer, matrix []float32) {
	in := activation{Shape: l.In}
	pack := func(dst []kernel.Pair, j int) { e.precision.tiles.PackTaps(dst, matrix, l.In.C, l.Out.C, j) }
	if l.In.C == model.InputShape().C {
		in.C = inputChannels
		pack = func(dst []kernel.Pair, j int) { packFirstTiles(dst, matrix, e.preprocess, l.Out.C, j) }
	}
	in.stride = pixelStride(in.C / 2)
	steps := tapSteps(in)
	if in.C == inputChannels {
		steps = firstSteps(in)
	}
	l.plan = planTiles(l.Layer, in, steps)
	panels := l.Out.C / kernel.TileWidth
	l.pairs = make([]kernel.Pair, panels*l.plan.panelLen)
	parallel(e.threads, panels, func(j int) { pack(l.pairs[j*l.plan.panelLen:][:l.plan.panelLen], j) })
}

// packFirstTiles lays out panel j of the first layer for what loadBytes makes of a page.
// A weight w of a color that is (byte·scale − mean)/std becomes one of the byte and a share
// of the fourth channel's, each as two bfloat16 numbers.
//
//	dst    (3 rows of taps, 2 halves, 16, 32) pairs: three pixels of two pairs, and zeros
//	matrix (3, 3, 3, outputs)
func packFirstTiles(dst []kernel.Pair, matrix []float32, p model.Preprocess, outputs, j int) {
	clear(dst)
	source := newColors(p).source
	for tap := range 9 {
		for c := range kernel.TileWidth {
			var w [inputChannels]float64
			for color := range 3 {
				v := float64(matrix[(tap*3+color)*outputs+j*kernel.TileWidth+c]) / float64(p.Std[color])
				w[source[color]] = v * float64(p.Scale)
				w[inputChannels-1] -= v * float64(p.Mean[color])
			}
			at := dst[tap/3*2*kernel.PanelLen+tap%3*2*kernel.TileWidth+c:]
			for pair := range inputChannels / 2 {
				even, odd := halves(w[2*pair]), halves(w[2*pair+1])
				for half := range 2 {
					at[half*kernel.PanelLen+pair*kernel.TileWidth] = kernel.PairOf(even[half], odd[half])
				}
			}
		}
	}
}

// halves are two bfloat16 numbers that make up w to sixteen bits.
func halves(w float64) [2]float32 {
	upper := kernel.Nearest(float32(w))
	if math.IsInf(float64(upper), 0) {
		return [2]float32{upper, 0}
	}
	return [2]float32{upper, float32(w - float64(upper))}
}

// convolveTiled is convolve on AMX, of all layers.
func (e *Engine) convolveTiled(out, in []activation, l *layer, threads int) {
	p := l.plan
	bands, panels := p.bands(), len(l.pairs)/p.panelLen
	groups := (panels + p.group - 1) / p.group
	parallel(threads, groups*len(in)*bands, func(i int) {
		group, page, band := i/bands/len(in), i/bands%len(in), i%bands
		s := <-e.scratches
		sums := room(&s.out, bandBlocks*p.sums())
		for j := group * p.group; j < min(panels, (group+1)*p.group); j++ {
			e.multiplyBand(sums, in[page], l, band, j)
			e.finishBand(out[page], in[page], l, sums, band, j)
		}
		e.scratches <- s
	})
}

// band returns a band's blocks.
func (p *tilePlan) band(i int) []kernel.TileBlock {
	return p.blocks[i*bandBlocks : min(len(p.blocks), (i+1)*bandBlocks)]
}

// multiplyBand computes the sums of a band and the outputs of panel j.
func (e *Engine) multiplyBand(sums []float32, in activation, l *layer, band, j int) {
	p := l.plan
	const firstLevel = 40 << 10 // bytes of weights for which there is room in 48 KB
	e.precision.tiles.Multiply(&kernel.TileProduct{
		Upper: p.rows, Lower: p.rows, Dst: sums, DstStride: kernel.TileWidth,
		Src: in.pairs, SrcStride: in.stride, SrcLower: in.rowStride(),
		Panel: l.pairs[j*p.panelLen:][:p.panelLen], Init: l.bias[j*kernel.TileWidth:],
		Blocks: p.band(band), Steps: p.steps, Streaming: 4*p.panelLen > firstLevel,
	})
}

// finishBand writes them to the map, or to that after the pool.
func (e *Engine) finishBand(out, in activation, l *layer, sums []float32, band, j int) {
	p, k := l.plan, e.precision.tiles
	pool := out.H < in.H
	for i := range p.band(band) {
		block, columns := band*bandBlocks+i, in.W/p.rows
		y, x := block/columns*2, block%columns*p.rows
		upper, lower := sums[i*p.sums():][:p.sums()/2], sums[i*p.sums()+p.sums()/2:][:p.sums()/2]
		if pool {
			k.FinishPool(out.pairs[out.at(y/2, x/2)+j*kernel.TileWidth/2:], out.stride, upper, lower, p.rows/2)
			continue
		}
		k.Finish(out.pairs[out.at(y, x)+j*kernel.TileWidth/2:], out.stride, upper, p.rows)
		k.Finish(out.pairs[out.at(y+1, x)+j*kernel.TileWidth/2:], out.stride, lower, p.rows)
	}
}

// denseTiled is densePairs on AMX.
func (e *Engine) denseTiled(y, x matrix, l *layer, pages int) {
	places := l.rows / 2
	src, stride := e.narrow(x, places, pages)
	var steps []kernel.TileStep
	for i := range depth / kernel.TileDepth {
		steps = append(steps, kernel.TileStep{Src: i * kernel.TileDepth, Panel: i * kernel.PanelLen})
	}
	parallel(e.threads, len(l.bias)/kernel.TileWidth, func(j int) {
		panel := l.pairs[j*places*kernel.TileWidth:][:places*kernel.TileWidth]
		dst := y.data[j*kernel.TileWidth:]
		for i := 0; i < places; i += depth {
			p := kernel.TileProduct{
				Dst: dst, DstStride: y.stride, Src: src[i:], SrcStride: stride, Panel: panel[i*kernel.TileWidth:],
				Init: dst, InitStride: y.stride, Steps: steps[:min(depth, places-i)/kernel.TileDepth],
			}
			if i == 0 {
				p.Init, p.InitStride = l.bias[j*kernel.TileWidth:], 0
			}
			for _, cut := range kernel.CutRows(pages) {
				p.Upper, p.Lower, p.SrcLower, p.Blocks = cut.Upper, cut.Lower, cut.Upper*stride, matrixBlocks(cut, stride, p.DstStride, p.InitStride)
				e.precision.tiles.Multiply(&p)
			}
		}
		if l.Activation == model.ReLU {
			for page := range pages {
				rectify(dst[page*y.stride:][:kernel.TileWidth])
			}
		}
	})
}

// matrixBlocks are the blocks of one panel for rows so far apart.
func matrixBlocks(cut kernel.RowCut, src, dst, init int) (blocks []kernel.TileBlock) {
	for b := range cut.Blocks {
		row := cut.First + b*(cut.Upper+cut.Lower)
		blocks = append(blocks, kernel.TileBlock{Src: row * src, Dst: row * dst, Init: row * init})
	}
	return blocks
}

// rectify is ReLU, which leaves NaN.
func rectify(x []float32) {
	for i, v := range x {
		if v < 0 {
			x[i] = 0
		}
	}
}
