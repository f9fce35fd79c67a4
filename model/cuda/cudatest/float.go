package cudatest

import "math"

// floats32 is arithmetic of float32. Flushing of denormals (ftz) is only known where the
// compiler writes it unasked.
func floats32(t map[string]builder) {
	for name, r := range roundings {
		t["add"+name+".f32"] = two32(single, func(a, b uint32) uint32 { return sum32(f32as64(a), f32as64(b), r) })
		t["sub"+name+".f32"] = two32(single, func(a, b uint32) uint32 { return sum32(f32as64(a), -f32as64(b), r) })
		t["mul"+name+".f32"] = two32(single, func(a, b uint32) uint32 { return round32(f32as64(a)*f32as64(b), r) })
		if name == "" {
			continue
		}
		fma := func(a, b, c uint32) uint32 { return sum32(f32as64(a)*f32as64(b), f32as64(c), r) }
		t["fma"+name+".f32"], t["mad"+name+".f32"] = three32(single, fma), three32(single, fma)
	}
	t["add.f32"] = two32(single, func(a, b uint32) uint32 { return bits32(f32(a) + f32(b)) })
	t["sub.f32"] = two32(single, func(a, b uint32) uint32 { return bits32(f32(a) - f32(b)) })
	t["mul.f32"] = two32(single, func(a, b uint32) uint32 { return bits32(f32(a) * f32(b)) })
	divide := two32(single, func(a, b uint32) uint32 { return bits32(f32(a) / f32(b)) })
	t["div.rn.f32"], t["div.full.f32"], t["div.approx.f32"] = divide, divide, divide
	for name, f := range map[string]func(float64) float64{
		"rcp.rn": func(x float64) float64 { return 1 / x }, "rcp.approx": func(x float64) float64 { return 1 / x },
		"sqrt.rn": math.Sqrt, "sqrt.approx": math.Sqrt,
		"rsqrt.approx": func(x float64) float64 { return 1 / math.Sqrt(x) },
		"ex2.approx":   math.Exp2, "lg2.approx": math.Log2,
		"sin.approx": math.Sin, "cos.approx": math.Cos, "tanh.approx": math.Tanh,
	} {
		t[name+".f32"] = one32(single, func(a uint32) uint32 { return bits32(float32(f(f32as64(a)))) })
		t[name+".ftz.f32"] = one32(single, func(a uint32) uint32 {
			return flush(bits32(float32(f(f32as64(flush(a))))))
		})
	}
	t["neg.f32"] = one32(single, func(a uint32) uint32 { return a ^ 1<<31 })
	t["abs.f32"] = one32(single, func(a uint32) uint32 { return a &^ (1 << 31) })
	t["copysign.f32"] = two32(single, func(a, b uint32) uint32 { return a&(1<<31) | b&^(1<<31) })
	t["min.f32"] = two32(single, func(a, b uint32) uint32 { return extremum32(a, b, math.Min, false) })
	t["max.f32"] = two32(single, func(a, b uint32) uint32 { return extremum32(a, b, math.Max, false) })
	t["min.NaN.f32"] = two32(single, func(a, b uint32) uint32 { return extremum32(a, b, math.Min, true) })
	t["max.NaN.f32"] = two32(single, func(a, b uint32) uint32 { return extremum32(a, b, math.Max, true) })
}

// sum32 is a + b rounded once; a may have the 48 bits of a product.
func sum32(a, b float64, r rounding) uint32 { return round32(sumSign(a, b, odd(a, b), r), r) }

func flush(u uint32) uint32 {
	if u&0x7f800000 == 0 {
		return u & (1 << 31)
	}
	return u
}

// extremum32 is a minimum or maximum; a NaN loses, or wins if nan is set.
func extremum32(a, b uint32, f func(a, b float64) float64, nan bool) uint32 {
	x, y := f32as64(a), f32as64(b)
	switch {
	case x != x && y != y, nan && (x != x || y != y):
		return nan32
	case x != x:
		return b
	case y != y:
		return a
	}
	return math.Float32bits(float32(f(x, y)))
}

// floats64 is arithmetic of float64.
func floats64(t map[string]builder) {
	add := two64(func(a, b uint64) uint64 { return bits64(f64(a) + f64(b)) })
	sub := two64(func(a, b uint64) uint64 { return bits64(f64(a) - f64(b)) })
	mul := two64(func(a, b uint64) uint64 { return bits64(f64(a) * f64(b)) })
	for _, rn := range []string{"", ".rn"} {
		t["add"+rn+".f64"], t["sub"+rn+".f64"], t["mul"+rn+".f64"] = add, sub, mul
	}
	fma := three64(func(a, b, c uint64) uint64 { return bits64(math.FMA(f64(a), f64(b), f64(c))) })
	t["fma.rn.f64"], t["mad.rn.f64"] = fma, fma
	t["div.rn.f64"] = two64(func(a, b uint64) uint64 { return bits64(f64(a) / f64(b)) })
	t["rcp.rn.f64"] = one64(func(a uint64) uint64 { return bits64(1 / f64(a)) })
	t["sqrt.rn.f64"] = one64(func(a uint64) uint64 { return bits64(math.Sqrt(f64(a))) })
	t["neg.f64"] = one64(func(a uint64) uint64 { return a ^ 1<<63 })
	t["abs.f64"] = one64(func(a uint64) uint64 { return a &^ (1 << 63) })
	t["copysign.f64"] = two64(func(a, b uint64) uint64 { return a&(1<<63) | b&^(1<<63) })
	t["min.f64"] = two64(func(a, b uint64) uint64 { return extremum64(a, b, math.Min) })
	t["max.f64"] = two64(func(a, b uint64) uint64 { return extremum64(a, b, math.Max) })
}

func extremum64(a, b uint64, f func(a, b float64) float64) uint64 {
	switch {
	case f64(a) != f64(a):
		return bits64(f64(b))
	case f64(b) != f64(b):
		return a
	}
	return math.Float64bits(f(f64(a), f64(b)))
}
