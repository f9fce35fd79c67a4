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
		y := newMatrix(g.pages, len(l.bias))
		switch g.engine.precision.how {
		case paired:
			g.engine.densePairs(y, x, l, g.pages)
		case tiled:
			g.engine.denseTiled(y, x, l, g.pages)
		default:
			g.engine.dense(y, x, l, g.pages)
		}
		if y.cols = l.Out.C; l.Activation == model.Softmax {
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

// dense computes y = x·W + bias, then ReLU if the layer has it. The sum of each
// value goes through y from one stretch of the panel to the next, in one order.
func (e *Engine) dense(y, x matrix, l *layer, pages int) {
	width := l.width
	offsets := []int{0}
	if e.precision.how == rounded {
		for page := range pages {
			round(x.row(page))
		}
	}
	parallel.Limited(e.threads, len(l.bias)/width, func(j int) {
		panel := l.panels[j*l.rows*width:][:l.rows*width]
		p := kernel.Product{
			Dst: y.data[j*width:], DstStride: y.stride, SrcStride: x.stride,
			Init: l.bias[j*width:][:width], Offsets: offsets,
		}
		for k := 0; k < l.rows; k += depth {
			p.Length = min(depth, l.rows-k)
			p.Src, p.Panel = x.data[k:], panel[k*width:]
			p.ReLU = l.Activation == model.ReLU && k+depth >= l.rows
			e.kernel.Multiply(pages, &p)
			p.Init, p.InitStride = p.Dst, p.DstStride
		}
	})
}

// densePairs is dense in pairs: it rounds x, and sums to y in float32.
func (e *Engine) densePairs(y, x matrix, l *layer, pages int) {
	k := e.precision.pairs
	width, places := l.width, l.rows/2
	src, stride := e.narrow(x, places, pages)
	offsets := []int{0}
	parallel.Limited(e.threads, len(l.bias)/width, func(j int) {
		panel := l.pairs[j*places*width:][:places*width]
		p := kernel.PairProduct{
			Dst: y.data[j*width:], DstStride: y.stride, SrcStride: stride,
			Init: l.bias[j*width:][:width], Offsets: offsets,
		}
		for i := 0; i < places; i += depth {
			p.Length = min(depth, places-i)
			p.Src, p.Panel = src[i:], panel[i*width:]
			p.ReLU = l.Activation == model.ReLU && i+depth >= places
			k.Multiply(pages, &p)
			p.Init, p.InitStride = p.Dst, p.DstStride
		}
	})
}

// narrow rounds x to rows of so many pairs, stride pairs apart.
func (e *Engine) narrow(x matrix, places, pages int) (src []kernel.Pair, stride int) {
	stride = pixelStride(places)
	src = make([]kernel.Pair, pages*stride)
	parallel.Limited(e.threads, pages, func(page int) {
		e.precision.pairs.Narrow(src[page*stride:][:places], x.row(page))
	})
	return src, stride
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
