// Package float16 converts between float32 and the two formats of 16 bits: IEEE
// 754's binary16 and bfloat16, the upper half of a float32.
package float16

import "math"

// Binary16 returns the bits of the binary16 nearest to x, ties to even (IEEE
// 754-2019, 4.3.1). What is beyond ±65504 after rounding becomes infinite, and
// every NaN the quiet one of its sign.
func Binary16(x float32) uint16 {
	bits := math.Float32bits(x)
	sign := uint16(bits >> 16 & 0x8000)
	bits &= 0x7fffffff
	switch {
	case x != x:
		return sign | 0x7e00
	case bits >= 0x477ff000: // 65520, halfway to the 65536 that binary16 does not have
		return sign | 0x7c00
	case bits < 0x38800000: // 2⁻¹⁴: subnormal, a multiple of 2⁻²⁴
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(bits))*(1<<24)))
	}
	bits += 0xfff + bits>>13&1
	return sign | uint16(bits>>13-(127-15)<<10)
}

// FromBinary16 returns the value of a binary16: 1 bit of sign, 5 of exponent with
// bias 15, 10 of fraction.
func FromBinary16(h uint16) float32 {
	sign, exponent, fraction := uint32(h&0x8000)<<16, uint32(h>>10&31), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero and subnormal numbers, multiples of 2⁻²⁴
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)/(1<<24)))
	case 31: // infinity and NaN
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// BFloat16 returns the bits of the bfloat16 nearest to x, ties to even. Subnormal
// numbers are kept, as GPUs keep them, and NaN stays NaN.
func BFloat16(x float32) uint16 {
	bits := math.Float32bits(x)
	if x != x {
		return uint16(bits>>16 | 1<<6)
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// FromBFloat16 returns the value of a bfloat16.
func FromBFloat16(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }
