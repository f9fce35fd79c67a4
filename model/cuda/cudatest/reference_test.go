package cudatest

import (
	"math"
	"math/big"
)

// fmaReference is a·b + c with one rounding.
func fmaReference(a, b, c float32) float32 {
	s := float64(a)*float64(b) + float64(c)
	if math.IsInf(s, 0) || s != s || s == 0 {
		return float32(s)
	}
	x := new(big.Float).SetPrec(2000).SetFloat64(float64(a))
	x.Mul(x, big.NewFloat(float64(b)))
	x.Add(x, big.NewFloat(float64(c)))
	f, _ := x.Float32()
	return f
}

// brainReference rounds to the nearest bfloat16, to even between two.
func brainReference(f float32) uint16 {
	if f != f {
		return 0x7fff
	}
	u := math.Float32bits(f)
	low, rest := uint16(u>>16), u&0xffff
	if rest > 0x8000 || rest == 0x8000 && low&1 == 1 {
		low++
	}
	return low
}

// directed is a + b rounded in a direction.
func directed(a, b float32, mode big.RoundingMode) float32 {
	s := float64(a) + float64(b)
	switch {
	case s != s:
		return math.Float32frombits(nan32)
	case math.IsInf(s, 0):
		return float32(s)
	case s == 0 && mode == big.ToNegativeInf && (a != 0 || math.Signbit(float64(a)) || math.Signbit(float64(b))):
		return float32(math.Copysign(0, -1))
	case s == 0:
		return float32(s)
	}
	// 24 digits down to 2^-126, and the digits above 2^-149 below that.
	x := new(big.Float).SetPrec(2000).SetFloat64(float64(a))
	x.Add(x, new(big.Float).SetFloat64(float64(b)))
	digits := uint(min(24, max(1, x.MantExp(nil)+149)))
	f, _ := new(big.Float).SetMode(mode).SetPrec(digits).Set(x).Float64()
	return float32(f)
}
