package chroma

import "image"

// JPEG fills dst, (H, W, 3) RGB, from the planes of a JPEG with its origin at
// (0, 0). Where chroma is halved it is interpolated by a triangle filter, with the
// rounding of libjpeg (jdsample.c of libjpeg-turbo); at other ratios it is
// repeated, as there.
func JPEG(dst []uint8, m *image.YCbCr) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	r := newRows(m, spreadOf(m))
	for y := range h {
		luma, cb, cr := r.at(y)
		jfif(dst[3*w*y:][:3*w], luma, cb, cr)
	}
}

func spreadOf(m *image.YCbCr) func(r *rows, dst, plane []uint8, y int) {
	switch narrow := (m.Rect.Dx()+1)/2 <= 2; { // libjpeg repeats the samples of very narrow images
	case m.SubsampleRatio == image.YCbCrSubsampleRatio422 && !narrow:
		return h2v1
	case m.SubsampleRatio == image.YCbCrSubsampleRatio420 && !narrow:
		return h2v2
	case m.SubsampleRatio == image.YCbCrSubsampleRatio440:
		return h1v2
	}
	return repeated
}

// repeated takes the sample that covers the pixel.
func repeated(r *rows, dst, plane []uint8, y int) {
	row := plane[r.m.COffset(0, y):]
	w := r.m.Rect.Dx()
	switch r.m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		for x := range w {
			dst[x] = row[x/2]
		}
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		for x := range w {
			dst[x] = row[x/4]
		}
	default:
		copy(dst, row[:w])
	}
}

// h1v2 interpolates between rows: three parts of the nearer, one of the farther.
func h1v2(r *rows, dst, plane []uint8, y int) {
	near, far := r.neighbours(plane, y)
	bias := uint16(1 + y&1)
	for x, n := range near {
		dst[x] = uint8((3*uint16(n) + uint16(far[x]) + bias) >> 2)
	}
}

// h2v1 interpolates between the samples of a row.
func h2v1(r *rows, dst, plane []uint8, y int) {
	row := plane[y*r.m.CStride:][:r.width]
	last := len(row) - 1
	for x, v := range row {
		c := 3 * uint16(v)
		dst[2*x] = uint8((c + uint16(row[max(x-1, 0)]) + 1) >> 2)
		if 2*x+1 < len(dst) {
			dst[2*x+1] = uint8((c + uint16(row[min(x+1, last)]) + 2) >> 2)
		}
	}
}

// h2v2 interpolates between rows, then between columns.
func h2v2(r *rows, dst, plane []uint8, y int) {
	near, far := r.neighbours(plane, y)
	for x, n := range near {
		r.sums[x] = 3*uint16(n) + uint16(far[x])
	}
	last := len(r.sums) - 1
	dst[0] = uint8((4*r.sums[0] + 8) >> 4)
	for x := range last {
		this, next := r.sums[x], r.sums[x+1]
		pair := dst[2*x+1:][:2]
		pair[0] = uint8((3*this + next + 7) >> 4)
		pair[1] = uint8((3*next + this + 8) >> 4)
	}
	if 2*last+1 < len(dst) {
		dst[2*last+1] = uint8((4*r.sums[last] + 7) >> 4)
	}
}

// jfif converts a row (JFIF 1.02, with libjpeg's 16-bit fixed point).
func jfif(dst, luma, cb, cr []uint8) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x, l := range luma {
		y, b, r := int32(l), int32(cb[x])-128, int32(cr[x])-128
		p := dst[3*x:][:3]
		p[0] = clip(y + (91881*r+1<<15)>>16)
		p[1] = clip(y + (-22554*b-46802*r+1<<15)>>16)
		p[2] = clip(y + (116130*b+1<<15)>>16)
	}
}
