package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// paired multiplies bfloat16 numbers in pairs, on AVX512_BF16.
type paired struct {
	exact
	pairs kernel.BFloat16
}

func (a paired) name() string     { return a.pairs.Name() + " " + model.BFloat16 }
func (a paired) peak(n int) int64 { return a.pairs.Peak(n) }

func (a paired) packConv(l model.Layer, p model.Params) convolution {
	w := pairProducts{a.pairs, l.In.C / 2, make([]kernel.Pair, a.pairs.WinogradLen(l.In.C, l.Out.C))}
	parallel.Limited(a.threads, a.pairs.Panels(l.Out.C), func(j int) {
		a.pairs.PackWinograd(w.panels, p.Kernel, l.In.C, l.Out.C, j)
	})
	return a.winograd(l, p, a.pairs.Width(), w)
}

func (a paired) packDense(l model.Layer, p model.Params) dense {
	return &pairDense{packPairs(a.workers, a.pairs, l, p)}
}

// pairProducts are Winograd's in bfloat16.
type pairProducts struct {
	kernel kernel.BFloat16
	inputs int           // in pairs
	panels []kernel.Pair // (36, panels, inputs, width)
}

func (w pairProducts) blockSize(int) int { return blockSize(2 * w.inputs) }

func (w pairProducts) begin(b *block, s *scratch) {
	b.inputStride = pixelStride(w.inputs)
	b.pairs = room(&s.pairs, kernel.WinogradPlaces*b.n*b.inputStride)
}

func (w pairProducts) transform(b *block, i int, t *kernel.WinogradTile) {
	w.kernel.ToWinograd(b.pairs[i*b.inputStride:], t)
}

func (w pairProducts) multiply(b *block, place, from, to int) {
	for j := from; j < to; j++ {
		panel := place*b.panels() + j
		w.kernel.Multiply(b.n, &kernel.PairProduct{
			Dst: b.outputs[place*b.n*b.outputStride+j*b.width:], DstStride: b.outputStride,
			Src: b.pairs[place*b.n*b.inputStride:], SrcStride: b.inputStride,
			Panel: w.panels[panel*w.inputs*b.width:][:w.inputs*b.width], Init: noBias[:b.width], Offsets: noOffset, Length: w.inputs,
		})
	}
}

// pairPanels are the weights of a fully connected layer in pairs.
type pairPanels struct {
	model.Layer
	workers
	kernel kernel.BFloat16
	rows   int           // pairs of inputs
	values []kernel.Pair // (panels, rows, width)
	bias   []float32     // (panels · width), zero behind the last output
}

func packPairs(threads workers, k kernel.BFloat16, l model.Layer, p model.Params) pairPanels {
	inputs, outputs := l.In.Len(), l.Out.C
	w := pairPanels{Layer: l, workers: threads, kernel: k, rows: inputs / 2, bias: padded(p.Bias, k.Width())}
	w.values = make([]kernel.Pair, k.PackedLen(inputs, outputs))
	parallel.Limited(w.threads, k.Panels(outputs), func(j int) { k.PackPanel(w.panel(j), p.Kernel, outputs, j) })
	return w
}

func (w *pairPanels) panel(j int) []kernel.Pair {
	return w.values[j*w.rows*w.kernel.Width():][:w.rows*w.kernel.Width()]
}

// narrow rounds x to rows of pairs, stride pairs apart.
func (w *pairPanels) narrow(x matrix, pages int) (src []kernel.Pair, stride int) {
	stride = pixelStride(w.rows)
	src = make([]kernel.Pair, pages*stride)
	parallel.Limited(w.threads, pages, func(page int) {
		w.kernel.Narrow(src[page*stride:][:w.rows], x.row(page))
	})
	return src, stride
}

// pairDense is a fully connected layer in pairs. It rounds x, and sums in float32.
type pairDense struct{ pairPanels }

func (d *pairDense) multiply(x matrix, pages int) matrix {
	y, width := newMatrix(pages, len(d.bias)), d.kernel.Width()
	src, stride := d.narrow(x, pages)
	parallel.Limited(d.threads, len(d.bias)/width, func(j int) {
		panel := d.panel(j)
		p := kernel.PairProduct{
			Dst: y.data[j*width:], DstStride: y.stride, SrcStride: stride,
			Init: d.bias[j*width:][:width], Offsets: noOffset,
		}
		for i := 0; i < d.rows; i += depth {
			p.Length = min(depth, d.rows-i)
			p.Src, p.Panel = src[i:], panel[i*width:]
			p.ReLU = d.Activation == model.ReLU && i+depth >= d.rows
			d.kernel.Multiply(pages, &p)
			p.Init, p.InitStride = p.Dst, p.DstStride
		}
	})
	return y.narrowed(d.Out.C)
}
