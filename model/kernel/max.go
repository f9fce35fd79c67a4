package kernel

// Max4 sets dst to the element-wise maximum of a, b, c and d, which are at least
// as long as dst. Where one of the four is NaN so is the maximum, as in PyTorch.
// It is the inner loop of 2×2 max-pooling over channels.
func (k Float32) Max4(dst, a, b, c, d []float32) {
	n := len(dst)
	a, b, c, d = a[:n], b[:n], c[:n], d[:n]
	done := 0
	if k.isa != generic {
		done = max4Assembly(dst, a, b, c, d)
	}
	max4Generic(dst[done:], a[done:], b[done:], c[done:], d[done:])
}

func max4Generic(dst, a, b, c, d []float32) {
	for i := range dst {
		m := a[i]
		for _, x := range [...]float32{b[i], c[i], d[i]} {
			if x > m || x != x {
				m = x
			}
		}
		dst[i] = m
	}
}
