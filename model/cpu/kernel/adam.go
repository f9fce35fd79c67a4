package kernel

import "math"

// AdamStep is what all variables have in common in one step of Adam (Kingma and
// Ba, arXiv 1412.6980, in the form at the end of section 2, as Keras has it):
//
//	g ← g + Decay·w
//	m ← m + Beta1·(g − m)
//	v ← v + Beta2·(g² − v)
//	w ← w − Rate·m/(√v + Epsilon)
//
// Beta1 and Beta2 are the paper's 1−β₁ and 1−β₂, Rate is α·√(1−β₂ᵗ)/(1−β₁ᵗ).
type AdamStep struct {
	Beta1, Beta2, Rate, Epsilon, Decay float32
}

// Adam takes one step of all variables w with the gradient g and the moments m
// and v, which are as long. It reads and writes each value once.
func (k Float32) Adam(w, g, m, v []float32, s *AdamStep) {
	n := len(w)
	g, m, v = g[:n], m[:n], v[:n]
	done := 0
	if k.isa != generic {
		done = adamAssembly(w, g, m, v, s)
	}
	adamGeneric(w[done:], g[done:], m[done:], v[done:], s)
}

func adamGeneric(w, g, m, v []float32, s *AdamStep) {
	for i := range w {
		slope := g[i] + s.Decay*w[i]
		m[i] += s.Beta1 * (slope - m[i])
		v[i] += s.Beta2 * (slope*slope - v[i])
		w[i] -= s.Rate * m[i] / (float32(math.Sqrt(float64(v[i]))) + s.Epsilon)
	}
}

// Axpy adds a·x to y, which is as long as x at least.
func (k Float32) Axpy(a float32, x, y []float32) {
	y = y[:len(x)]
	done := 0
	if k.isa != generic {
		done = axpyAssembly(a, x, y)
	}
	axpyGeneric(a, x[done:], y[done:])
}

func axpyGeneric(a float32, x, y []float32) {
	for i, v := range x {
		y[i] += a * v
	}
}
