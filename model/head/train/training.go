package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"cutpoint/model/head"
)

// bnMomentum is the share of the old value in BatchNorm's running statistics,
// Keras's default.
const bnMomentum = 0.99

// trainNetwork trains a recipe until the validation loss stops falling.
func trainNetwork(ctx context.Context, d Data, o NetworkOptions, rate float64, r recipe) (*head.Head, error) {
	o, err := o.withDefaults(rate)
	if err == nil {
		err = d.check()
	}
	if err != nil {
		return nil, fmt.Errorf("train a %s head: %w", r.name, err)
	}
	h, err := r.train(ctx, d, o)
	if err != nil {
		return nil, fmt.Errorf("train a %s head: %w", r.name, err)
	}
	return h, nil
}

func (r recipe) train(ctx context.Context, d Data, o NetworkOptions) (_ *head.Head, err error) {
	train, validation := validationSplit(d.labels(), d.groups(), d.Classes, o.ValidationFolds, o.Seed)
	if len(validation) == 0 {
		validation = train // too few groups to hold any out
	}
	run, err := newTraining(d, train, o, r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, run.network.close()) }()
	var best *head.Head
	lowest, since, epoch := math.Inf(1), 0, 0
	for epoch < o.Epochs && since < o.Patience {
		epoch++
		if err := run.epoch(ctx); err != nil {
			return nil, fmt.Errorf("epoch %d: %w", epoch, err)
		}
		h, err := run.head()
		if err != nil {
			return nil, err
		}
		loss, err := run.validationLoss(h, validation)
		if err != nil {
			return nil, err
		}
		o.Progress(epoch, loss)
		if since++; loss < lowest {
			best, lowest, since = keep(h, best), loss, 0
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%w: no epoch had a finite validation loss", ErrNotConverged)
	}
	best.Options = o.describe()
	for name, v := range map[string]int{"epochs": epoch, "best_epoch": epoch - since, "rows": d.Len(), "validation_rows": len(validation)} {
		best.Options[name] = strconv.Itoa(v)
	}
	best.Options["validation_log_loss"] = strconv.FormatFloat(lowest, 'g', 6, 64)
	return best, nil
}

// keep returns a copy of a head whose hidden layers are still being trained. It
// takes over the memory of a head that is no longer needed.
func keep(h, old *head.Head) *head.Head {
	for i := range h.Hidden {
		l := &h.Hidden[i]
		var into []float32
		if old != nil {
			into = old.Hidden[i].Kernel[:0]
		}
		l.Kernel, l.Bias = append(into, l.Kernel...), append([]float32(nil), l.Bias...)
	}
	return h
}

// training is one run of a recipe.
type training struct {
	recipe  recipe
	d       Data
	o       NetworkOptions
	rows    []int // positions in the view, in this epoch's order
	batch   int
	x       *compressed
	weight  []float64   // (K) of a row of each class
	first   *firstLayer // nil without a hidden layer on the features
	network *network
	solver  *adam
	rng     *rand.Rand

	mean, variance []float32       // (W) running statistics of BatchNorm
	inputs         []*tensor.Dense // input, masks, target
}

// newTraining starts from Keras's state: Glorot-uniform kernels, zero biases,
// running mean 0 and variance 1.
func newTraining(d Data, train []int, o NetworkOptions, r recipe) (*training, error) {
	x, err := compress(d.Matrix, false)
	if err != nil {
		return nil, err
	}
	t := &training{recipe: r, d: d, o: o, x: x, rows: append([]int(nil), train...), batch: min(o.BatchSize, len(train)),
		rng: rand.New(rand.NewPCG(o.Seed, 0x6e6574))} // "net"
	t.weight = classWeights(pick(d.labels(), train), d.Classes, o.Balanced)
	width := d.Dim
	if r.first != nil {
		l := r.first(d.Dim, o.Hidden, t.rng)
		width = l.Out
		t.first = newFirstLayer(x, train, l.Out, l.Kernel, o.L2 > 0)
	}
	t.network, err = newNetwork(tensor.Float32, t.batch, width, d.Classes, func(n *network) *gorgonia.Node { return r.connect(n, d.Classes, t.rng) })
	if err != nil {
		return nil, err
	}
	t.solver = &adam{kernel: x.kernel, rate: o.LearningRate, l2: o.L2, decays: t.network.kernels}
	for _, in := range t.network.inputs {
		t.inputs = append(t.inputs, tensor.New(tensor.WithShape(in.Shape()...), tensor.Of(tensor.Float32)))
	}
	if t.network.norm != nil {
		t.mean, t.variance = make([]float32, width), make([]float32, width)
		for j := range t.variance {
			t.variance[j] = 1
		}
	}
	return t, nil
}

