//go:build !purego

package vp8

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

// The filters take places at the edge in two planes, and the thresholds from a strength's
// beginning.

//go:noescape
func outerLinesAVX2(p, q *uint8, stride int, s *strength)

//go:noescape
func innerLinesAVX2(p, q *uint8, stride int, s *strength)

//go:noescape
func outerColumnsAVX2(p, q *uint8, stride int, s *strength)

//go:noescape
func innerColumnsAVX2(p, q *uint8, stride int, s *strength)

func (s *strength) columns(p, q []uint8, i, j, stride int, outer bool) {
	if !hasAVX2 {
		s.columnsGeneric(p, q, i, j, stride, outer)
		return
	}
	_, _ = p[i-4:][7*stride+7], q[j-4:][7*stride+7]
	if outer {
		outerColumnsAVX2(&p[i], &q[j], stride, s)
	} else {
		innerColumnsAVX2(&p[i], &q[j], stride, s)
	}
}

func (s *strength) lines(p, q []uint8, i, j, stride int, outer bool) {
	if !hasAVX2 {
		s.linesGeneric(p, q, i, j, stride, outer)
		return
	}
	_, _ = p[i-4*stride:][7*stride+7], q[j-4*stride:][7*stride+7]
	if outer {
		outerLinesAVX2(&p[i], &q[j], stride, s)
	} else {
		innerLinesAVX2(&p[i], &q[j], stride, s)
	}
}
