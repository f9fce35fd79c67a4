package head

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// SoftmaxName is the recipe of Softmax.
const SoftmaxName = "softmax"

// Softmax is multinomial logistic regression on standardised features with an
// L2 penalty on the kernel, solved by L-BFGS in float64.
type Softmax struct {
	// L2 values to choose from, by the log loss on a validation split inside the
	// training rows. One value is used as it is; none means DefaultL2Grid. In
	// scikit-learn's terms C = 1/(L2·N), or 2/(L2·N) for two classes, where it
	// keeps one weight vector instead of two.
	L2 []float64
	// ValidationFolds is the number of parts one of which is the validation
	// split; 0 means 5.
	ValidationFolds int
	// Seed decides the validation split.
	Seed uint64
}

// DefaultL2Grid returns 13 values from 10⁻⁴ to 10⁴, log-spaced. Standardised
// features number hundreds to tens of thousands, and the useful L2 grows with
// their number.
func DefaultL2Grid() []float64 {
	grid := make([]float64, 13)
	for i := range grid {
		grid[i] = math.Pow(10, -4+float64(i)*8/12)
	}
	return grid
}

// Name returns "softmax".
func (Softmax) Name() string { return SoftmaxName }

// Train chooses L2 on a validation split and fits all rows with it.
func (s Softmax) Train(ctx context.Context, d Data) (*Head, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("train a softmax head: %w", err)
	}
	grid, err := s.grid()
	if err != nil {
		return nil, fmt.Errorf("train a softmax head: %w", err)
	}
	choice := l2Choice{l2: grid[0]}
	if len(grid) > 1 {
		if choice, err = s.choose(ctx, d, grid); err != nil {
			return nil, fmt.Errorf("choose L2: %w", err)
		}
	}
	mean, scale := standardise(d.Matrix)
	z, err := newDesign(ctx, d, mean, scale, 1)
	if err != nil {
		return nil, fmt.Errorf("train a softmax head: %w", err)
	}
	y := d.labels()
	o := newObjective(z, all(z.n), y, d.Classes)
	o.setL2(choice.l2)
	w, err := o.solve(ctx, zeroWeights(d.Classes, z.r), tightGradient)
	if err != nil {
		return nil, fmt.Errorf("train a softmax head with L2 %g: %w", choice.l2, err)
	}
	h := &Head{Kind: SoftmaxName, Dim: d.Dim, Classes: d.Classes, Mean: mean, Scale: scale,
		Kernel: z.kernel(w.kernel), Bias: float32s(w.bias), Options: map[string]string{
			"l2": strconv.FormatFloat(choice.l2, 'g', -1, 64), "rows": strconv.Itoa(z.n),
			"seed": strconv.FormatUint(s.Seed, 10), "solver": "lbfgs"}}
	if len(grid) > 1 {
		h.Options["validation_log_loss"] = strconv.FormatFloat(choice.loss, 'g', 6, 64)
	}
	return h, nil
}

// choose finds the best L2 on a validation split. The features are standardised
// by the split's training rows alone: a feature that is rare in training is large
// in pages never seen, in the validation rows as in the test rows, and the choice
// must feel that.
func (s Softmax) choose(ctx context.Context, d Data, grid []float64) (l2Choice, error) {
	y := d.labels()
	train, validation := validationSplit(y, d.groups(), d.Classes, s.ValidationFolds, s.Seed)
	rows := make([]int, len(train))
	for i, t := range train {
		rows[i] = d.At(t)
	}
	mean, scale := standardise(d.Subset(rows).Matrix)
	z, err := newDesign(ctx, d, mean, scale, len(grid))
	if err != nil {
		return l2Choice{}, err
	}
	return chooseL2(ctx, z, y, d.Classes, grid, train, validation)
}

// Evaluations of the objective that a solution takes, as counted on 240 × 25,088
// and 1,600 × 4,096 rectified normal features: 16 to 44 for one L2 value, 104 to
// 119 for a grid of 13 whose solutions start from their neighbours. They decide
// only which way is faster.
const (
	evaluationsAlone = 25
	evaluationsMore  = 8
)

// newDesign picks the cheaper of the two equivalent designs.
func newDesign(ctx context.Context, d Data, mean, scale []float32, l2Values int) (*design, error) {
	if allZero(scale) {
		return nil, fmt.Errorf("all %d pages have the same features: there is nothing to learn from", d.Len())
	}
	if spanIsCheaper(d.Len(), d.Dim, d.Classes, evaluationsAlone+evaluationsMore*(l2Values-1)) {
		return newSpan(ctx, d.Matrix, mean, scale)
	}
	return newDirect(d.Matrix, mean, scale), ctx.Err()
}

func allZero(values []float32) bool {
	for _, v := range values {
		if v != 0 {
			return false
		}
	}
	return true
}

// grid returns the L2 values from the strongest to the weakest.
func (s Softmax) grid() ([]float64, error) {
	grid := append([]float64(nil), s.L2...)
	if len(grid) == 0 {
		grid = DefaultL2Grid()
	}
	for _, v := range grid {
		if !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("L2 %g is not a positive number", v)
		}
	}
	sortDescending(grid)
	return grid, nil
}

// l2Choice is an L2 value, its validation log loss and the weights found with it.
type l2Choice struct{ l2, loss float64 }

// worse is how many ever weaker L2 values in a row may raise the validation loss
// before the search ends: the weak end is slow, and overfits ever more.
const worse = 3

// chooseL2 goes from strong to weak, each solution the start of the next, and
// returns the value with the lowest validation log loss, the stronger of equals.
func chooseL2(ctx context.Context, z *design, y []int, classes int, grid []float64, train, validation []int) (l2Choice, error) {
	w := zeroWeights(classes, z.r)
	if len(validation) == 0 { // too few groups to hold any out: the middle of the grid
		return l2Choice{l2: grid[len(grid)/2], loss: math.NaN()}, nil
	}
	o := newObjective(z, train, pick(y, train), classes)
	best, since := l2Choice{loss: math.Inf(1)}, 0
	for _, l2 := range grid {
		o.setL2(l2)
		var err error
		if w, err = o.solve(ctx, w, looseGradient); err != nil {
			return best, fmt.Errorf("L2 %g: %w", l2, err)
		}
		if loss := logLoss(z, w, validation, y); loss < best.loss {
			best, since = l2Choice{l2, loss}, 0
		} else if since++; since == worse {
			break
		}
	}
	return best, nil
}

// logLoss returns the mean negative log probability of the right classes.
func logLoss(z *design, w weights, rows, y []int) float64 {
	sum := 0.0
	row := make([]float64, len(w.bias))
	for _, r := range rows {
		logits(z.row(r), w, row)
		logSoftmax(row)
		sum -= row[y[r]]
	}
	return sum / float64(len(rows))
}

func zeroWeights(classes, r int) weights {
	w := weights{make([][]float64, classes), make([]float64, classes)}
	for k := range w.kernel {
		w.kernel[k] = make([]float64, r)
	}
	return w
}
