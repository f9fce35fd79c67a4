package cpu

import (
	"cutpoint/model"
	"cutpoint/model/kernel"
)

// layer is a row of the network with its weights as the kernels take them: a
// convolution's transformed, but for the first.
type layer struct {
	model.Layer
	rows   int           // of the matrix: taps × input channels, or inputs
	panels []float32     // (panels, rows, width) or, transformed, (36, panels, inputs, width)
	pairs  []kernel.Pair // in place of the panels, two rows or inputs in each
	bias   []float32     // (panels · width), zero behind the last output
}

// inputChannels is the depth of the first activation: red, green, blue and a
// zero, so that a pixel is as wide as the kernels' steps.
const inputChannels = 4

// deepMap is the side of the maps from which on pages go through the layers together.
const deepMap = 28

// pack makes the engine's layers: all that there are weights for.
func (e *Engine) pack(w *model.Weights) {
	params := w.Params
	for i, l := range model.Layers() {
		packed := layer{Layer: l}
		if l.KernelLen() > 0 {
			if len(params) == 0 {
				return
			}
			e.packLayer(&packed, params[0])
			params = params[1:]
		}
		e.layers = append(e.layers, packed)
		if l.In.H > deepMap {
			e.deep = i + 1
		}
	}
}

func (e *Engine) packLayer(l *layer, p model.Params) {
	width, outputs, matrix := e.kernel.Width(), l.Out.C, p.Kernel
	l.bias = make([]float32, e.kernel.Panels(outputs)*width)
	copy(l.bias, p.Bias)
	switch {
	case l.In.C == model.InputShape().C:
		matrix = deepen(matrix, l.In.C, inputChannels, outputs)
	case l.Kind == model.Conv3x3:
		e.packTiles(l, matrix)
		return
	}
	l.rows = len(matrix) / outputs
	if e.bf16.how == paired && l.Kind == model.Dense {
		l.pairs = make([]kernel.Pair, e.bf16.kernel.PackedLen(l.rows, outputs))
	} else {
		l.panels = make([]float32, e.kernel.PackedLen(l.rows, outputs))
	}
	parallel(e.threads, e.kernel.Panels(outputs), func(j int) {
		if l.pairs != nil {
			size := l.rows / 2 * width
			e.bf16.kernel.PackPanel(l.pairs[j*size:][:size], matrix, outputs, j)
			return
		}
		panel := l.panels[j*l.rows*width:][:l.rows*width]
		e.kernel.PackPanel(panel, matrix, outputs, j)
		if e.bf16.how == rounded && l.Kind == model.Dense {
			round(panel)
		}
	})
}

// packTiles is the end of packLayer for what Winograd's transforms compute.
func (e *Engine) packTiles(l *layer, matrix []float32) {
	inputs, outputs := l.In.C, l.Out.C
	if e.bf16.how == paired {
		l.pairs = make([]kernel.Pair, e.bf16.kernel.WinogradLen(inputs, outputs))
	} else {
		l.panels = make([]float32, e.kernel.WinogradLen(inputs, outputs))
	}
	parallel(e.threads, e.kernel.Panels(outputs), func(j int) {
		if l.pairs != nil {
			e.bf16.kernel.PackWinograd(l.pairs, matrix, inputs, outputs, j)
			return
		}
		e.kernel.PackWinograd(l.panels, matrix, inputs, outputs, j)
	})
	if e.bf16.how == rounded {
		parallel(e.threads, kernel.WinogradPlaces, func(place int) {
			n := len(l.panels) / kernel.WinogradPlaces
			round(l.panels[place*n:][:n])
		})
	}
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
