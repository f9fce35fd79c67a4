package tensor

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestHalfValue holds all halves against IEEE 754's formula.
func TestHalfValue(t *testing.T) {
	for bits := range uint32(1 << 16) {
		sign, exponent, fraction := 1-2*float64(bits>>15), int(bits>>10&31), float64(bits&0x3ff)
		want := math.Ldexp(1024+fraction, exponent-25)
		switch {
		case exponent == 0:
			want = math.Ldexp(fraction, -24)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		if got := halfValue(bits); math.Float64bits(got) != math.Float64bits(sign*want) && (got == got || want == want) {
			t.Fatalf("%#04x is %g, not %g", bits, got, sign*want)
		}
	}
}

// halved turns pairs of bfloat16 that are small whole numbers into halves.
func halved(pair uint32) uint32 {
	one := func(bits uint32) uint32 {
		x := math.Float32frombits(bits << 16)
		if x == 0 {
			return bits
		}
		return bits&0x8000 | (bits>>7&0xff-127+15)<<10 | bits&0x7f<<3
	}
	return one(pair&0xffff) | one(pair>>16)<<16
}

func wholePair(r *rand.Rand) uint32 {
	return uint32(bits16(float64(r.IntN(17)-8))) | uint32(bits16(float64(r.IntN(17)-8)))<<16
}

// TestHalves: products of the same numbers as halves and as bfloat16 are the same.
func TestHalves(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 11))
	var a, c, want, got [4]Warp
	var b [2]Warp
	for i := range a {
		for lane := range a[i] {
			a[i][lane], b[i%2][lane], c[i][lane] = wholePair(r), wholePair(r), randomPair(r)
		}
	}
	MMA(&want, &c, &a, &b)
	for i := range a {
		for lane := range a[i] {
			a[i][lane] = halved(a[i][lane])
			if i < 2 {
				b[i][lane] = halved(b[i][lane])
			}
		}
	}
	if MMAF16(&got, &c, &a, &b); got != want {
		t.Error("mma: other sums")
	}
	values := func() uint16 { return uint16(wholePair(r)) }
	left, right, m := randomMatrix(64, 16, values), randomMatrix(32, 16, values), modes[3]
	shared := garbage(16 << 10)
	da, db := m.store(shared, left, 0, 1024), m.store(shared, right, 8<<10, 1024)
	wide, narrow := make([]Warp, 16), make([]Warp, 16)
	if err := WGMMA(shared, 32, da, db, 2, wide, false); err != nil {
		t.Fatal(err)
	}
	for row := range left.rows {
		for k := range 16 {
			left.values[row*16+k] = uint16(halved(uint32(left.at(row, k))))
		}
	}
	for row := range right.rows {
		for k := range 16 {
			right.values[row*16+k] = uint16(halved(uint32(right.at(row, k))))
		}
	}
	da, db = m.store(shared, left, 0, 1024), m.store(shared, right, 8<<10, 1024)
	if err := WGMMAF16(shared, 32, da, db, 2, narrow, false); err != nil {
		t.Fatal(err)
	}
	for i := range wide {
		if wide[i] != narrow[i] {
			t.Fatalf("wgmma: register %d has other sums", i)
		}
	}
}
