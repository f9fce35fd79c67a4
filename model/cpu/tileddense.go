package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// tiledDense is pairDense on AMX. Where all pages are one block, which needs each weight
// once, a panel is one product; otherwise stretches of it wait in the cache for the blocks.
type tiledDense struct {
	pairPanels
	tiles kernel.Tiles
}

func (d *tiledDense) multiply(x matrix, pages int) matrix {
	y, cuts := newMatrix(pages, len(d.bias)), kernel.CutRows(pages)
	src, stride := d.narrow(x, pages)
	length := depth
	oneBlock := pages <= 2*kernel.TileRows
	if oneBlock {
		length = d.rows
	}
	var steps []kernel.TileStep
	for i := range length / kernel.TileDepth {
		steps = append(steps, kernel.TileStep{Src: i * kernel.TileDepth, Panel: i * kernel.StepLen})
	}
	parallel.Limited(d.threads, len(d.bias)/kernel.TileWidth, func(j int) {
		panel := d.panel(j)
		p := kernel.TileProduct{
			Dst: y.data[j*kernel.TileWidth:], DstStride: y.stride, SrcStride: stride,
			Init: d.bias[j*kernel.TileWidth:], Streaming: oneBlock,
		}
		for i := 0; i < d.rows; i += length {
			p.Src, p.Panel, p.Steps = src[i:], panel[i*kernel.TileWidth:], steps[:min(length, d.rows-i)/kernel.TileDepth]
			for _, cut := range cuts {
				p.Upper, p.Lower, p.SrcLower = cut.Upper, cut.Lower, cut.Upper*stride
				p.Blocks = matrixBlocks(cut, stride, p.DstStride, p.InitStride)
				d.tiles.Multiply(&p)
			}
			p.Init, p.InitStride = p.Dst, p.DstStride
		}
		if d.Activation == model.ReLU {
			for page := range pages {
				rectify(p.Dst[page*y.stride:][:kernel.TileWidth])
			}
		}
	})
	return y.narrowed(d.Out.C)
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
