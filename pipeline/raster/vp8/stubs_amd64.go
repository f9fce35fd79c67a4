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

//go:noescape
func readBlockAMD64(b *boolDecoder, probs *[8][3][11]uint8, p *[11]uint8, factors *[2]int32, first int, coef *[16]int16) int

func (b *boolDecoder) readBlock(probs *[8][3][11]uint8, p *[11]uint8, factors *[2]int32, first int, coef *[16]int16) int {
	if len(b.data)-b.at < mostBytes {
		return b.readBlockGeneric(probs, p, factors, first, coef)
	}
	return readBlockAMD64(b, probs, p, factors, first, coef)
}

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
