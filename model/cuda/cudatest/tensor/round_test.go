package tensor

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestTowardZero(t *testing.T) {
	const (
		least    = 0x1p-149
		smallest = 0x1p-126 // normal
		ulp      = 0x1p-23
	)
	inf := math.Inf(1)
	for _, c := range []struct {
		x    float64
		want uint32
	}{
		{0, 0},
		{math.Copysign(0, -1), 0x80000000},
		{1, 0x3f800000},
		{1 + ulp/2, 0x3f800000},   // a tie, to even is down
		{1 + 3*ulp/2, 0x3f800001}, // a tie, to even is up
		{-1 - 3*ulp/2, 0xbf800001},
		{1 + ulp - 1e-15, 0x3f800000},
		{2 - ulp/4, 0x3fffffff}, // to nearest, the exponent changes
		{least, 1},
		{-least, 0x80000001},
		{least / 2, 0},
		{least * 0.75, 0},
		{-least * 0.75, 0x80000000},
		{least * 1.75, 1},
		{1e-300, 0},
		{-5e-324, 0x80000000},
		{smallest, 0x00800000},
		{smallest - least/4, 0x007fffff},
		{smallest - least, 0x007fffff},
		{math.MaxFloat32, 0x7f7fffff},
		{-math.MaxFloat32, 0xff7fffff},
		{math.MaxFloat32 * (1 + 1e-9), 0x7f7fffff},
		{0x1p128, 0x7f7fffff},
		{-0x1p128, 0xff7fffff},
		{1e300, 0x7f7fffff},
		{inf, 0x7f800000},
		{-inf, 0xff800000},
		{math.NaN(), 0x7fffffff},
		{math.Float64frombits(0xfff8000000000000), 0x7fffffff}, // what Inf - Inf is on amd64
		{math.Float64frombits(0x7ff0000000000001), 0x7fffffff}, // signaling
	} {
		if got := towardZero(c.x); got != c.want {
			t.Errorf("%x (%g) is %#08x, not %#08x", c.x, c.x, got, c.want)
		}
	}
}

// TestTowardZeroExact compares with arithmetic of 24 bits, or fewer in denormals.
func TestTowardZeroExact(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200000 {
		x := math.Ldexp(1+r.Float64(), r.IntN(320)-180)
		if r.IntN(2) == 0 {
			x = -x
		}
		want := math.Float32bits(exact(x))
		if got := towardZero(x); got != want {
			t.Fatalf("%x is %#08x, not %#08x", x, got, want)
		}
	}
}

func exact(x float64) float32 {
	if math.Abs(x) > math.MaxFloat32 {
		return float32(math.Copysign(math.MaxFloat32, x))
	}
	precision := min(24, math.Ilogb(x)+150) // bits from the topmost to 2^-149
	if precision <= 0 {
		return float32(math.Copysign(0, x))
	}
	y, _ := new(big.Float).SetMode(big.ToZero).SetPrec(uint(precision)).SetFloat64(x).Float64()
	return float32(y)
}
