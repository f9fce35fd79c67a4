package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// layer is a row of the network with its weights as the kernels take them: a
// convolution's transformed, but for the first and where sums are direct.
type layer struct {
	model.Layer
	width  int           // outputs in a panel
	rows   int           // of the matrix: taps × input channels, or inputs
	panels []float32     // (panels, rows, width) or, transformed, (36, panels, inputs, width)
	pairs  []kernel.Pair // in place of the panels, two rows or inputs in each
	bias   []float32     // (panels · width), zero behind the last output

	plan  *tilePlan         // if tiled
	wide  *tilePlan         // if tiled: of maps side by side, which deep layers have
	strip int               // if tiled: lines that are computed with the next layer, or 0
	steps []kernel.TileStep // if split
}

// inputChannels is the depth of the first activation: red, green, blue and a
// zero, so that a pixel is as wide as the kernels' steps.
const inputChannels = 4

// The sides of the maps from which on pages go through the layers together.
const deepMap, deepMapTiled = 28, 56

// The number of pages that a thread takes through the deep layers at once: more rows for
// every weight that comes from memory, and still many turns in a batch. AMX waits for
// memory the soonest.
const together, togetherOnAMX = 2, pagesBeside

// pack makes the engine's layers: all that there are weights for.
func (e *Engine) pack(w *model.Weights) {
	e.together = together
	if e.precision.how == tiled || e.precision.how == split {
		e.together = togetherOnAMX
	}
	side := deepMap
	if e.precision.how == tiled {
		side = deepMapTiled
	}
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
		if i+1 < len(model.Layers()) && e.precision.how == tiled {
			packed.strip = stripRows(l, model.Layers()[i+1])
		}
		e.layers = append(e.layers, packed)
		if l.In.H > side {
			e.deep = i + 1
		}
	}
}

// packLayer chooses how a layer is computed.
func (e *Engine) packLayer(l *layer, p model.Params) {
	how, matrix, isFirst := e.precision.how, p.Kernel, l.In.C == model.InputShape().C
	l.width = e.kernel.Width()
	if how == paired || how == tiled || how == split && l.Kind == model.Conv3x3 && !isFirst {
		l.width = kernel.TileWidth
	}
	l.bias = make([]float32, (l.Out.C+l.width-1)/l.width*l.width)
	copy(l.bias, p.Bias)
	switch {
	case isFirst && how == tiled:
		e.packFirstTiled(l, matrix)
	case isFirst:
		e.packMatrix(l, deepen(matrix, l.In.C, inputChannels, l.Out.C))
	case l.Kind == model.Conv3x3 && how == tiled:
		e.packTiled(l, matrix)
	case l.Kind == model.Conv3x3:
		e.packWinograd(l, matrix)
	default:
		e.packMatrix(l, matrix)
	}
}

// packMatrix lays out a fully connected layer, or the first one.
func (e *Engine) packMatrix(l *layer, matrix []float32) {
	how, outputs, isDense := e.precision.how, l.Out.C, l.Kind == model.Dense
	l.rows = len(matrix) / outputs
	if isDense && (how == paired || how == tiled) {
		l.pairs = make([]kernel.Pair, e.precision.pairs.PackedLen(l.rows, outputs))
	} else {
		l.panels = make([]float32, e.kernel.PackedLen(l.rows, outputs))
	}
	parallel.Limited(e.threads, len(l.bias)/l.width, func(j int) {
		if l.pairs != nil {
			size := l.rows / 2 * l.width
			e.precision.pairs.PackPanel(l.pairs[j*size:][:size], matrix, outputs, j)
			return
		}
		panel := l.panels[j*l.rows*l.width:][:l.rows*l.width]
		e.kernel.PackPanel(panel, matrix, outputs, j)
		if isDense && how == rounded {
			round(panel)
		}
	})
}

// packWinograd transforms a convolution's weights.
func (e *Engine) packWinograd(l *layer, matrix []float32) {
	inputs, outputs := l.In.C, l.Out.C
	var pack func(j int)
	switch e.precision.how {
	case paired:
		l.pairs = make([]kernel.Pair, e.precision.pairs.WinogradLen(inputs, outputs))
		pack = func(j int) { e.precision.pairs.PackWinograd(l.pairs, matrix, inputs, outputs, j) }
	case split:
		l.pairs, l.steps = make([]kernel.Pair, kernel.SplitWinogradLen(inputs, outputs)), kernel.SplitSteps(inputs)
		pack = func(j int) { kernel.PackSplitWinograd(l.pairs, matrix, inputs, outputs, j) }
	default:
		l.panels = make([]float32, e.kernel.WinogradLen(inputs, outputs))
		pack = func(j int) { e.kernel.PackWinograd(l.panels, matrix, inputs, outputs, j) }
	}
	parallel.Limited(e.threads, len(l.bias)/l.width, pack)
	if e.precision.how == rounded {
		parallel.Limited(e.threads, kernel.WinogradPlaces, func(place int) {
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
