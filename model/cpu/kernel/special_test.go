package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// wild draws numbers at which arithmetic changes, ordinary ones among them.
func wild(r *rand.Rand, n int) []float32 {
	special := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)), 0x1p-130, -0x1p-130}
	x := random(r, n)
	for i := range x {
		if r.IntN(2) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

// alike allows one rounding more or less of numbers of size one, but none of tiny ones,
// lest a subnormal number is flushed.
func alike(a, b float32) bool {
	tolerance := 0x1p-147
	if size := math.Abs(float64(b)); size > 0x1p-100 {
		tolerance = 1e-5 + 1e-5*size
	}
	return sameFloat(a, b) || math.Abs(float64(a)-float64(b)) <= tolerance
}

// sameAsTwin compares x, which a kernel wrote at an odd place among canaries, with its
// twin's result.
func sameAsTwin(t *testing.T, what string, all []float32, before int, want []float32) {
	t.Helper()
	for i, got := range all {
		if i < before || i >= before+len(want) {
			if !intact(got) {
				t.Fatalf("%s: wrote outside at %d of %d", what, i-before, len(want))
			}
		} else if !alike(got, want[i-before]) {
			t.Fatalf("%s: value %d of %d is %v, want %v", what, i-before, len(want), got, want[i-before])
		}
	}
}

// among returns a copy of x at an odd place among canaries.
func among(x []float32, before int) (all, inside []float32) {
	all, inside = guarded(len(x), before)
	copy(inside, x)
	return all, inside
}

// TestAxpySpecialValues compares with the twin at infinities, NaN and subnormal numbers.
func TestAxpySpecialValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 8))
	for _, k := range implementations() {
		for n := range 2*16 + 2 {
			for before := range 4 {
				a, x, want := wild(r, 1)[0], wild(r, n), wild(r, n)
				_, from := among(x, 3-before)
				all, y := among(want, before)
				k.Axpy(a, from, y)
				axpyGeneric(a, x, want)
				sameAsTwin(t, k.Name(), all, before, want)
			}
		}
	}
}

// TestAdamSpecialValues does so for a step of Adam.
func TestAdamSpecialValues(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 8))
	s := &AdamStep{Beta1: 0.125, Beta2: 0.5, Rate: 1, Epsilon: 0x1p-20, Decay: 0.25}
	for _, k := range implementations() {
		for n := range 2*16 + 2 {
			for before := range 4 {
				g := wild(r, n)
				want := [3][]float32{wild(r, n), wild(r, n), wild(r, n)} // w, m and v
				var all, got [3][]float32
				for i := range want {
					all[i], got[i] = among(want[i], before+i)
				}
				k.Adam(got[0], g, got[1], got[2], s)
				adamGeneric(want[0], g, want[1], want[2], s)
				for i, what := range []string{"w", "m", "v"} {
					sameAsTwin(t, k.Name()+" "+what, all[i], before+i, want[i])
				}
			}
		}
	}
}

// TestSparseSpecialValues does so for both sparse products. One row of one value makes
// the order of the sums no matter.
func TestSparseSpecialValues(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 8))
	for _, k := range implementations() {
		for width := 1; width < 10; width++ {
			for range 20 {
				value := make([]float32, width)
				value[r.IntN(width)] = wild(r, 1)[0]
				s := NewSparse(1, width, func(int) []float32 { return value })
				index, kept := s.Row(0)

				a, want := wild(r, width*Lanes), wild(r, Lanes)
				all, dst := among(want, 3)
				k.MultiplySparse(dst, s, []int{0}, a, Lanes)
				gatherGeneric(want, a, Lanes, index, kept)
				sameAsTwin(t, k.Name()+" gather", all, 3, want)

				b, want := wild(r, Lanes), wild(r, width*Lanes)
				all, dst = among(want, 3)
				k.MultiplySparseT(dst, s, []int{0}, b, Lanes)
				scatterGeneric(want, Lanes, b, index, kept)
				sameAsTwin(t, k.Name()+" scatter", all, 3, want)
			}
		}
	}
}
