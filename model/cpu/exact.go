package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// exact multiplies in float32.
type exact struct {
	workers
	kernel kernel.Float32
}

func (f exact) name() string     { return f.kernel.Name() + " " + model.Float32 }
func (f exact) peak(n int) int64 { return f.kernel.Peak(n) }

// With two pages a weight from memory is used twice as often, and a batch is still many
// chunks.
func (f exact) schedule() schedule { return schedule{deepMap: 28, together: 2} }

func (f exact) packFirst(l model.Layer, p model.Params, colors model.Preprocess) convolution {
	matrix := deepen(p.Kernel, l.In.C, inputChannels, l.Out.C)
	return &firstConv{f.packPanels(l, p, matrix)}
}

func (f exact) packConv(l model.Layer, p model.Params) convolution {
	return f.winograd(l, p, f.kernel.Width(), f.packTransformed(l, p))
}

func (f exact) packDense(l model.Layer, p model.Params) dense {
	return &floatDense{f.packPanels(l, p, p.Kernel)}
}

// panels are the weights of a fully connected layer, or of the first one.
type panels struct {
	exact
	model.Layer
	rows   int       // of the matrix: taps × input channels, or inputs
	values []float32 // (panels, rows, width)
	bias   []float32 // (panels · width), zero behind the last output
}

func (f exact) packPanels(l model.Layer, p model.Params, matrix []float32) panels {
	w := panels{exact: f, Layer: l, rows: len(matrix) / l.Out.C, bias: padded(p.Bias, f.kernel.Width())}
	w.values = make([]float32, f.kernel.PackedLen(w.rows, l.Out.C))
	parallel.Limited(f.threads, w.count(), func(j int) { f.kernel.PackPanel(w.panel(j), matrix, l.Out.C, j) })
	return w
}

func (w *panels) count() int { return len(w.bias) / w.kernel.Width() }
func (w *panels) panel(j int) []float32 {
	return w.values[j*w.rows*w.kernel.Width():][:w.rows*w.kernel.Width()]
}

// padded fills the biases up to whole panels.
func padded(bias []float32, width int) []float32 {
	b := make([]float32, (len(bias)+width-1)/width*width)
	copy(b, bias)
	return b
}

// rounded multiplies numbers that are rounded to bfloat16 in float32, on machines without
// instructions for bfloat16.
type rounded struct{ exact }

func (r rounded) name() string { return r.kernel.Name() + " " + model.BFloat16 }

func (r rounded) packConv(l model.Layer, p model.Params) convolution {
	w := r.packTransformed(l, p)
	parallel.Limited(r.threads, kernel.WinogradPlaces, func(place int) {
		n := len(w.panels) / kernel.WinogradPlaces
		round(w.panels[place*n:][:n])
	})
	return r.winograd(l, p, r.kernel.Width(), roundedProducts{w})
}

func (r rounded) packDense(l model.Layer, p model.Params) dense {
	w := r.packPanels(l, p, p.Kernel)
	parallel.Limited(r.threads, w.count(), func(j int) { round(w.panel(j)) })
	return &roundedDense{floatDense{w}}
}

// round rounds values to bfloat16 in place.
func round(x []float32) {
	for i, v := range x {
		x[i] = kernel.Nearest(v)
	}
}
