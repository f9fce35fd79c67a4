package head

import "math"

// columns is how many features one core works on at a time: 512 float64 of a
// row are 4 KiB, so that the rows of a tile stay in the first-level cache.
const columns = 512

// constantFeature is the relative spread below which a feature says nothing:
// float32 itself resolves 6e-8.
const constantFeature = 1e-7

// standardise returns every feature's mean and the reciprocal of its standard
// deviation (divisor N) over the view's rows, (D) each. A feature that never
// varies gets the scale 0, which keeps it out of the head.
func standardise(x Matrix) (mean, scale []float32) {
	mean, scale = make([]float32, x.Dim), make([]float32, x.Dim)
	n := float64(x.Len())
	blocks := spans(x.Dim, columns)
	parallel(len(blocks), func(b int) {
		s := blocks[b]
		sum, square := make([]float64, s.len()), make([]float64, s.len())
		for i := range x.Len() {
			for j, v := range x.Row(i)[s.lo:s.hi] {
				sum[j] += float64(v)
			}
		}
		for i := range x.Len() {
			for j, v := range x.Row(i)[s.lo:s.hi] {
				d := float64(v) - sum[j]/n
				square[j] += d * d
			}
		}
		for j := range sum {
			m, sd := sum[j]/n, math.Sqrt(square[j]/n)
			mean[s.lo+j] = float32(m)
			if sd > constantFeature*math.Abs(m) {
				scale[s.lo+j] = finite32(1 / sd)
			}
		}
	})
	return mean, scale
}

// finite32 rounds to float32, and to 0 what float32 cannot hold.
func finite32(v float64) float32 {
	if f := float32(v); !math.IsInf(float64(f), 0) {
		return f
	}
	return 0
}

// standardised writes the standardised features s.lo … s.hi-1 of the view's
// i-th row to dst, (s.len()).
func standardised(x Matrix, i int, s span, mean, scale []float32, dst []float64) {
	for j, v := range x.Row(i)[s.lo:s.hi] {
		dst[j] = (float64(v) - float64(mean[s.lo+j])) * float64(scale[s.lo+j])
	}
}
