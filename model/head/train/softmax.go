package train

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"cutpoint/model/head"
)

// Softmax is multinomial logistic regression on standardised features with an
// L2 penalty on the kernel, solved by L-BFGS.
type Softmax struct {
	// L2 values to choose from, by the mean log loss over inner folds of the
	// training rows. One value is used as it is; none means DefaultL2Grid. In
	// scikit-learn's terms C = 1/(L2·N), or 2/(L2·N) for two classes, where it
	// keeps one weight vector instead of two.
	L2 []float64
	// InnerFolds is the number of folds of the cross-validation that makes that
	// choice; 0 means 5.
	InnerFolds int
	// Standardize is one of the Standardize constants; "" means DefaultStandardize.
	Standardize string
	// Normalize divides each page's vector by its Euclidean length first.
	Normalize bool
	// Balanced gives every class the same weight: a row counts N/(K·rows of its
	// class).
	Balanced bool
	// Seed decides the inner folds.
	Seed uint64
}

// DefaultStandardize is the standardisation of Softmax unless another is chosen.
const DefaultStandardize = StandardizeShrunk

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
func (Softmax) Name() string { return head.SoftmaxName }

// Train chooses L2 on inner folds and fits all rows with it.
func (s Softmax) Train(ctx context.Context, d Data) (*head.Head, error) {
	h, err := s.train(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("train a softmax head: %w", err)
	}
	return h, nil
}

func (s Softmax) train(ctx context.Context, d Data) (*head.Head, error) {
	s, err := s.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	x, err := compress(d.Matrix, s.Normalize)
	if err != nil {
		return nil, err
	}
	choice := l2Choice{l2: s.L2[0]}
	if len(s.L2) > 1 {
		if choice, err = s.choose(ctx, x, d); err != nil {
			return nil, err
		}
	}
	o, err := s.objective(ctx, x, all(x.n), d, 1)
	if err != nil {
		return nil, err
	}
	o.setL2(choice.l2)
	u, err := o.solve(ctx, make([]float64, o.size()), tightGradient)
	if err != nil {
		return nil, fmt.Errorf("L2 %g: %w", choice.l2, err)
	}
	h := o.head(u)
	h.Options = s.options(x.n, choice)
	return h, nil
}

// Check reports the first option that no training could be run with.
func (s Softmax) Check() error {
	_, err := s.withDefaults()
	return err
}

// withDefaults returns the recipe with its L2 values from the strongest to the
// weakest.
func (s Softmax) withDefaults() (Softmax, error) {
	s.L2 = append([]float64(nil), s.L2...)
	if len(s.L2) == 0 {
		s.L2 = DefaultL2Grid()
	}
	for _, v := range s.L2 {
		if !(v > 0) || math.IsInf(v, 0) {
			return s, fmt.Errorf("L2 %g is not a positive number", v)
		}
	}
	sortDescending(s.L2)
	if s.InnerFolds == 0 {
		s.InnerFolds = 5
	}
	if s.InnerFolds < 2 {
		return s, fmt.Errorf("%d inner folds: there must be at least 2", s.InnerFolds)
	}
	switch s.Standardize {
	case "":
		s.Standardize = DefaultStandardize
	case StandardizeFeature, StandardizeShrunk, StandardizeWhole:
	default:
		return s, fmt.Errorf("unknown standardisation %q; it is %s, %s or %s", s.Standardize, StandardizeFeature, StandardizeShrunk, StandardizeWhole)
	}
	return s, nil
}

// Evaluations of the objective until the solution, as counted on 240 × 25,088 and
// 2,000 × 4,096 rectified normal features: 10 to 30 for one L2 value, 5 to 10 for
// each further one, which starts from its neighbour's solution.
const (
	evaluationsAlone = 20
	evaluationsMore  = 8
)

// objective is the problem on some rows of the view, in the pages' span where that
// is faster for the number of L2 values that it is to be solved for.
func (s Softmax) objective(ctx context.Context, x *compressed, rows []int, d Data, values int) (*objective, error) {
	o, err := s.direct(x, rows, d)
	if err != nil || !fasterInSpan(x, d.Classes, evaluationsAlone+evaluationsMore*(values-1)) {
		return o, err
	}
	return o.inSpan(ctx)
}

// direct is the problem on the features themselves.
func (s Softmax) direct(x *compressed, rows []int, d Data) (*objective, error) {
	z, err := newStandard(x, rows, s.Standardize)
	if err != nil {
		return nil, err
	}
	y := make([]int, len(rows))
	for i, r := range rows {
		y[i] = d.Y[d.At(r)]
	}
	class := classWeights(y, d.Classes, s.Balanced)
	w := make([]float64, len(rows))
	for i, k := range y {
		w[i] = class[k] / float64(len(rows))
	}
	return newObjective(x, rows, y, w, d.Classes, z), nil
}

// Where the optimiser stops, in the largest component of the scaled gradient: tight
// for a head that is kept, looser while L2 values are compared.
const (
	tightGradient  = 3e-5
	looseGradient  = 1e-4
	failedGradient = 1e-3 // a line search that stalls above this has failed
)

// solve minimises the objective from the start.
func (o *objective) solve(ctx context.Context, start []float64, threshold float64) ([]float64, error) {
	l := &lbfgs{evaluate: o.evaluate, threshold: threshold}
	return l.minimise(ctx, start, failedGradient)
}

// options returns what a head was trained with, as Head.Options has it.
func (s Softmax) options(rows int, choice l2Choice) map[string]string {
	options := map[string]string{
		"l2": strconv.FormatFloat(choice.l2, 'g', -1, 64), "rows": strconv.Itoa(rows), "standardize": s.Standardize,
		"normalize": strconv.FormatBool(s.Normalize), "balanced": strconv.FormatBool(s.Balanced),
		"seed": strconv.FormatUint(s.Seed, 10), "solver": "lbfgs"}
	if len(s.L2) > 1 {
		options["inner_folds"] = strconv.Itoa(s.InnerFolds)
		options["validation_log_loss"] = strconv.FormatFloat(choice.loss, 'g', 6, 64)
	}
	return options
}
