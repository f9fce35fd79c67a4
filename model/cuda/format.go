package cuda

import (
	"math"

	"cutpoint/model"
)

// format is what the tensor cores multiply: numbers of 16 bits.
type format struct {
	precision string
	planes    int     // numbers that a value is made of
	scale     float32 // of activations as they are kept: a power of two
	round     func(float32) uint16
	widen     func(uint16) float32
}

// formatOf returns the format of a precision.
//
// In bfloat16 a value is one number. In float32 it is the sum of two IEEE halves, which hold
// 22 bits of it: with two bfloat16 numbers, which hold 16, the network's last layers were up
// to 2e-5 off, relative RMS. A half ends at 65504, so that activations are kept at a sixteenth,
// which leaves the largest that were seen on scanned pages (2e4) a factor of fifty; what is
// below 2 of them loses bits gradually, 5e-7 at most.
func formatOf(precision string) (format, error) {
	precision, err := model.ParsePrecision(precision)
	if err != nil {
		return format{}, err
	}
	if precision == model.BFloat16 {
		return format{precision, 1, 1, bfloat16, widenBFloat16}, nil
	}
	return format{precision, 2, 1. / 16, half, widenHalf}, nil
}

// split writes x as a sum of a number in each plane, each the nearest to what the ones before
// it leave. What is not finite is in the first alone.
func (f format) split(x float32, planes [][]uint16, i int) {
	for _, plane := range planes {
		plane[i] = f.round(x)
		if x -= f.widen(plane[i]); x-x != 0 {
			x = 0
		}
	}
}

// weightScale returns the power of two by which a layer's weights are multiplied before they
// are split, so that the small ones keep their bits: the largest is then near 2^13.
func (f format) weightScale(weights []float32) float32 {
	if f.precision == model.BFloat16 {
		return 1 // its exponents are those of float32
	}
	largest := float32(0)
	for _, w := range weights {
		if a := max(w, -w); a > largest && a <= math.MaxFloat32 {
			largest = a
		}
	}
	if largest == 0 {
		return 1
	}
	_, exponent := math.Frexp(float64(largest))
	return float32(math.Ldexp(1, min(max(14-exponent, -100), 100)))
}

// bfloat16 returns the number next to x, ties to even, as the GPU rounds: subnormal numbers
// are kept, and NaN stays NaN.
func bfloat16(x float32) uint16 {
	bits := math.Float32bits(x)
	if x != x {
		return uint16(bits>>16 | 1<<6)
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

func widenBFloat16(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }

// half is bfloat16's sibling for IEEE 754's binary16. What is beyond its range becomes infinite.
func half(x float32) uint16 {
	bits := math.Float32bits(x)
	sign := uint16(bits >> 16 & 0x8000)
	bits &= 0x7fffffff
	switch {
	case x != x:
		return sign | 0x7e00
	case bits >= 0x477ff000: // 65520, halfway to the number that there is not
		return sign | 0x7c00
	case bits < 0x38800000: // 2^-14: subnormal, a multiple of 2^-24
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(bits))*(1<<24)))
	}
	bits += 0xfff + bits>>13&1
	return sign | uint16(bits>>13-(127-15)<<10)
}

func widenHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h&0x8000)<<16, uint32(h>>10&31), uint32(h&0x3ff)
	switch exponent {
	case 0:
		x := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(x) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
