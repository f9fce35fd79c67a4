package kernel

// The kernels below interpolate chroma by a triangle filter, as libjpeg's "fancy"
// upsampling does (jdsample.c): three parts of the nearer sample, one of the farther.
// Beyond the edge a sample is its own neighbour.

// H1V2 interpolates between rows: dst, near and far have the same length. The bias is
// 1 for the upper of the two rows that belong to near, 2 for the lower.
func H1V2(dst, near, far []uint8, bias uint16) {
	far, dst = far[:len(near)], dst[:len(near)]
	for x, n := range near {
		dst[x] = uint8((3*uint16(n) + uint16(far[x]) + bias) >> 2)
	}
}

// H2V1 interpolates between the samples of a row. dst has twice as many, or one less.
func H2V1(dst, row []uint8) {
	if len(row) > 0 {
		h2v1(dst, row)
	}
}

// h2v1Range makes what belongs to the samples from … to-1.
func h2v1Range(dst, row []uint8, from, to int) {
	last := len(row) - 1
	for x := from; x < to; x++ {
		c := 3 * uint16(row[x])
		dst[2*x] = uint8((c + uint16(row[max(x-1, 0)]) + 1) >> 2)
		if 2*x+1 < len(dst) {
			dst[2*x+1] = uint8((c + uint16(row[min(x+1, last)]) + 2) >> 2)
		}
	}
}

// H2V2 interpolates between two rows, and then between their columns. dst has twice as
// many samples, or one less; far as many as near.
func H2V2(dst, near, far []uint8) {
	if len(near) > 0 {
		h2v2(dst, near, far)
	}
}

// h2v2Range makes what belongs to the samples from … to-1.
func h2v2Range(dst, near, far []uint8, from, to int) {
	last := len(near) - 1
	sum := func(x int) uint16 { return 3*uint16(near[x]) + uint16(far[x]) }
	for x := from; x < to; x++ {
		c := 3 * sum(x)
		dst[2*x] = uint8((c + sum(max(x-1, 0)) + 8) >> 4)
		if 2*x+1 < len(dst) {
			dst[2*x+1] = uint8((c + sum(min(x+1, last)) + 7) >> 4)
		}
	}
}
