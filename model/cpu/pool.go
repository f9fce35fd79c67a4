package cpu

// mean writes the mean of each channel over height and width, summed in float64.
func (a activation) mean(dst []float32) {
	sums, buffer := make([]float64, a.C), make([]float32, a.C)
	for y := range a.H {
		for x := range a.W {
			for c, v := range a.values(y, x, buffer) {
				sums[c] += float64(v)
			}
		}
	}
	for c, sum := range sums {
		dst[c] = float32(sum / float64(a.H*a.W))
	}
}

// maximum writes the maximum of each channel over height and width; it is NaN
// where a value is.
func (a activation) maximum(dst []float32) {
	buffer := make([]float32, a.C)
	copy(dst, a.values(0, 0, buffer))
	for y := range a.H {
		for x := range a.W {
			for c, v := range a.values(y, x, buffer) {
				if v > dst[c] || v != v {
					dst[c] = v
				}
			}
		}
	}
}
