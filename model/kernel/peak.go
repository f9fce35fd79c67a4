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

func peakGeneric(n int) int64 {
	x, y := float32(0.5), float32(0.25)
	var a [8]float32
	for range n {
		a[0] += float32(a[0] * x)
		a[1] += float32(a[1] * y)
		a[2] += float32(a[2] * x)
		a[3] += float32(a[3] * y)
		a[4] += float32(a[4] * x)
		a[5] += float32(a[5] * y)
		a[6] += float32(a[6] * x)
		a[7] += float32(a[7] * y)
	}
	sink(a)
	return int64(n) * 16
}

//go:noinline
func sink([8]float32) {}
