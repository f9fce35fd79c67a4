package train

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// Keras's defaults for Adam.
const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-7
)

// adam is Adam as a gorgonia.Solver: one pass over weights, gradients and
// moments, on all cores. Gorgonia's own takes several passes on one.
type adam struct {
	kernel   kernel.Float32
	rate, l2 float64
	decays   []bool // of the graph's variables, whether L2 applies
	steps    int
	moments  [][2][]float32 // one pair for each variable
}

// adamBlock is the number of variables that a core updates at a time.
const adamBlock = 1 << 14

// advance begins a step.
func (a *adam) advance() {
	a.steps++
}

// coefficients are those of the current step, with or without L2.
func (a *adam) coefficients(decays bool) *kernel.AdamStep {
	t := float64(a.steps)
	s := &kernel.AdamStep{Beta1: 1 - adamBeta1, Beta2: 1 - adamBeta2, Epsilon: adamEpsilon,
		Rate: float32(a.rate * math.Sqrt(1-math.Pow(adamBeta2, t)) / (1 - math.Pow(adamBeta1, t)))}
	if decays {
		s.Decay = float32(a.l2)
	}
	return s
}

// Step implements gorgonia.Solver. advance must have been called.
func (a *adam) Step(variables []gorgonia.ValueGrad) error {
	if a.moments == nil {
		a.moments = make([][2][]float32, len(variables))
	}
	for i, v := range variables {
		w, err := floats32(v.Value())
		if err != nil {
			return err
		}
		gradient, err := v.Grad()
		if err != nil {
			return err
		}
		g, err := floats32(gradient)
		if err != nil {
			return err
		}
		if len(g) != len(w) {
			return fmt.Errorf("adam: %d weights have %d gradients", len(w), len(g))
		}
		if a.moments[i][0] == nil {
			a.moments[i] = [2][]float32{make([]float32, len(w)), make([]float32, len(w))}
		}
		m, v := a.moments[i][0], a.moments[i][1]
		s := a.coefficients(a.decays[i])
		blocks := spans(len(w), adamBlock)
		parallel.For(len(blocks), func(b int) {
			lo, hi := blocks[b].lo, blocks[b].hi
			a.kernel.Adam(w[lo:hi], g[lo:hi], m[lo:hi], v[lo:hi], s)
		})
	}
	return nil
}
