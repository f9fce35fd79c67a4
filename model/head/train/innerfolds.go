package train

import (
	"context"
	"errors"
	"fmt"
	"math"

	"cutpoint/model/internal/parallel"
)

// l2Choice is an L2 value and its mean log loss over the inner folds.
type l2Choice struct{ l2, loss float64 }

// worse is the number of consecutive weaker L2 values without a lower validation
// loss after which the search ends: the weak end is slow, and overfits ever more.
const worse = 3

// innerFold is one division of the training rows into training and validation, and
// its solution for the current L2 value.
type innerFold struct {
	problem       *objective
	validation, y []int
	u             []float64
	loss          float64
	err           error
}

// choose goes from strong to weak L2 on all inner folds at once, each
// solution the start of the next, and returns the value with the lowest mean
// validation log loss, the stronger of equals. Features are standardised by each
// fold's own training rows: a feature that is rare there is large in pages never
// seen, and that must count in the choice.
func (s Softmax) choose(ctx context.Context, x *compressed, d Data) (l2Choice, error) {
	folds, err := s.innerFolds(ctx, x, d)
	if err != nil {
		return l2Choice{}, fmt.Errorf("choose L2: %w", err)
	}
	if len(folds) == 0 { // too few groups to hold any out: the middle of the grid
		return l2Choice{l2: s.L2[len(s.L2)/2], loss: math.NaN()}, nil
	}
	best, since := l2Choice{loss: math.Inf(1)}, 0
	for _, l2 := range s.L2 {
		parallel.For(len(folds), func(f int) { folds[f].advance(ctx, l2) })
		loss, n := 0.0, 0
		for _, f := range folds {
			if f.err != nil {
				return best, fmt.Errorf("choose L2: at %g: %w", l2, f.err)
			}
			loss += f.loss
			n += len(f.validation)
		}
		if loss /= float64(n); loss < best.loss {
			best, since = l2Choice{l2, loss}, 0
		} else if since++; since == worse {
			break
		}
	}
	return best, nil
}

// innerFolds divides the view's rows. A fold without validation rows, or whose
// training rows are all alike, is left out.
func (s Softmax) innerFolds(ctx context.Context, x *compressed, d Data) ([]*innerFold, error) {
	y, groups := d.labels(), d.groups()
	of := StratifiedGroupFolds(y, groups, d.Classes, s.InnerFolds, s.Seed)
	var folds []*innerFold
	for k := range s.InnerFolds {
		train, validation := holdOut(y, groups, d.Classes, of, k)
		if len(validation) == 0 {
			continue
		}
		problem, err := s.objective(ctx, x, train, d, len(s.L2))
		if errors.Is(err, errAlike) {
			continue
		} else if err != nil {
			return nil, err
		}
		folds = append(folds, &innerFold{problem: problem, validation: validation, y: pick(y, validation), u: make([]float64, problem.size())})
	}
	return folds, nil
}

// advance moves the solution to another L2 and sets the validation loss, summed
// over the rows.
func (f *innerFold) advance(ctx context.Context, l2 float64) {
	from := append([]float64(nil), f.problem.unit...)
	f.problem.setL2(l2)
	if from != nil { // the same weights in the new units
		for i := range f.u {
			f.u[i] *= from[i/f.problem.classes] / f.problem.unit[i/f.problem.classes]
		}
	}
	u, err := f.problem.solve(ctx, f.u, looseGradient)
	if err != nil {
		f.err = err
		return
	}
	f.u, f.loss = u, f.problem.logLoss(f.validation, f.y, u)*float64(len(f.validation))
}
