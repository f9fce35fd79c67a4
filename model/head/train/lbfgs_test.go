package train

import (
	"errors"
	"math"
	"testing"
)

// TestMinimise goes down a quadratic bowl that is far from round, and a valley.
func TestMinimise(t *testing.T) {
	curvature := func(i int) float64 { return math.Pow(10, float64(i%7)-3) }
	evaluations := 0
	l := &lbfgs{threshold: 1e-6, evaluate: func(u, g []float64) float64 {
		evaluations++
		value := 0.0
		for i, v := range u {
			value += curvature(i) * (v - 1) * (v - 1) / 2
			g[i] = curvature(i) * (v - 1)
		}
		return value
	}}
	u, err := l.minimise(t.Context(), make([]float64, 50), 1e-3)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range u {
		if !(math.Abs(v-1)*curvature(i) <= 1e-6) {
			t.Errorf("variable %d is %g", i, v)
		}
	}
	t.Logf("%d evaluations", evaluations)
	l = &lbfgs{threshold: 1e-6, evaluate: func(u, g []float64) float64 { g[0] = 1; return u[0] }}
	if _, err := l.minimise(t.Context(), make([]float64, 1), 1e-3); !errors.Is(err, ErrNotConverged) {
		t.Errorf("a slope without an end: %v", err)
	}
	l = &lbfgs{threshold: 1e-6, evaluate: func(u, g []float64) float64 { g[0] = math.NaN(); return math.NaN() }}
	if _, err := l.minimise(t.Context(), make([]float64, 1), 1e-3); !errors.Is(err, ErrNotConverged) {
		t.Errorf("not a number: %v", err)
	}
}
