package cpu

import "cutpoint/model"

// layer is a row of the network with what computes it; a max-pool has nothing of its own,
// as the convolution before it computes it.
type layer struct {
	model.Layer
	conv  convolution
	dense dense
	strip int // lines that are computed with the next layer, or 0
}

// pack makes the engine's layers: all that there are weights for.
func (e *Engine) pack(w *model.Weights) {
	params, rows := w.Params, model.Layers()
	for i, l := range rows {
		packed := layer{Layer: l}
		if l.KernelLen() > 0 {
			if len(params) == 0 {
				return
			}
			e.packLayer(&packed, params[0], w.Preprocess)
			params = params[1:]
		}
		if i+1 < len(rows) && e.schedule.strips {
			packed.strip = stripRows(l, rows[i+1])
		}
		e.layers = append(e.layers, packed)
		if l.In.H > e.schedule.deepMap {
			e.deep = i + 1
		}
	}
}

func (e *Engine) packLayer(l *layer, p model.Params, colors model.Preprocess) {
	switch {
	case l.Kind == model.Dense:
		l.dense = e.arithmetic.packDense(l.Layer, p)
	case l.In == model.InputShape():
		l.conv = e.arithmetic.packFirst(l.Layer, p, colors)
	default:
		l.conv = e.arithmetic.packConv(l.Layer, p)
	}
}
