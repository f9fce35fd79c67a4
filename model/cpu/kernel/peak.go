package kernel

// Peak runs n rounds of multiply-adds that touch registers only and returns the
// number of floating-point operations done. Timing it measures the ceiling of
// one core under this instruction set, to which benchmarks relate their figures.
func (k Float32) Peak(n int) int64 {
	if k.isa == generic {
		return peakGeneric(n)
	}
	return peakAssembly(k.isa, n)
}

// peakGeneric keeps four sums, as the generic product does.
func peakGeneric(n int) int64 {
	x, y := float32(0.5), float32(0.25)
	var a, b, c, d float32
	for range n {
		a += float32(x * y)
		b += float32(x * a)
		c += float32(y * b)
		d += float32(y * c)
		x, y = y, x
	}
	sink(a, b, c, d)
	return int64(n) * 8
}

//go:noinline
func sink(_, _, _, _ float32) {}
