package schemas

import "math"

// Values of a stored vector (Description.DType, CutInfo.DType). Both are kept in
// the same column of 32-bit floats, the only kind that Delta Lake and its readers
// know. In a float16 table every value is one that IEEE 754 binary16 has, so that
// the 13 low bits of its fraction are zero and compress away.
const (
	Float32 = "float32"
	Float16 = "float16"
)

// MaxHalf is the greatest finite binary16.
const MaxHalf = 65504

// Bits of a float32: sign, 8 of exponent, 23 of fraction. A binary16 has 10 of
// fraction, 13 fewer, from 2⁻¹⁴ on; below, its values are the multiples of 2⁻²⁴.
const (
	signBit   = 1 << 31
	lostBits  = 1<<13 - 1
	minNormal = (127 - 14) << 23 // 2⁻¹⁴
	tooLarge  = (127 + 16) << 23 // 2¹⁶, what 65520 and more would round to
	infinite  = 255 << 23        // and NaN with a fraction
)

// RoundHalf rounds every value in place to the nearest binary16, ties to even (IEEE
// 754-2019, 4.3.1). It returns the index of the first finite value that has none,
// because it would round beyond ±MaxHalf, or -1. Such values stay as they are, and
// so do infinities and NaN.
func RoundHalf(v []float32) (beyond int) {
	beyond = -1
	for i, x := range v {
		bits := math.Float32bits(x)
		abs := bits &^ signBit
		if abs < minNormal {
			// In [1/2, 1) floats are the multiples of 2⁻²⁴: the sum is rounded as wanted.
			sum := math.Float32frombits(abs) + 0.5
			v[i] = math.Float32frombits(math.Float32bits(sum-0.5) | bits&signBit)
			continue
		}
		rounded := (abs + lostBits/2 + abs>>13&1) &^ lostBits
		if rounded < tooLarge {
			v[i] = math.Float32frombits(rounded | bits&signBit)
		} else if abs < infinite && beyond < 0 {
			beyond = i
		}
	}
	return beyond
}

// FirstNotHalf returns the index of the first value that is not a finite binary16, or -1.
func FirstNotHalf(v []float32) int {
	for i, x := range v {
		abs := math.Float32bits(x) &^ signBit
		if abs&lostBits == 0 && abs >= minNormal && abs < tooLarge || abs == 0 {
			continue
		}
		if scaled := math.Float32frombits(abs) * (1 << 24); abs >= minNormal || scaled != float32(int32(scaled)) {
			return i
		}
	}
	return -1
}
