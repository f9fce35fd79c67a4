package train

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas32"

	"cutpoint/model/internal/parallel"
)

// lbfgs minimises a smooth, strictly convex function of many variables (Liu and
// Nocedal, Mathematical Programming 45, 1989). gonum's optimiser does the same;
// this one shares its vector work over the cores, keeps its pairs in half the
// memory, and ends a line search by the slope alone once values no longer differ
// in what float32 resolves, so that the data may be read in float32.
type lbfgs struct {
	evaluate func(u, gradient []float64) float64
	// threshold is the largest component of the gradient at the solution.
	threshold float64
	pairs     []pair // the newest last, at most memory
	blocks    []span
}

// pair is a step and the change of the gradient along it.
type pair struct {
	s, y []float32
	rho  float64 // 1/(s·y)
}

const (
	memory     = 10   // pairs that are kept, as SciPy keeps
	iterations = 2000 // at most
	searches   = 25   // evaluations along one direction, at most

	// Wolfe's conditions: the share of the decrease predicted by the slope that a
	// step must reach, and the share of the slope that may be left.
	sufficientDecrease = 1e-4
	curvatureShare     = 0.9
	// resolution is the relative difference of two values that are the same as far
	// as sums of float32 products can tell (Hager and Zhang, SIAM Journal on
	// Optimization 16, 2005, condition 4.1).
	resolution = 1e-7
)

// point is where the minimisation stands.
type point struct {
	u, gradient []float64
	value       float64
}

// minimise goes from u until the gradient is small. failed is the gradient above
// which a search that cannot go on has failed.
func (l *lbfgs) minimise(ctx context.Context, u []float64, failed float64) ([]float64, error) {
	l.blocks = spans(len(u), 1<<13)
	at := point{u: append([]float64(nil), u...), gradient: make([]float64, len(u))}
	at.value = l.evaluate(at.u, at.gradient)
	next := point{u: make([]float64, len(u)), gradient: make([]float64, len(u))}
	direction := make([]float32, len(u))
	for range iterations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if largest(at.gradient) <= l.threshold {
			return at.u, nil
		}
		l.direct(at.gradient, direction)
		if !l.search(at, &next, direction) {
			if len(l.pairs) == 0 {
				break
			}
			l.pairs = nil // begin anew, with the steepest descent
			continue
		}
		l.remember(at, next)
		at, next = next, at
	}
	if g := largest(at.gradient); !(g <= failed) {
		return nil, fmt.Errorf("%w: the gradient is still %.2g", ErrNotConverged, g)
	}
	return at.u, nil
}

// direct sets the direction −H·gradient by the two loops of the recursion.
func (l *lbfgs) direct(gradient []float64, q []float32) {
	parallel.For(len(l.blocks), func(b int) {
		for i := l.blocks[b].lo; i < l.blocks[b].hi; i++ {
			q[i] = float32(-gradient[i])
		}
	})
	alpha := make([]float64, len(l.pairs))
	for i := len(l.pairs) - 1; i >= 0; i-- {
		p := l.pairs[i]
		alpha[i] = p.rho * l.dot(p.s, q)
		l.axpy(-alpha[i], p.y, q)
	}
	if n := len(l.pairs); n > 0 {
		p := l.pairs[n-1]
		scale := float32(1 / (p.rho * l.dot(p.y, p.y)))
		parallel.For(len(l.blocks), func(b int) {
			for i := l.blocks[b].lo; i < l.blocks[b].hi; i++ {
				q[i] *= scale
			}
		})
	}
	for i, p := range l.pairs {
		l.axpy(alpha[i]-p.rho*l.dot(p.y, q), p.s, q)
	}
}

