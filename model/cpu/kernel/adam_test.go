package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestAdam takes three steps and compares each variable with the paper's formula
// in float64, over lengths around the vectors', with canaries behind the end.
func TestAdam(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, name := range Available() {
		k, _ := Select(name)
		for n := range 35 {
			const size = 36
			var w, g, m, v [size]float32
			var want, moment, square [size]float64
			for i := range size {
				w[i] = float32(rng.NormFloat64())
				want[i] = float64(w[i])
			}
			before := w
			for step := 1; step <= 3; step++ {
				s := &AdamStep{Beta1: 0.1, Beta2: 0.001, Epsilon: 1e-7, Decay: 0.01,
					Rate: float32(1e-3 * math.Sqrt(1-math.Pow(0.999, float64(step))) / (1 - math.Pow(0.9, float64(step))))}
				for i := range n {
					g[i] = float32(rng.NormFloat64() * math.Pow(10, float64(i%5-2)))
					slope := float64(g[i]) + 0.01*want[i]
					moment[i] = 0.9*moment[i] + 0.1*slope
					square[i] = 0.999*square[i] + 0.001*slope*slope
					want[i] -= float64(s.Rate) * moment[i] / (math.Sqrt(square[i]) + 1e-7)
				}
				k.Adam(w[:n], g[:n], m[:n], v[:n], s)
			}
			for i := range size {
				if i < n && !(math.Abs(float64(w[i])-want[i]) <= 2e-6) || i >= n && (w[i] != before[i] || m[i] != 0 || v[i] != 0) {
					t.Fatalf("%s, length %d: variable %d is %g, want %g", name, n, i, w[i], want[i])
				}
			}
		}
	}
}

// TestAdamLeavesZerosAlone: a variable that never had a gradient stays as it is
// to the last bit, which lets features that are zero on all pages be left out.
func TestAdamLeavesZerosAlone(t *testing.T) {
	for _, name := range Available() {
		k, _ := Select(name)
		w := []float32{1, -2, 3, 0.1, 5, 6, 7, 8, 9}
		k.Adam(w, make([]float32, 9), make([]float32, 9), make([]float32, 9), &AdamStep{Beta1: 0.1, Beta2: 0.001, Rate: 1e-3, Epsilon: 1e-7})
		if w[3] != 0.1 || w[8] != 9 {
			t.Errorf("%s: weights without a gradient became %v, want w[3] = 0.1 and w[8] = 9", name, w)
		}
	}
}

func TestAxpy(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 4))
	for _, name := range Available() {
		k, _ := Select(name)
		for n := range 35 {
			x, y := make([]float32, n), make([]float32, n+1)
			want := make([]float64, n)
			for i := range n {
				x[i], y[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
				want[i] = float64(y[i]) + 0.3*float64(x[i])
			}
			y[n] = 7
			k.Axpy(0.3, x, y[:n])
			for i := range n {
				if !(math.Abs(float64(y[i])-want[i]) <= 1e-6) {
					t.Fatalf("%s, length %d: element %d is %g, want %g", name, n, i, y[i], want[i])
				}
			}
			if y[n] != 7 {
				t.Fatalf("%s: written behind the end", name)
			}
		}
	}
}

func BenchmarkAdam(b *testing.B) {
	k, _ := Select("")
	n := 1 << 24
	w, g, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	b.SetBytes(int64(n) * 28)
	for b.Loop() {
		k.Adam(w, g, m, v, &AdamStep{Beta1: 0.1, Beta2: 0.001, Rate: 1e-3, Epsilon: 1e-7})
	}
}
