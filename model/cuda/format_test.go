package cuda

import (
	"math"
	"math/rand/v2"
	"testing"

	"cutpoint/model"
)

var infinite = float32(math.Inf(1))

// TestSplit: two halves hold 22 bits of a value, a bfloat16 8.
func TestSplit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for precision, bits := range map[string]int{model.Float32: 22, model.BFloat16: 8} {
		f, err := formatOf(precision)
		if err != nil {
			t.Fatal(err)
		}
		planes := make([][]uint16, f.planes)
		for p := range planes {
			planes[p] = make([]uint16, 1)
		}
		sum := func() (sum float64) {
			for _, p := range planes {
				sum += float64(f.widen(p[0]))
			}
			return sum
		}
		for range 10000 {
			x := float32(random.NormFloat64()*math.Exp2(float64(random.IntN(12)))) + 1
			f.split(x, planes, 0)
			if e := math.Abs(sum() - float64(x)); e > math.Abs(float64(x))*math.Exp2(-float64(bits)) && e > 0x1p-25 {
				t.Errorf("%s: %g is %g off", precision, x, e)
			}
		}
		for _, x := range []float32{infinite, -infinite, math.MaxFloat32} {
			if f.split(x, planes, 0); !math.IsInf(sum(), 0) {
				t.Errorf("%s: %g split became %g, want infinity", precision, x, sum())
			}
		}
		if f.split(float32(math.NaN()), planes, 0); !math.IsNaN(sum()) {
			t.Errorf("%s: NaN became %g", precision, sum())
		}
	}
}

func TestWeightScale(t *testing.T) {
	f, _ := formatOf(model.Float32)
	for _, weights := range [][]float32{{0.5, -0.7}, {1e-20}, {3e4, 1}, {float32(math.NaN()), infinite, 2}, {0}, nil} {
		s := f.weightScale(weights)
		if fraction, _ := math.Frexp(float64(s)); fraction != 0.5 {
			t.Errorf("%g: scale %g is no power of two", weights, s)
		}
		for _, w := range weights {
			if a := math.Abs(float64(w)); a < 1e30 && a*float64(s) > 1<<14 {
				t.Errorf("%g·%g is near a half's end", w, s)
			}
		}
	}
}

// TestPackMatrix: the matrix is scaled, transposed, and filled up with zeros.
func TestPackMatrix(t *testing.T) {
	const rows, outputs, padded = 130, 70, 128
	f, _ := formatOf(model.Float32)
	matrix := make([]float32, rows*outputs)
	for i := range matrix {
		matrix[i] = float32(i) + 0.125
	}
	packed := f.packMatrix(matrix, outputs, 2)
	if len(packed) != 2*padded*rows {
		t.Fatalf("%d values packed, want %d", len(packed), 2*padded*rows)
	}
	for o := range padded {
		for r := range rows {
			var want float32
			if o < outputs {
				want = 2 * matrix[r*outputs+o]
			}
			if got := f.widen(packed[o*rows+r]) + f.widen(packed[(padded+o)*rows+r]); got != want {
				t.Fatalf("output %d, row %d: %g, want %g", o, r, got, want)
			}
		}
	}
}