// search finds a step along the direction that meets Wolfe's conditions, and
// reports whether there is one. Along a line a convex function's slope only grows:
// it shows whether a step was too long or too short, and where to try next.
func (l *lbfgs) search(at point, next *point, direction []float32) bool {
	slope := l.slope(at.gradient, direction)
	if !(slope < 0) {
		return false
	}
	step := 1.0
	if len(l.pairs) == 0 { // nothing is known of the curvature but that it is near 1
		step = min(1, 1/math.Sqrt(-slope))
	}
	low, lowSlope := 0.0, slope
	high, highSlope := math.Inf(1), math.NaN()
	for range searches {
		l.move(at.u, step, direction, next.u)
		next.value = l.evaluate(next.u, next.gradient)
		now := l.slope(next.gradient, direction)
		falls := next.value <= at.value+sufficientDecrease*step*slope ||
			next.value <= at.value+resolution*math.Abs(at.value) && now <= -slope*(1-2*sufficientDecrease)
		switch {
		case math.IsNaN(next.value) || !falls:
			high, highSlope = step, now
		case now < curvatureShare*slope:
			low, lowSlope = step, now
		default:
			return true
		}
		step = between(low, lowSlope, high, highSlope)
	}
	return false
}

// between returns where the slope is 0 by linear interpolation, kept well inside
// the range.
func between(low, lowSlope, high, highSlope float64) float64 {
	if math.IsInf(high, 1) {
		return 4 * low
	}
	zero := low + (high-low)*lowSlope/(lowSlope-highSlope)
	if !(zero > low && zero < high) {
		zero = (low + high) / 2
	}
	return min(max(zero, low+(high-low)/10), high-(high-low)/10)
}

// remember adds the step from a to b to the pairs.
func (l *lbfgs) remember(a, b point) {
	var p pair
	if len(l.pairs) == memory {
		p = l.pairs[0]
		l.pairs = append(l.pairs[:0], l.pairs[1:]...)
	} else {
		p = pair{s: make([]float32, len(a.u)), y: make([]float32, len(a.u))}
	}
	parallel.For(len(l.blocks), func(n int) {
		for i := l.blocks[n].lo; i < l.blocks[n].hi; i++ {
			p.s[i], p.y[i] = float32(b.u[i]-a.u[i]), float32(b.gradient[i]-a.gradient[i])
		}
	})
	if curvature := l.dot(p.s, p.y); curvature > 0 {
		p.rho = 1 / curvature
		l.pairs = append(l.pairs, p)
	}
}

// move sets to = u + step·direction.
func (l *lbfgs) move(u []float64, step float64, direction []float32, to []float64) {
	parallel.For(len(l.blocks), func(b int) {
		for i := l.blocks[b].lo; i < l.blocks[b].hi; i++ {
			to[i] = u[i] + step*float64(direction[i])
		}
	})
}

func (l *lbfgs) slope(gradient []float64, direction []float32) float64 {
	return l.sum(func(s span) float64 {
		sum := 0.0
		for i := s.lo; i < s.hi; i++ {
			sum += gradient[i] * float64(direction[i])
		}
		return sum
	})
}

func (l *lbfgs) dot(x, y []float32) float64 {
	return l.sum(func(s span) float64 { return blas32.DDot(vector(x, s), vector(y, s)) })
}

// axpy adds a·x to y.
func (l *lbfgs) axpy(a float64, x, y []float32) {
	parallel.For(len(l.blocks), func(b int) { blas32.Axpy(float32(a), vector(x, l.blocks[b]), vector(y, l.blocks[b])) })
}

func vector(x []float32, s span) blas32.Vector {
	return blas32.Vector{N: s.len(), Inc: 1, Data: x[s.lo:s.hi]}
}

// sum adds up what the blocks give, in their order.
func (l *lbfgs) sum(f func(s span) float64) float64 {
	parts := make([]float64, len(l.blocks))
	parallel.For(len(l.blocks), func(b int) { parts[b] = f(l.blocks[b]) })
	total := 0.0
	for _, p := range parts {
		total += p
	}
	return total
}

func largest(x []float64) float64 {
	most := 0.0
	for _, v := range x {
		if v != v {
			return v
		}
		most = max(most, math.Abs(v))
	}
	return most
}
