package train

import (
	"math"

	"cutpoint/model/head"
	"cutpoint/model/internal/parallel"
)

// head returns the network as it is in inference. Its hidden layers share memory
// with the training's; keep copies them.
func (t *training) head() (*head.Head, error) {
	h := &head.Head{Kind: t.recipe.name, Dim: t.d.Dim, Classes: t.d.Classes}
	var layers []head.Dense
	if t.first != nil {
		bias, err := floats32(t.network.offset.Value())
		if err != nil {
			return nil, err
		}
		layers = append(layers, head.Dense{In: t.d.Dim, Out: t.first.h, Kernel: t.first.w, Bias: bias})
	}
	for _, l := range t.network.dense {
		kernel, err := floats32(l.kernel.Value())
		if err != nil {
			return nil, err
		}
		bias, err := floats32(l.bias.Value())
		if err != nil {
			return nil, err
		}
		layers = append(layers, head.Dense{In: l.kernel.Shape()[0], Out: l.kernel.Shape()[1], Kernel: kernel, Bias: bias})
	}
	last := layers[len(layers)-1]
	h.Hidden = layers[:len(layers)-1]
	if len(h.Hidden) == 0 {
		h.Hidden = nil
	}
	h.Kernel, h.Bias = append([]float32(nil), last.Kernel...), append([]float32(nil), last.Bias...)
	if t.network.norm == nil {
		return h, nil
	}
	return h, t.fold(h)
}

// fold puts BatchNorm's γ·(x−μ)/√(σ²+ε)+β into the head: as the features'
// standardisation where it is on them, else into the last layer, which is linear
// in what it takes. β is a part of the bias either way, β·Kernel.
func (t *training) fold(h *head.Head) error {
	gamma, err := floats32(t.network.norm.gamma.Value())
	if err != nil {
		return err
	}
	beta, err := floats32(t.network.norm.beta.Value())
	if err != nil {
		return err
	}
	bias := make([]float64, h.Classes)
	for k, b := range h.Bias {
		bias[k] = float64(b)
	}
	scale := make([]float32, len(gamma))
	for j := range scale {
		scale[j] = float32(float64(gamma[j]) / math.Sqrt(float64(t.variance[j])+bnEpsilon))
		shift := float64(beta[j])
		if t.first != nil {
			shift -= float64(t.mean[j]) * float64(scale[j])
		}
		row := h.Kernel[j*h.Classes : (j+1)*h.Classes]
		for k, w := range row {
			bias[k] += shift * float64(w)
			if t.first != nil {
				row[k] = w * scale[j]
			}
		}
	}
	h.Bias = float32s(bias)
	if t.first == nil {
		h.Mean, h.Scale = append([]float32(nil), t.mean...), scale
	}
	return nil
}

// validationRows is the number of rows that go through the network together.
const validationRows = 256

// validationLoss is the mean negative log probability of the right classes of
// some of the view's rows. The first layer's products skip the features that are
// zero, as in training.
func (t *training) validationLoss(h *head.Head, positions []int) (float64, error) {
	sum := 0.0
	for _, s := range spans(len(positions), validationRows) {
		part := positions[s.lo:s.hi]
		x, tail := t.d.Subset(rowsAt(t.d, part)).Matrix, h
		if t.first != nil {
			x, tail = t.firstOutputs(h, part), withoutFirst(h)
		}
		logp, err := tail.LogProbabilities(x)
		if err != nil {
			return 0, err
		}
		for i, position := range part {
			sum -= logp[i*h.Classes+t.d.Y[t.d.At(position)]]
		}
	}
	return sum / float64(len(positions)), nil
}

// firstOutputs returns the outputs of the first layer for rows, ReLU included.
func (t *training) firstOutputs(h *head.Head, positions []int) head.Matrix {
	values := make([]float32, len(positions)*t.first.h)
	t.first.load(positions)
	t.first.forward(values)
	bias := h.Hidden[0].Bias
	parallel.For(len(positions), func(i int) {
		row := values[i*t.first.h : (i+1)*t.first.h]
		for j := range row {
			row[j] = max(row[j]+bias[j], 0)
		}
	})
	return head.Matrix{Values: values, Dim: t.first.h}
}

// withoutFirst returns the head above its first layer.
func withoutFirst(h *head.Head) *head.Head {
	return &head.Head{Kind: h.Kind, Dim: h.Hidden[0].Out, Classes: h.Classes, Hidden: h.Hidden[1:], Kernel: h.Kernel, Bias: h.Bias}
}
