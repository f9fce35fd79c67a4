package cpu

import (
	"context"
	"math"
	"time"

	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// matrix is one vector a page.
type matrix struct {
	cols, stride int
	data         []float32 // (rows, stride)
}

func newMatrix(rows, cols int) matrix {
	stride := pixelStride(cols)
	return matrix{cols, stride, make([]float32, rows*stride)}
}

// narrowed leaves out what is behind the first columns, at the same stride.
func (m matrix) narrowed(cols int) matrix { return matrix{cols, m.stride, m.data} }

func (m matrix) row(i int) []float32 { return m.data[i*m.stride:][:m.cols] }

// depth is the number of a panel's rows that all pages take before the next: 64 KB
// of weights, which then come from the second-level cache for all pages but the
// first. It also keeps a kernel's call short.
const depth = 512

// runDense takes the pages through the fully connected layers from layer first on.
func (g *group) runDense(ctx context.Context, first int) {
	x := g.top
	for i := first; i <= g.deepest; i++ {
		if ctx.Err() != nil {
			return
		}
		start, l := time.Now(), &g.engine.layers[i]
		y := l.dense.multiply(x, g.pages)
		if l.Activation == model.Softmax {
			for page := range g.pages {
				softmax(y.row(page))
			}
		}
		for c, cut := range g.cuts {
			if cut.Layer() == i {
				for page := range g.pages {
					copy(g.dst[c][page*cut.Dim():], y.row(page))
				}
			}
		}
		g.engine.profile.Add(i, time.Since(start)*time.Duration(g.engine.threads))
		x = y
	}
}

// floatDense is a fully connected layer in float32. The sum of each value goes through y
// from one stretch of the panel to the next, in one order.
type floatDense struct{ panels }

func (d *floatDense) multiply(x matrix, pages int) matrix {
	y, width := newMatrix(pages, len(d.bias)), d.kernel.Width()
	parallel.Limited(d.threads, d.count(), func(j int) {
		panel := d.panel(j)
		p := kernel.Product{
			Dst: y.data[j*width:], DstStride: y.stride, SrcStride: x.stride,
			Init: d.bias[j*width:][:width], Offsets: noOffset,
		}
		for k := 0; k < d.rows; k += depth {
			p.Length = min(depth, d.rows-k)
			p.Src, p.Panel = x.data[k:], panel[k*width:]
			p.ReLU = d.Activation == model.ReLU && k+depth >= d.rows
			d.kernel.Multiply(pages, &p)
			p.Init, p.InitStride = p.Dst, p.DstStride
		}
	})
	return y.narrowed(d.Out.C)
}

// roundedDense is floatDense of numbers that are rounded to bfloat16, x too.
type roundedDense struct{ floatDense }

func (d *roundedDense) multiply(x matrix, pages int) matrix {
	for page := range pages {
		round(x.row(page))
	}
	return d.floatDense.multiply(x, pages)
}

// softmax turns logits into probabilities, in float64 and relative to the
// largest so that no exponential overflows.
func softmax(row []float32) {
	largest := math.Inf(-1)
	for _, v := range row {
		largest = math.Max(largest, float64(v))
	}
	exps, sum := make([]float64, len(row)), 0.0
	for i, v := range row {
		exps[i] = math.Exp(float64(v) - largest)
		sum += exps[i]
	}
	for i := range row {
		row[i] = float32(exps[i] / sum)
	}
}
