//go:build !purego

package resample

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

//go:noescape
func horizontalAVX2(dst *uint8, stride, step int, src *uint8, srcStride int, from, weight *int32, taps, n int)

//go:noescape
func splitAVX2(red, green, blue, row *uint8, n int)

//go:noescape
func verticalAVX2(dst, src *uint8, stride int, weight *int32, taps, n int)

// horizontalLines falls back where the windows are no multiple of eight, that is in
// narrow images, and on the last lines of an image.
func horizontalLines(dst []uint8, stride, step int, src []uint8, srcStride, n int, t table) {
	if !hasAVX2 || t.taps%8 != 0 || n != lines {
		horizontalGeneric(dst, stride, step, src, srcStride, n, t)
		return
	}
	_, _ = dst[(lines-1)*stride+(len(t.from)-1)*step], src[lines*srcStride-1]
	horizontalAVX2(&dst[0], stride, step, &src[0], srcStride, &t.from[0], &t.weight[0], t.taps, len(t.from))
}

func split(planes []uint8, stride int, row []uint8) {
	n := 0
	if hasAVX2 && len(row) >= 48 {
		n = len(row) / 48 * 16
		_ = planes[2*stride+n-1]
		splitAVX2(&planes[0], &planes[stride], &planes[2*stride], &row[0], n)
	}
	splitGeneric(planes[n:], stride, row[3*n:])
}

func verticalLine(dst, src []uint8, weight []int32) {
	n, stride := 0, len(dst)
	if hasAVX2 && stride >= 16 {
		n = stride &^ 15
		_ = src[(len(weight)-1)*stride+n-1]
		verticalAVX2(&dst[0], &src[0], stride, &weight[0], len(weight), n)
	}
	verticalGeneric(dst[n:], src[n:], stride, weight)
}
