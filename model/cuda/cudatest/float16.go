package cudatest

import "math"

// format16 is a floating-point format of 16 bits.
type format16 struct {
	name  string
	value func(u uint32) float32
	round func(v float64, r rounding) uint32 // of a number that is odd beyond 51 bits
}

var formats16 = []format16{
	{"bf16", func(u uint32) float32 { return f32(u << 16) }, func(v float64, r rounding) uint32 {
		u := round32(v, toZero)
		if v == v && float64(f32(u)) != v {
			u |= 1 // odd again, so that rounding twice is rounding once
		}
		return brain(f32(u), r)
	}},
	{"f16", halfValue, roundHalf},
}

// halfValue is the value of an IEEE half.
func halfValue(u uint32) float32 {
	sign := math.Float32frombits(u&0x8000<<16 | 0x3f800000)
	exponent, fraction := int(u>>10&31), float32(u&0x3ff)
	switch exponent {
	case 0:
		return sign * fraction * (1.0 / (1 << 24))
	case 31:
		if fraction != 0 {
			return f32(nan32)
		}
		return sign * float32(math.Inf(1))
	}
	return sign * float32(math.Ldexp(float64(1024+fraction), exponent-25))
}

// roundHalf rounds to an IEEE half, to nearest even or toward zero.
func roundHalf(v float64, r rounding) uint32 {
	sign := uint32(math.Float64bits(v)>>48) & 0x8000
	v = math.Abs(v)
	switch {
	case v != v:
		return nanHalf
	case v == 0:
		return sign
	case math.IsInf(v, 1), v >= 65520 && r == nearest:
		return sign | 0x7c00
	case v >= 65504:
		return sign | 0x7bff
	}
	_, e := math.Frexp(v) // v < 2^e
	exponent := max(e-1, -14)
	n := math.Ldexp(v, 10-exponent)
	if r == nearest {
		n = math.RoundToEven(n)
	} else {
		n = math.Trunc(n)
	}
	// A fraction that is rounded up to a power of two carries into the exponent by itself.
	return sign | uint32(int(n)+(exponent+14)<<10)
}

// halves is arithmetic of bfloat16 and IEEE halves, one or two in a register.
func halves(t map[string]builder) {
	for _, f := range formats16 {
		f.extrema(t)
		f.arithmetic(t)
		t["neg."+f.name] = one32(half, func(a uint32) uint32 { return a ^ 0x8000 })
		t["neg."+f.name+"x2"] = one32(single, func(a uint32) uint32 { return a ^ 0x80008000 })
		t["abs."+f.name] = one32(half, func(a uint32) uint32 { return a & 0x7fff })
		t["abs."+f.name+"x2"] = one32(single, func(a uint32) uint32 { return a & 0x7fff7fff })
	}
}

func (f format16) extrema(t map[string]builder) {
	for name, g := range map[string]func(a, b uint32) uint32{
		"min":     func(a, b uint32) uint32 { return extremum32(a, b, math.Min, false) },
		"max":     func(a, b uint32) uint32 { return extremum32(a, b, math.Max, false) },
		"min.NaN": func(a, b uint32) uint32 { return extremum32(a, b, math.Min, true) },
		"max.NaN": func(a, b uint32) uint32 { return extremum32(a, b, math.Max, true) },
	} {
		one := func(a, b uint32) uint32 {
			return f.round(float64(f32(g(math.Float32bits(f.value(a)), math.Float32bits(f.value(b))))), nearest)
		}
		t[name+"."+f.name] = two32(half, one)
		t[name+"."+f.name+"x2"] = two32(single, func(a, b uint32) uint32 {
			return one(a>>16, b>>16)<<16 | one(a&0xffff, b&0xffff)
		})
	}
}

func (f format16) arithmetic(t map[string]builder) {
	v := func(u uint32) float64 { return float64(f.value(u)) }
	fma := func(a, b, c uint32) uint32 { return f.round(odd(v(a)*v(b), v(c)), nearest) }
	t["fma.rn."+f.name] = three32(half, fma)
	t["fma.rn."+f.name+"x2"] = three32(single, func(a, b, c uint32) uint32 {
		return fma(a>>16, b>>16, c>>16)<<16 | fma(a&0xffff, b&0xffff, c&0xffff)
	})
	for name, g := range map[string]func(a, b uint32) uint32{
		"add": func(a, b uint32) uint32 { return f.round(odd(v(a), v(b)), nearest) },
		"sub": func(a, b uint32) uint32 { return f.round(odd(v(a), -v(b)), nearest) },
		"mul": func(a, b uint32) uint32 { return f.round(v(a)*v(b), nearest) },
	} {
		for _, rn := range []string{"", ".rn"} {
			t[name+rn+"."+f.name] = two32(half, g)
			t[name+rn+"."+f.name+"x2"] = two32(single, func(a, b uint32) uint32 {
				return g(a>>16, b>>16)<<16 | g(a&0xffff, b&0xffff)
			})
		}
	}
}
