package kerneltest

import "math"

// Planes returns values as P planes, one behind the other: the nearest bf16, or with 2
// planes the nearest fp16 to value·scale and the nearest to what is left.
func Planes(values []float32, planes int, scale float32) []uint16 {
	p := make([]uint16, planes*len(values))
	for i, v := range values {
		if planes == 1 {
			p[i] = BF16(v)
			continue
		}
		v *= scale
		p[i] = F16(v)
		if rest := v - FromF16(p[i]); rest-rest == 0 {
			p[len(values)+i] = F16(rest)
		}
	}
	return p
}

// Sum returns the values of planes; that is exact.
func Sum(p []uint16, planes int, scale float32) []float32 {
	n := len(p) / planes
	values := make([]float32, n)
	for i := range values {
		if planes == 1 {
			values[i] = FromBF16(p[i])
		} else {
			values[i] = (FromF16(p[i]) + FromF16(p[n+i])) / scale
		}
	}
	return values
}

// BF16 rounds to the nearest, to even if there are two.
func BF16(v float32) uint16 {
	bits := math.Float32bits(v)
	if v != v {
		return 0x7fff
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// FromBF16 returns a bf16 number's value.
func FromBF16(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// F16 rounds to the nearest fp16, to even if there are two.
func F16(v float32) uint16 {
	sign, size := uint16(0), math.Abs(float64(v))
	if math.Signbit(float64(v)) {
		sign = 0x8000
	}
	switch {
	case v != v:
		return 0x7fff
	case size >= 65520: // halfway to 2^16
		return sign | 0x7c00
	case size < 1.0/(1<<14): // subnormal, or the first normal number
		return sign | uint16(math.RoundToEven(size*(1<<24)))
	}
	fraction, exponent := math.Frexp(size) // in [1/2, 1)
	return sign | uint16(int(math.RoundToEven(fraction*(1<<11)))-1<<10+(exponent+14)<<10)
}

// FromF16 returns an fp16 number's value.
func FromF16(h uint16) float32 {
	fraction, exponent := float64(h&0x3ff), int(h>>10&31)
	var v float64
	switch exponent {
	case 31:
		v = math.Inf(1)
		if fraction > 0 {
			v = math.NaN()
		}
	case 0:
		v = math.Ldexp(fraction, -24)
	default:
		v = math.Ldexp(fraction+1024, exponent-25)
	}
	if h>>15 == 1 {
		v = -v
	}
	return float32(v)
}

// Difference is how far values are from a reference.
type Difference struct {
	Max float64 // the largest distance
	RMS float64 // relative: √(Σ distance² / Σ reference²)
	Bad int     // the index of the first distance above abs + eps·|reference|, or -1
}

// Compare holds values against a reference with the tolerance abs + eps·|reference|. NaN
// matches NaN, and an infinity itself.
func Compare[F float32 | float64](got []float32, want []F, abs, eps float64) Difference {
	d := Difference{Bad: -1}
	var squares, reference float64
	for i, w := range want {
		g, w := float64(got[i]), float64(w)
		if g == w || g != g && w != w {
			continue
		}
		off := math.Abs(g - w)
		if !(off <= abs+eps*math.Abs(w)) && d.Bad < 0 {
			d.Bad = i
		}
		d.Max = math.Max(d.Max, off)
		squares += off * off
	}
	for _, w := range want {
		if w := float64(w); w == w && !math.IsInf(w, 0) {
			reference += w * w
		}
	}
	d.RMS = math.Sqrt(squares / math.Max(reference, 1e-300))
	return d
}
