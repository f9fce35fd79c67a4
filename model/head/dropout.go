package head

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// DropoutBNSoftmaxName is the recipe of DropoutBNSoftmax.
const DropoutBNSoftmaxName = "dropout-bn-softmax"

// The recipe's numbers: Keras's defaults where it has them.
const (
	dropoutRate  = 0.5
	learningRate = 1e-3
	adamEpsilon  = 1e-7
	bnMomentum   = 0.99 // share of the old value in the running statistics
	miniBatch    = 32
)

// DropoutBNSoftmax is Dropout 0.5 → BatchNorm → Dense softmax, trained by Adam
// on categorical cross-entropy in mini-batches of 32, ended early on a validation
// split: what one puts on a network whose fully connected layers are kept. It
// takes features as they are; BatchNorm standardises them.
type DropoutBNSoftmax struct {
	// Epochs is the most passes over the training rows; 0 means 100.
	Epochs int
	// Patience is how many epochs may pass without a lower validation loss; the
	// best epoch's weights are kept. 0 means 10.
	Patience int
	// ValidationFolds is the number of parts one of which is the validation
	// split; 0 means 5.
	ValidationFolds int
	// Seed decides the validation split, the start, the order and the dropping.
	Seed uint64
}

// Name returns "dropout-bn-softmax".
func (DropoutBNSoftmax) Name() string { return DropoutBNSoftmaxName }

// Train trains until the validation loss stops falling.
func (t DropoutBNSoftmax) Train(ctx context.Context, d Data) (*Head, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("train a %s head: %w", t.Name(), err)
	}
	if t.Epochs < 0 || t.Patience < 0 {
		return nil, fmt.Errorf("train a %s head: %d epochs with patience %d: neither can be negative", t.Name(), t.Epochs, t.Patience)
	}
	if t.Epochs == 0 {
		t.Epochs = 100
	}
	if t.Patience == 0 {
		t.Patience = 10
	}
	h, err := t.train(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("train a %s head: %w", t.Name(), err)
	}
	return h, nil
}

func (t DropoutBNSoftmax) train(ctx context.Context, d Data) (_ *Head, err error) {
	train, validation := validationSplit(d.labels(), d.groups(), d.Classes, t.ValidationFolds, t.Seed)
	if len(validation) == 0 {
		validation = train // too few groups to hold any out
	}
	run, err := newTraining(d, train, t.Seed)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, run.network.close()) }()
	held := d.Subset(at(d, validation))
	var best *Head
	lowest, since := math.Inf(1), 0
	epoch := 1
	for ; epoch <= t.Epochs && since < t.Patience; epoch++ {
		if err := run.epoch(ctx); err != nil {
			return nil, fmt.Errorf("epoch %d: %w", epoch, err)
		}
		h, err := run.head()
		if err != nil {
			return nil, err
		}
		loss, err := validationLoss(h, held)
		if err != nil {
			return nil, err
		}
		if since++; loss < lowest {
			best, lowest, since = h, loss, 0
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%w: no epoch had a finite validation loss", ErrNotConverged)
	}
	best.Options = map[string]string{"epochs": strconv.Itoa(epoch - 1), "best_epoch": strconv.Itoa(epoch - 1 - since),
		"patience": strconv.Itoa(t.Patience), "rows": strconv.Itoa(d.Len()), "validation_rows": strconv.Itoa(len(validation)),
		"seed": strconv.FormatUint(t.Seed, 10), "solver": "adam", "validation_log_loss": strconv.FormatFloat(lowest, 'g', 6, 64)}
	return best, nil
}

// at turns places in the view into rows of the matrix.
func at(d Data, places []int) []int {
	rows := make([]int, len(places))
	for i, p := range places {
		rows[i] = d.At(p)
	}
	return rows
}

func validationLoss(h *Head, d Data) (float64, error) {
	logp, err := h.LogProbabilities(d.Matrix)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for i, y := range d.labels() {
		sum -= logp[i*d.Classes+y]
	}
	return sum / float64(d.Len()), nil
}

// training is one run of the recipe.
type training struct {
	d       Data
	rows    []int // of the matrix, in this epoch's order
	batch   int
	network *network
	solver  gorgonia.Solver
	rng     *rand.Rand

	mean, variance  []float32 // (D) running statistics
	x, mask, target *tensor.Dense
}

