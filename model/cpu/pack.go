package cpu

import (
	"cutpoint/model"
	"cutpoint/model/kernel"
)

// layer is a row of the network with its weights as the kernels take them.
type layer struct {
	model.Layer
	rows   int           // of the matrix: taps × input channels, or inputs
	panels []float32     // (panels, rows, kernel width)
	pairs  []kernel.Pair // (panels, rows/2, kernel width), in place of the panels
	bias   []float32     // (panels · kernel width), zero behind the last output
}

// inputChannels is the depth of the first activation: red, green, blue and a
// zero, so that a pixel is as wide as the kernels' steps.
const inputChannels = 4

// pack makes the engine's layers: all that there are weights for.
func (e *Engine) pack(w *model.Weights) {
	params := w.Params
	for _, l := range model.Layers() {
		packed := layer{Layer: l}
		if l.KernelLen() > 0 {
			if len(params) == 0 {
				return
			}
			e.packLayer(&packed, params[0])
			params = params[1:]
		}
		e.layers = append(e.layers, packed)
	}
}

func (e *Engine) packLayer(l *layer, p model.Params) {
	outputs, matrix := l.Out.C, p.Kernel
	first := l.In.C == model.InputShape().C
	if first {
		matrix = deepen(matrix, l.In.C, inputChannels, outputs)
	}
	l.rows = len(matrix) / outputs
	if e.bf16.how == paired && !first {
		e.packPairs(l, p)
		return
	}
	size := l.rows * e.kernel.Width()
	l.bias = make([]float32, e.kernel.Panels(outputs)*e.kernel.Width())
	copy(l.bias, p.Bias)
	if l.Kind == model.Conv3x3 && !first {
		e.packTiles(l, matrix)
		return
	}
	l.panels = make([]float32, e.kernel.PackedLen(l.rows, outputs))
	parallel(e.threads, e.kernel.Panels(outputs), func(j int) {
		panel := l.panels[j*size:][:size]
		e.kernel.PackPanel(panel, matrix, outputs, j)
		if e.bf16.how == rounded && !first {
			round(panel)
		}
	})
}

// deepen gives a kernel of (taps, from, outputs) input channels of zero weight:
// (taps, to, outputs).
func deepen(matrix []float32, from, to, outputs int) []float32 {
	taps := len(matrix) / (from * outputs)
	deeper := make([]float32, taps*to*outputs)
	for t := range taps {
		copy(deeper[t*to*outputs:], matrix[t*from*outputs:(t+1)*from*outputs])
	}
	return deeper
}