// epoch goes once over the rows in a new order. The graph has one batch size, so
// the rows of a last, shorter batch are left out of this epoch.
func (t *training) epoch(ctx context.Context) error {
	t.rng.Shuffle(len(t.rows), func(i, j int) { t.rows[i], t.rows[j] = t.rows[j], t.rows[i] })
	for lo := 0; lo+t.batch <= len(t.rows); lo += t.batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.step(t.rows[lo : lo+t.batch]); err != nil {
			return err
		}
	}
	return nil
}

// step learns from one batch.
func (t *training) step(rows []int) error {
	t.fill(rows)
	return t.learn()
}

// learn updates the weights and the running statistics by the batch in the inputs.
func (t *training) learn() error {
	if err := t.network.forwardBackward(tensors(t.inputs)...); err != nil {
		return err
	}
	if err := t.updateStatistics(); err != nil {
		return err
	}
	t.solver.advance()
	if t.first != nil {
		gradient, err := t.network.inputGradient()
		if err != nil {
			return err
		}
		t.first.step(gradient, t.solver.coefficients(true))
	}
	return t.network.step(t.solver)
}

func tensors(list []*tensor.Dense) []tensor.Tensor {
	out := make([]tensor.Tensor, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// fill writes a batch and fresh masks to the inputs.
func (t *training) fill(rows []int) {
	input := t.inputs[0].Float32s()
	if t.first != nil {
		t.first.load(rows)
		t.first.forward(input)
	} else {
		for i, position := range rows {
			copy(input[i*t.d.Dim:(i+1)*t.d.Dim], t.d.Row(position))
		}
	}
	for _, mask := range t.inputs[1 : len(t.inputs)-1] {
		fillMask(mask.Float32s(), t.o.Dropout, t.rng)
	}
	target := t.inputs[len(t.inputs)-1].Float32s()
	clear(target)
	for i, position := range rows {
		y := t.d.Y[t.d.At(position)]
		target[i*t.d.Classes+y] = float32(t.weight[y])
	}
}

// fillMask draws an inverted dropout mask: what is kept is scaled up, so that
// the expectation stays and inference needs no correction.
func fillMask(mask []float32, rate float64, rng *rand.Rand) {
	for i := range mask {
		mask[i] = 0
		if rng.Float64() >= rate {
			mask[i] = float32(1 / (1 - rate))
		}
	}
}

// updateStatistics updates the running statistics as Keras does: by the batch's
// mean and biased variance.
func (t *training) updateStatistics() error {
	if t.network.norm == nil {
		return nil
	}
	mean, err := floats32(t.network.norm.mean)
	if err != nil {
		return err
	}
	variance, err := floats32(t.network.norm.variance)
	if err != nil {
		return err
	}
	for j := range t.mean {
		t.mean[j] = bnMomentum*t.mean[j] + (1-bnMomentum)*mean[j]
		t.variance[j] = bnMomentum*t.variance[j] + (1-bnMomentum)*variance[j]
	}
	return nil
}

// rowsAt turns positions in the view into rows of the matrix.
func rowsAt(d Data, positions []int) []int {
	rows := make([]int, len(positions))
	for i, p := range positions {
		rows[i] = d.At(p)
	}
	return rows
}
