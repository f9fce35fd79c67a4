//go:build !amd64 || purego

package resample

func horizontalLines(dst []uint8, stride, step int, src []uint8, srcStride, n int, t table) {
	horizontalGeneric(dst, stride, step, src, srcStride, n, t)
}

func split(planes []uint8, stride int, row []uint8) { splitGeneric(planes, stride, row) }

func verticalLine(dst, src []uint8, weight []int32) { verticalGeneric(dst, src, len(dst), weight) }
