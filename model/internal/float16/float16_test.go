package float16

import (
	"math"
	"math/rand/v2"
	"testing"

	"cutpoint/schemas"
)

var infinite = float32(math.Inf(1))

func TestBFloat16(t *testing.T) {
	for _, c := range []struct {
		x    float32
		want uint16
	}{
		{0, 0}, {1, 0x3f80}, {-2, 0xc000}, {infinite, 0x7f80}, {-infinite, 0xff80}, {math.MaxFloat32, 0x7f80},
		{math.Float32frombits(0x3f808000), 0x3f80}, {math.Float32frombits(0x3f818000), 0x3f82}, // ties to even
		{math.Float32frombits(0x3f808001), 0x3f81}, {math.Float32frombits(0x00010000), 1}, // subnormal
		{math.Float32frombits(0x7f800001), 0x7fc0}, {math.Float32frombits(0xffffffff), 0xffff}, // NaN
	} {
		if got := BFloat16(c.x); got != c.want {
			t.Errorf("%g (%08x) to bfloat16: %04x, want %04x", c.x, math.Float32bits(c.x), got, c.want)
		}
	}
}

func TestBinary16(t *testing.T) {
	for _, c := range []struct {
		x    float32
		want uint16
	}{
		{0, 0}, {1, 0x3c00}, {-2, 0xc000}, {65504, 0x7bff}, {65519.9, 0x7bff}, {65520, 0x7c00}, {-1e6, 0xfc00}, {infinite, 0x7c00},
		{1 + 1./2048, 0x3c00}, {1 + 3./2048, 0x3c02}, {1 + 1.01/2048, 0x3c01}, // ties to even
		{0x1p-14, 0x0400}, {0x1p-24, 1}, {0x1p-25, 0}, {0x1.8p-24, 2}, {0x1.ff8p-15, 0x03ff}, {0x1.ffcp-15, 0x0400}, // subnormal
		{float32(math.NaN()), 0x7e00}, {float32(math.Copysign(0, -1)), 0x8000},
	} {
		if got := Binary16(c.x); got != c.want {
			t.Errorf("%g as binary16: %04x, want %04x", c.x, got, c.want)
		}
	}
	for h := range uint32(1 << 16) { // every binary16 is its own nearest
		if x := FromBinary16(uint16(h)); x == x && Binary16(x) != uint16(h) {
			t.Fatalf("%04x became %g and %04x", h, x, Binary16(x))
		}
	}
}

func TestFromBinary16(t *testing.T) {
	for h := range 1 << 16 {
		exponent, fraction := h>>10&31, float64(h&0x3ff)
		want := math.Ldexp(1+fraction/1024, exponent-15)
		switch exponent {
		case 0:
			want = math.Ldexp(fraction/1024, -14)
		case 31:
			if want = math.Inf(1); fraction > 0 {
				want = math.NaN()
			}
		}
		want = math.Copysign(want, float64(1-h>>15*2))
		got := float64(FromBinary16(uint16(h)))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != math.Signbit(want) && !math.IsNaN(want) {
			t.Fatalf("%#04x is %v, want %v", h, got, want)
		}
	}
}

// TestStoredRounding: the rounding of stored vectors, which keeps them float32, gives
// the values of Binary16.
func TestStoredRounding(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1 << 20 {
		x := math.Float32frombits(random.Uint32())
		if x != x {
			continue
		}
		want, v := FromBinary16(Binary16(x)), []float32{x}
		beyond := schemas.RoundHalf(v) >= 0
		if math.Float32bits(v[0]) != math.Float32bits(want) && !(math.IsInf(float64(want), 0) && beyond && v[0] == x) {
			t.Fatalf("%g becomes %g (beyond: %v), and as a binary16 %g", x, v[0], beyond, want)
		}
	}
}

func TestFromBFloat16(t *testing.T) {
	for b := range uint32(1 << 16) { // every bfloat16 is its own nearest
		if x := FromBFloat16(uint16(b)); x == x && BFloat16(x) != uint16(b) {
			t.Fatalf("%04x became %g and %04x", b, x, BFloat16(x))
		}
	}
}
