package cpu

import (
	"math"

	"cutpoint/model"
	"cutpoint/model/kernel"
)

// matrix holds a vector for each page of a batch, with zero rows below so that
// the widest tile always has pixels to read.
type matrix struct {
	data       []float32 // (rows rounded up to whole tiles, columns)
	rows, cols int
}

func newMatrix(k kernel.Float32, rows, cols int) matrix {
	tile := k.Tiles[0].Pixels
	return matrix{make([]float32, (rows+tile-1)/tile*tile*cols), rows, cols}
}

func (m matrix) row(i int) []float32 { return m.data[i*m.cols:][:m.cols] }

// runDense takes all pages through the fully connected layers together, so that
// each weight is read from memory once a batch.
func (p *pass) runDense(deepest int) error {
	x := p.flat
	for i := p.convs; i <= deepest; i++ {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		l := p.engine.layers[i]
		x = p.engine.dense(x, l)
		if l.Activation == model.Softmax {
			for page := range p.pages {
				softmax(x.row(page))
			}
		}
		for c, cut := range p.cuts {
			if cut.Layer() == i {
				copy(p.dst[c], x.data[:p.pages*x.cols])
			}
		}
	}
	return p.ctx.Err()
}

// maxTile is the size of the largest tile's output in values.
const maxTile = 14 * 32

// dense computes a fully connected layer, panel by panel on all threads: the
// pages are the kernel's pixels, and there is one tap.
func (e *Engine) dense(x matrix, l layer) matrix {
	out := newMatrix(e.kernels, x.rows, l.Out.C)
	k, columns := e.kernels.Tiles[0], e.kernels.Columns
	relu := 0
	if l.Activation == model.ReLU {
		relu = 1
	}
	parallel(e.threads, l.count, func(_, panel int) {
		var result [maxTile]float32 // the last panel and the last tile may be partly unused
		t := kernel.Tile{
			Dst: &result[0], Panel: &l.panels[panel*l.size], Bias: &l.bias[panel*columns],
			TapRows: 1, TapColumns: 1, Channels: x.cols, ReLU: relu,
			PixelStride: 4 * x.cols, DstStride: 4 * columns,
		}
		used := min(columns, out.cols-panel*columns)
		for r := 0; r < x.rows; r += k.Pixels {
			t.Src = &x.data[r*x.cols]
			k.Run(&t)
			for i := range min(k.Pixels, x.rows-r) {
				copy(out.row(r + i)[panel*columns:], result[i*columns:][:used])
			}
		}
	})
	return out
}

// softmax turns a row of logits into probabilities, in float64 and shifted by the
// largest so that no exponential overflows.
func softmax(row []float32) {
	top := math.Inf(-1)
	for _, v := range row {
		top = math.Max(top, float64(v))
	}
	sum := 0.0
	exps := make([]float64, len(row))
	for i, v := range row {
		exps[i] = math.Exp(float64(v) - top)
		sum += exps[i]
	}
	for i := range row {
		row[i] = float32(exps[i] / sum)
	}
}
