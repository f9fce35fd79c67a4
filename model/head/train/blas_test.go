package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"
)

// TestSgemm compares Gorgonia's BLAS with the definition in all four forms.
func TestSgemm(t *testing.T) {
	if err := plugBLAS(); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 2))
	for _, size := range [][3]int{{1, 1, 1}, {3, 5, 7}, {33, 65, 40}, {14, 32, 9}} {
		m, n, k := size[0], size[1], size[2]
		for form := range 4 {
			a, b := tensor.New(tensor.WithShape(m, k), tensor.WithBacking(ramp(m*k))), tensor.New(tensor.WithShape(k, n), tensor.WithBacking(ramp(k*n)))
			if form&1 != 0 {
				a = tensor.New(tensor.WithShape(k, m), tensor.WithBacking(ramp(m*k)))
				if err := a.T(); err != nil {
					t.Fatal(err)
				}
			}
			if form&2 != 0 {
				b = tensor.New(tensor.WithShape(n, k), tensor.WithBacking(ramp(k*n)))
				if err := b.T(); err != nil {
					t.Fatal(err)
				}
			}
			c, err := a.MatMul(b)
			if err != nil {
				t.Fatal(err)
			}
			for range 20 {
				i, j := rng.IntN(m), rng.IntN(n)
				want := 0.0
				for l := range k {
					x, _ := a.At(i, l)
					y, _ := b.At(l, j)
					want += float64(x.(float32)) * float64(y.(float32))
				}
				got, _ := c.At(i, j)
				if !(math.Abs(float64(got.(float32))-want) <= 1e-5*(1+math.Abs(want))) {
					t.Fatalf("%v, form %d: (%d, %d) is %v, want %g", size, form, i, j, got, want)
				}
			}
		}
	}
}

// ramp returns n values around 0.
func ramp(n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i%7)/4 - 0.7
	}
	return values
}