// newTraining starts from Keras's state: a Glorot-uniform kernel, zero biases,
// running mean 0 and variance 1.
func newTraining(d Data, train []int, seed uint64) (*training, error) {
	r := &training{d: d, rows: at(d, train), batch: min(miniBatch, len(train)),
		rng:    rand.New(rand.NewPCG(seed, 0x64726f706f7574)), // "dropout"
		solver: gorgonia.NewAdamSolver(gorgonia.WithLearnRate(learningRate), gorgonia.WithEps(adamEpsilon)),
		mean:   make([]float32, d.Dim), variance: make([]float32, d.Dim)}
	for j := range r.variance {
		r.variance[j] = 1
	}
	kernel := make([]float32, d.Dim*d.Classes)
	limit := math.Sqrt(6 / float64(d.Dim+d.Classes))
	for i := range kernel {
		kernel[i] = float32((2*r.rng.Float64() - 1) * limit)
	}
	matrix := func(cols int) *tensor.Dense {
		return tensor.New(tensor.WithShape(r.batch, cols), tensor.Of(tensor.Float32))
	}
	r.x, r.mask, r.target = matrix(d.Dim), matrix(d.Dim), matrix(d.Classes)
	var err error
	r.network, err = newNetwork(tensor.Float32, r.batch, d.Dim, d.Classes, kernel)
	return r, err
}

// epoch goes once over the rows in a new order. The graph has one batch size, so
// the rows of a last short batch sit this epoch out.
func (r *training) epoch(ctx context.Context) error {
	r.rng.Shuffle(len(r.rows), func(i, j int) { r.rows[i], r.rows[j] = r.rows[j], r.rows[i] })
	for lo := 0; lo+r.batch <= len(r.rows); lo += r.batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.fill(r.rows[lo : lo+r.batch])
		if err := r.network.forwardBackward(r.x, r.mask, r.target); err != nil {
			return err
		}
		if err := r.updateStatistics(); err != nil {
			return err
		}
		if err := r.network.step(r.solver); err != nil {
			return err
		}
	}
	return nil
}

// fill writes a batch and a fresh mask to the inputs.
func (r *training) fill(rows []int) {
	x, mask, target := r.x.Float32s(), r.mask.Float32s(), r.target.Float32s()
	clear(target)
	for i, row := range rows {
		copy(x[i*r.d.Dim:(i+1)*r.d.Dim], r.d.Values[row*r.d.Dim:])
		target[i*r.d.Classes+r.d.Y[row]] = 1
	}
	fillMask(mask, r.rng)
}

// fillMask draws an inverted dropout mask: what is kept is scaled up, so that
// the expectation stays and inference needs no correction.
func fillMask(mask []float32, rng *rand.Rand) {
	for i := range mask {
		mask[i] = 0
		if rng.Float64() >= dropoutRate {
			mask[i] = 1 / (1 - dropoutRate)
		}
	}
}

// updateStatistics moves the running statistics as Keras does: by the batch's
// mean and biased variance.
func (r *training) updateStatistics() error {
	mean, err := floats32(r.network.mean)
	if err != nil {
		return err
	}
	variance, err := floats32(r.network.variance)
	if err != nil {
		return err
	}
	for j := range r.mean {
		r.mean[j] = bnMomentum*r.mean[j] + (1-bnMomentum)*mean[j]
		r.variance[j] = bnMomentum*r.variance[j] + (1-bnMomentum)*variance[j]
	}
	return nil
}

// head returns the network in inference as an affine map: BatchNorm's
// γ·(x−μ)/√(σ²+ε)+β becomes a mean, a scale and a part of the bias, β·Kernel.
func (r *training) head() (*Head, error) {
	h := &Head{Kind: DropoutBNSoftmaxName, Dim: r.d.Dim, Classes: r.d.Classes, Mean: append([]float32(nil), r.mean...)}
	var values [4][]float32
	for i, node := range r.network.learnables() {
		v, err := floats32(node.Value())
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	gamma, beta := values[0], values[1]
	h.Kernel = append([]float32(nil), values[2]...)
	h.Scale = make([]float32, r.d.Dim)
	bias := make([]float64, r.d.Classes)
	for k, b := range values[3] {
		bias[k] = float64(b)
	}
	for j := range h.Scale {
		h.Scale[j] = float32(float64(gamma[j]) / math.Sqrt(float64(r.variance[j])+bnEpsilon))
		for k := range bias {
			bias[k] += float64(beta[j]) * float64(h.Kernel[j*r.d.Classes+k])
		}
	}
	h.Bias = float32s(bias)
	return h, nil
}
