package schemas

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// halves lists the 31,744 finite binary16 that are not negative, by the format's
// definition (IEEE 754-2019, 3.4), in order: index = bits.
func halves() []float64 {
	out := make([]float64, 0x7c00)
	for bits := range out {
		exponent, fraction := bits>>10, float64(bits&0x3ff)
		if exponent == 0 {
			out[bits] = math.Ldexp(fraction, -24)
		} else {
			out[bits] = math.Ldexp(1024+fraction, exponent-25)
		}
	}
	return out
}

// nearest is the reference: it searches the list for the neighbours and measures.
func nearest(all []float64, x float32) (half float32, ok bool) {
	abs := math.Abs(float64(x))
	if abs >= 65520 { // halfway from 65504 to the 2¹⁶ that would follow, whose fraction is even
		return x, false
	}
	i := sort.SearchFloat64s(all, abs) // the first that is no less
	if i == len(all) {
		i--
	} else if i > 0 && all[i] != abs {
		below, above := abs-all[i-1], all[i]-abs
		if below < above || below == above && (i-1)%2 == 0 {
			i--
		}
	}
	return float32(math.Copysign(all[i], float64(x))), true
}

func checkHalf(t *testing.T, all []float64, x float32) {
	t.Helper()
	v := []float32{x}
	beyond := RoundHalf(v)
	want, ok := nearest(all, x)
	if math.Float32bits(v[0]) != math.Float32bits(want) || (beyond < 0) != ok {
		t.Fatalf("%v (%#x) becomes %v (beyond %d), want %v (%v)", x, math.Float32bits(x), v[0], beyond, want, ok)
	}
	if i := FirstNotHalf(v); (i < 0) != ok {
		t.Fatalf("%v counts as a binary16: %v", v[0], i < 0)
	}
	if i := FirstNotHalf([]float32{x}); (i < 0) != (ok && x == want) {
		t.Fatalf("%v counts as a binary16: %v", x, i < 0)
	}
}

// TestRoundHalfAround tries every binary16 of both signs, the point halfway to the
// next one, and the floats next to each.
func TestRoundHalfAround(t *testing.T) {
	all := halves()
	for i, h := range all {
		next := 65536.0
		if i+1 < len(all) {
			next = all[i+1]
		}
		for _, x := range []float32{float32(h), float32((h + next) / 2)} {
			for _, near := range []float32{math.Nextafter32(x, -1), x, math.Nextafter32(x, math.MaxFloat32)} {
				checkHalf(t, all, near)
				checkHalf(t, all, float32(math.Copysign(float64(near), -1)))
			}
		}
	}
}

func TestRoundHalfAnywhere(t *testing.T) {
	all := halves()
	r := rand.New(rand.NewPCG(16, 32))
	for range 2_000_000 {
		if x := math.Float32frombits(r.Uint32()); x-x == 0 { // finite
			checkHalf(t, all, x)
		}
	}
	for range 200_000 { // of the size that features have
		checkHalf(t, all, float32(r.NormFloat64()))
	}
}

func TestRoundHalfEdges(t *testing.T) {
	inf := float32(math.Inf(1))
	v := []float32{1, 65519.996, -65519.996, 65520, inf, -inf, -70000, 1e-10, math.SmallestNonzeroFloat32}
	if i := RoundHalf(v); i != 3 {
		t.Errorf("value %d is the first beyond", i)
	}
	if want := []float32{1, 65504, -65504, 65520, inf, -inf, -70000, 0, 0}; !slices.Equal(v, want) {
		t.Errorf("rounded to %v, want %v", v, want)
	}
	nan := []float32{float32(math.NaN())}
	if i := RoundHalf(nan); i != -1 || nan[0] == nan[0] {
		t.Errorf("NaN becomes %v, beyond %d", nan[0], i)
	}
	for _, x := range []float32{nan[0], inf, -inf} {
		if FirstNotHalf([]float32{0, x}) != 1 {
			t.Errorf("%v counts as a finite binary16", x)
		}
	}
	minus := []float32{float32(math.Copysign(1e-9, -1))}
	if RoundHalf(minus); math.Float32bits(minus[0]) != signBit {
		t.Errorf("a small negative value becomes %v, not minus zero", minus[0])
	}
}

// TestHalfCosts checks what the help says: normal values change by 2⁻¹¹ at most.
func TestHalfCosts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	worst := 0.0
	for range 1_000_000 {
		x := float32(math.Ldexp(1+r.Float64(), r.IntN(30)-14))
		v := []float32{x}
		if RoundHalf(v) < 0 {
			worst = max(worst, math.Abs(float64(v[0]-x))/float64(x))
		}
	}
	t.Logf("largest relative error %g = 2^%.4f", worst, math.Log2(worst))
	if !(worst <= 1.0/2048) {
		t.Errorf("relative error %g", worst)
	}
}

func BenchmarkRoundHalf(b *testing.B) {
	v := make([]float32, 4096)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range v {
		v[i] = max(0, float32(r.NormFloat64()))
	}
	b.SetBytes(int64(4 * len(v)))
	for b.Loop() {
		RoundHalf(v)
	}
}
