//go:build !amd64 || purego

package vp8

func (b *boolDecoder) readBlock(probs *[8][3][11]uint8, p *[11]uint8, factors *[2]int32, first int, coef *[16]int16) int {
	return b.readBlockGeneric(probs, p, factors, first, coef)
}

func (s *strength) columns(p, q []uint8, i, j, stride int, outer bool) {
	s.columnsGeneric(p, q, i, j, stride, outer)
}

func (s *strength) lines(p, q []uint8, i, j, stride int, outer bool) {
	s.linesGeneric(p, q, i, j, stride, outer)
}
