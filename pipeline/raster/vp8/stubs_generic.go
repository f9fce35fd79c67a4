//go:build !amd64 || purego

package vp8

func (s *strength) columns(p, q []uint8, i, j, stride int, outer bool) {
	s.columnsGeneric(p, q, i, j, stride, outer)
}

func (s *strength) lines(p, q []uint8, i, j, stride int, outer bool) {
	s.linesGeneric(p, q, i, j, stride, outer)
}
