package cpu

import (
	"cutpoint/model"
	"cutpoint/model/kernel"
)

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

// rectify is ReLU, which leaves NaN.
func rectify(x []float32) {
	for i, v := range x {
		if v < 0 {
			x[i] = 0
		}
	}
}

// matrixBlocks are the blocks of one panel for rows so far apart.
func matrixBlocks(cut kernel.RowCut, src, dst, init int) (blocks []kernel.TileBlock) {
	for b := range cut.Blocks {
		row := cut.First + b*(cut.Upper+cut.Lower)
		blocks = append(blocks, kernel.TileBlock{Src: row * src, Dst: row * dst, Init: row * init})
	}
	return blocks
}
