package tensor

import "math"

const (
	signBit  = 1 << 31
	infinity = 0x7f800000
	quietNaN = 0x7fffffff // the only NaN that tensor cores return

	excess = 1023 - 127 // of float64's exponent over float32's
	tail   = 52 - 23    // bits of float64's mantissa behind float32's
)

// towardZero rounds x toward zero to float32 and returns its bits. What is beyond float32
// becomes its largest value; infinities stay.
func towardZero(x float64) uint32 {
	if bits, normal := truncate(x); normal {
		return bits
	}
	return truncateOther(x)
}

// truncate is towardZero of the normal numbers of float32: the upper bits are theirs. It
// stands apart to be small enough for the compiler to put it in line.
func truncate(x float64) (bits uint32, normal bool) {
	b := math.Float64bits(x)
	magnitude := b &^ (1 << 63)
	return uint32(b>>32)&signBit | uint32(magnitude>>tail-excess<<23), magnitude>>52-excess-1 < 254
}

// truncateOther is towardZero of zero, of denormals, of what is too large, of infinity and
// NaN.
func truncateOther(x float64) uint32 {
	if x != x {
		return quietNaN
	}
	nearest := math.Float32bits(float32(x))
	switch magnitude := math.Abs(x); {
	case math.IsInf(x, 0):
		return nearest
	case magnitude > math.MaxFloat32:
		return nearest&signBit | (infinity - 1)
	case float(nearest&^signBit) > magnitude:
		return nearest - 1
	}
	return nearest
}

// float is the value of a float32 by its bits.
func float(bits uint32) float64 { return float64(math.Float32frombits(bits)) }

// format is what operands consist of: numbers of 16 bits, two in a register.
type format bool

const (
	bfloat format = false
	half   format = true // IEEE 754's binary16
)

// pair has the values of a register's two numbers, the lower half first.
func (f format) pair(register uint32) (float64, float64) {
	if f == half {
		return halfValue(register & 0xffff), halfValue(register >> 16)
	}
	return float(register << 16), float(register &^ 0xffff)
}

// halfValue is the value of a half by its bits: as a float32 of the same fraction its
// exponent is 112 less, which the factor makes good, for subnormal numbers too.
func halfValue(bits uint32) float64 {
	value := bits & 0x7fff << 13
	if value >= 0x7c00<<13 { // infinite, or NaN
		return float(bits&0x8000<<16 | infinity | value&(1<<23-1))
	}
	return float(bits&0x8000<<16|value) * 0x1p112
}
