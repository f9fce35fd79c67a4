package cuda

import (
	"math"

	"cutpoint/model"
	"cutpoint/model/internal/float16"
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
		return format{precision, 1, 1, float16.BFloat16, float16.FromBFloat16}, nil
	}
	return format{precision, 2, 1. / 16, float16.Binary16, float16.FromBinary16}, nil
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
