package head

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// objective is multinomial logistic regression on some rows of a design:
//
//	f(V, b) = 1/N·Σ −log softmax(V·z + b)[y] + L2/2·‖V‖²
//
// with the bias left unregularised. It is scikit-learn's with C = 1/(L2·N).
type objective struct {
	d       *design
	rows    []int // (N) rows of the design
	y       []int // (N)
	classes int
	l2      float64
	// scale divides the weights before the optimiser sees them, (R+1), so that
	// each direction has a curvature near 1: the Hessian's diagonal is at most
	// mean(z²)/4 + L2.
	scale []float64

	residual []float64 // (N, K) p − y
	losses   []float64 // (N)
	at       []float64 // the point that value and gradient belong to
	value    float64
	gradient []float64 // (K, R+1), in the optimiser's units
}

func newObjective(d *design, rows, y []int, classes int) *objective {
	o := &objective{d: d, rows: rows, y: y, classes: classes,
		residual: make([]float64, len(rows)*classes), losses: make([]float64, len(rows)),
		gradient: make([]float64, classes*(d.r+1)), scale: make([]float64, d.r+1)}
	return o
}

// setL2 changes the regularisation and with it the optimiser's units.
func (o *objective) setL2(l2 float64) {
	o.l2, o.at = l2, nil
	square := make([]float64, o.d.r)
	for _, r := range o.rows {
		for j, v := range o.d.row(r) {
			square[j] += v * v
		}
	}
	for j, s := range square {
		o.scale[j] = math.Sqrt(s/float64(4*len(o.rows)) + l2)
	}
	o.scale[o.d.r] = 0.5 // the bias: a feature that is 1 everywhere
}

// weights are a solution in natural units: (K, R) and (K).
type weights struct {
	kernel [][]float64
	bias   []float64
}

func (o *objective) toWeights(u []float64) weights {
	r := o.d.r
	w := weights{make([][]float64, o.classes), make([]float64, o.classes)}
	for k := range o.classes {
		part := u[k*(r+1) : (k+1)*(r+1)]
		w.kernel[k] = make([]float64, r)
		floats.DivTo(w.kernel[k], part[:r], o.scale[:r])
		w.bias[k] = part[r] / o.scale[r]
	}
	return w
}

func (o *objective) fromWeights(w weights) []float64 {
	u := make([]float64, 0, o.classes*(o.d.r+1))
	for k := range o.classes {
		for j, v := range w.kernel[k] {
			u = append(u, v*o.scale[j])
		}
		u = append(u, w.bias[k]*o.scale[o.d.r])
	}
	return u
}

// evaluate sets value and gradient for the point u, once.
func (o *objective) evaluate(u []float64) {
	if o.at != nil && floats.Equal(o.at, u) {
		return
	}
	o.at = append(o.at[:0], u...)
	w := o.toWeights(u)
	blocks := spans(len(o.rows), 16)
	parallel(len(blocks), func(b int) {
		for i := blocks[b].lo; i < blocks[b].hi; i++ {
			o.forward(i, w)
		}
	})
	n := float64(len(o.rows))
	o.value = floats.Sum(o.losses) / n
	for _, kernel := range w.kernel {
		o.value += o.l2 / 2 * floats.Dot(kernel, kernel)
	}
	parts := spans(o.d.r, columns)
	parallel(len(parts), func(p int) { o.backward(parts[p], w) })
	for k := range o.classes {
		sum := 0.0
		for i := range o.rows {
			sum += o.residual[i*o.classes+k]
		}
		o.gradient[(k+1)*(o.d.r+1)-1] = sum / n / o.scale[o.d.r]
	}
}

// forward sets the loss and the residual of the i-th row.
func (o *objective) forward(i int, w weights) {
	row := o.residual[i*o.classes : (i+1)*o.classes]
	logits(o.d.row(o.rows[i]), w, row)
	logSoftmax(row)
	o.losses[i] = -row[o.y[i]]
	for k, v := range row {
		row[k] = math.Exp(v)
	}
	row[o.y[i]]--
}

// logits writes V·z + b to dst, (K).
func logits(z []float64, w weights, dst []float64) {
	for k, kernel := range w.kernel {
		dst[k] = dot(z, kernel) + w.bias[k]
	}
}

// backward sets the gradient of the columns s.lo … s.hi-1.
func (o *objective) backward(s span, w weights) {
	n := float64(len(o.rows))
	for k := range o.classes {
		g := o.gradient[k*(o.d.r+1)+s.lo : k*(o.d.r+1)+s.hi]
		clear(g)
	}
	for i, r := range o.rows {
		z := o.d.row(r)[s.lo:s.hi]
		for k := range o.classes {
			axpy(o.residual[i*o.classes+k], z, o.gradient[k*(o.d.r+1)+s.lo:k*(o.d.r+1)+s.hi])
		}
	}
	for k := range o.classes {
		g := o.gradient[k*(o.d.r+1)+s.lo : k*(o.d.r+1)+s.hi]
		for j := range g {
			g[j] = (g[j]/n + o.l2*w.kernel[k][s.lo+j]) / o.scale[s.lo+j]
		}
	}
}

// How far the optimiser goes, in the largest component of the scaled gradient:
// tight for a head that is kept, looser while L2 values are compared.
const (
	tightGradient  = 1e-7
	looseGradient  = 1e-4
	failedGradient = 1e-3 // a line search that stalls above this has failed
	iterations     = 2000
)

// solve minimises the objective from the start by L-BFGS.
func (o *objective) solve(ctx context.Context, start weights, threshold float64) (weights, error) {
	problem := optimize.Problem{
		Func: func(u []float64) float64 { o.evaluate(u); return o.value },
		Grad: func(g, u []float64) { o.evaluate(u); copy(g, o.gradient) },
		Status: func() (optimize.Status, error) {
			if err := ctx.Err(); err != nil {
				return optimize.RuntimeLimit, err
			}
			return optimize.NotTerminated, nil
		},
	}
	settings := &optimize.Settings{GradientThreshold: threshold, MajorIterations: iterations, Converger: optimize.NeverTerminate{}}
	method := &optimize.LBFGS{Store: 20, Linesearcher: &optimize.MoreThuente{}}
	result, err := optimize.Minimize(problem, o.fromWeights(start), settings, method)
	if ctx.Err() != nil {
		return weights{}, ctx.Err()
	}
	if result == nil {
		return weights{}, fmt.Errorf("%w: %w", ErrNotConverged, err)
	}
	o.evaluate(result.X)
	if g := floats.Norm(o.gradient, math.Inf(1)); !(g <= max(threshold, failedGradient)) {
		return weights{}, fmt.Errorf("%w: the gradient is still %.2g after %d iterations (%v)", ErrNotConverged, g, result.MajorIterations, result.Status)
	}
	return o.toWeights(result.X), nil
}
