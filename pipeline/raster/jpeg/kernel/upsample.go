package kernel

// The kernels below interpolate chroma by a triangle filter, as libjpeg's "fancy"
// upsampling does (jdsample.c): three parts of the nearer sample, one of the farther.

// H1V2 interpolates between rows: dst, near and far have the same length. The bias is
// 1 for the upper of the two rows that belong to near, 2 for the lower.
func H1V2(dst, near, far []uint8, bias uint16) {
	far, dst = far[:len(near)], dst[:len(near)]
	for x, n := range near {
		dst[x] = uint8((3*uint16(n) + uint16(far[x]) + bias) >> 2)
	}
}

// H2V1 interpolates between the samples of a row. dst has twice as many, or one less.
func H2V1(dst, row []uint8) { h2v1(dst, row) }

func h2v1Generic(dst, row []uint8) {
	last := len(row) - 1
	for x, v := range row {
		c := 3 * uint16(v)
		dst[2*x] = uint8((c + uint16(row[max(x-1, 0)]) + 1) >> 2)
		if 2*x+1 < len(dst) {
			dst[2*x+1] = uint8((c + uint16(row[min(x+1, last)]) + 2) >> 2)
		}
	}
}

// H2V2 interpolates between two rows, and then between their columns. dst has twice as
// many samples, or one less.
func H2V2(dst, near, far []uint8) { h2v2(dst, near, far) }

func h2v2Generic(dst, near, far []uint8) {
	far = far[:len(near)]
	last := len(near) - 1
	this := 3*uint16(near[0]) + uint16(far[0])
	dst[0] = uint8((4*this + 8) >> 4)
	for x := range last {
		next := 3*uint16(near[x+1]) + uint16(far[x+1])
		pair := dst[2*x+1:][:2]
		pair[0] = uint8((3*this + next + 7) >> 4)
		pair[1] = uint8((3*next + this + 8) >> 4)
		this = next
	}
	if 2*last+1 < len(dst) {
		dst[2*last+1] = uint8((4*this + 7) >> 4)
	}
}
