//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

//go:noescape
func idctAVX2(dst *uint8, stride int, coef *[64]int16, quant *[64]uint16)

//go:noescape
func h2v1AVX2(dst, row *uint8, n int)

//go:noescape
func h2v2AVX2(dst, near, far *uint8, n int)

//go:noescape
func quincunxAVX2(dst, near, far *uint8, n int)

//go:noescape
func studioToRGBAVX2(dst, y, cb, cr *uint8, n int)

//go:noescape
func ycbcrToRGBAVX2(dst, y, cb, cr *uint8, n int)

func idct(dst []uint8, stride int, coef *[64]int16, quant *[64]uint16) {
	if !hasAVX2 {
		idctGeneric(dst, stride, coef, quant)
		return
	}
	_ = dst[7*stride+7]
	idctAVX2(&dst[0], stride, coef, quant)
}

// middle returns how many samples the assembly makes of a row, from the second on: a
// multiple of sixteen, with a neighbour left on either side.
func middle(row []uint8) int {
	if !hasAVX2 || len(row) < 18 {
		return 0
	}
	return (len(row) - 2) &^ 15
}

func h2v1(dst, row []uint8) {
	n := middle(row)
	if n > 0 {
		_ = dst[2*n+1]
		h2v1Range(dst, row, 0, 1)
		h2v1AVX2(&dst[2], &row[0], n)
		n++
	}
	h2v1Range(dst, row, n, len(row))
}

func h2v2(dst, near, far []uint8) {
	n := middle(near)
	if n > 0 {
		_, _ = dst[2*n+1], far[n+1]
		h2v2Range(dst, near, far, 0, 1)
		h2v2AVX2(&dst[2], &near[0], &far[0], n)
		n++
	}
	h2v2Range(dst, near, far, n, len(near))
}

func ycbcrToRGB(dst, y, cb, cr []uint8) {
	n := 0
	if hasAVX2 && len(y) >= 16 {
		n = len(y) &^ 15
		_, _, _ = dst[3*n-1], cb[n-1], cr[n-1]
		ycbcrToRGBAVX2(&dst[0], &y[0], &cb[0], &cr[0], n)
	}
	ycbcrToRGBGeneric(dst[3*n:], y[n:], cb[n:], cr[n:])
}

func quincunx(dst, near, far []uint8) {
	n := middle(near)
	if n > 0 {
		_, _ = dst[2*n+1], far[n+1]
		quincunxRange(dst, near, far, 0, 1)
		quincunxAVX2(&dst[2], &near[0], &far[0], n)
		n++
	}
	quincunxRange(dst, near, far, n, len(near))
}

func studioToRGB(dst, y, cb, cr []uint8) {
	n := 0
	if hasAVX2 && len(y) >= 16 {
		n = len(y) &^ 15
		_, _, _ = dst[3*n-1], cb[n-1], cr[n-1]
		studioToRGBAVX2(&dst[0], &y[0], &cb[0], &cr[0], n)
	}
	studioToRGBGeneric(dst[3*n:], y[n:], cb[n:], cr[n:])
}
