package cpu

// mean writes the mean of each channel over height and width, summed in float64.
func (a activation) mean(dst []float32) {
	sums := make([]float64, a.C)
	for y := range a.H {
		for x := range a.W {
			for c, v := range a.pixel(y, x) {
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
	copy(dst, a.pixel(0, 0))
	for y := range a.H {
		for x := range a.W {
			for c, v := range a.pixel(y, x) {
				if v > dst[c] || v != v {
					dst[c] = v
				}
			}
		}
	}
}
