package vp8

import "encoding/binary"

// strength is what the loop filter does at the edges of a macroblock (15.4).
type strength struct {
	limit, inside, variance int  // thresholds, of a byte each; limit 0 = no filter
	inner                   bool // edges between its blocks are filtered, too
}

func (d *decoder) computeStrengths() {
	for i := range d.strengths {
		base := d.filter.level
		if d.segments.used {
			base = d.segments.strength[i]
			if !d.segments.absolute {
				base += d.filter.level
			}
		}
		for blocks := range d.strengths[i] {
			level := base
			if d.filter.deltas {
				level += d.filter.reference + blocks*d.filter.mode
			}
			d.strengths[i][blocks] = d.strengthOf(min(max(level, 0), 63))
			d.strengths[i][blocks].inner = blocks == 1
		}
	}
}

func (d *decoder) strengthOf(level int) (s strength) {
	if level == 0 {
		return s
	}
	s.inside = level
	if sharpness := d.filter.sharpness; sharpness > 0 {
		s.inside >>= 1
		if sharpness > 4 {
			s.inside >>= 1
		}
		s.inside = min(s.inside, 9-sharpness)
	}
	s.inside = max(s.inside, 1)
	s.limit = 2*level + s.inside
	switch {
	case level >= 40:
		s.variance = 2
	case level >= 15:
		s.variance = 1
	}
	return s
}

// filterRow filters a row of macroblocks, whose first lines change the last ones of the
// row above.
func (d *decoder) filterRow(y int) {
	img := d.img
	for x, s := range d.row {
		if s.limit == 0 {
			continue
		}
		luma, chroma := 16*(y*img.YStride+x), 8*(y*img.CStride+x)
		if d.filter.simple {
			d.filterSimply(luma, s, x > 0, y > 0)
			continue
		}
		outer := s
		outer.limit += 4
		if x > 0 {
			outer.columns(img.Y, img.Y, luma, luma+8*img.YStride, img.YStride, true)
			outer.columns(img.Cb, img.Cr, chroma, chroma, img.CStride, true)
		}
		if s.inner {
			for i := luma + 4; i < luma+16; i += 4 {
				s.columns(img.Y, img.Y, i, i+8*img.YStride, img.YStride, false)
			}
			s.columns(img.Cb, img.Cr, chroma+4, chroma+4, img.CStride, false)
		}
		if y > 0 {
			outer.lines(img.Y, img.Y, luma, luma+8, img.YStride, true)
			outer.lines(img.Cb, img.Cr, chroma, chroma, img.CStride, true)
		}
		if s.inner {
			for i := 4; i < 16; i += 4 {
				at := luma + i*img.YStride
				s.lines(img.Y, img.Y, at, at+8, img.YStride, false)
			}
			at := chroma + 4*img.CStride
			s.lines(img.Cb, img.Cr, at, at, img.CStride, false)
		}
	}
}

// filterSimply filters luma alone, and two samples at each edge (15.2).
func (d *decoder) filterSimply(at int, s strength, left, above bool) {
	pix, stride := d.img.Y, d.img.YStride
	edge := func(at, along, across, limit int) {
		for range 16 {
			if near(pix, at, across, limit) {
				two(pix, at, across)
			}
			at += along
		}
	}
	if left {
		edge(at, stride, 1, s.limit+4)
	}
	for i := 4; s.inner && i < 16; i += 4 {
		edge(at+i, stride, 1, s.limit)
	}
	if above {
		edge(at, 1, stride, s.limit+4)
	}
	for i := 4; s.inner && i < 16; i += 4 {
		edge(at+i*stride, 1, stride, s.limit)
	}
}

// columnsGeneric filters eight lines in each of two planes across an edge between columns.
// Where the two samples on either side are the same, no filter changes anything.
func (s *strength) columnsGeneric(p, q []uint8, i, j, stride int, outer bool) {
	line := func(pix []uint8, at int) {
		if w := pix[at-2 : at+2 : at+2]; w[1] != w[2] || w[0] != w[3] {
			s.sample(pix, at, 1, outer)
		}
	}
	for n := range 8 {
		line(p, i+n*stride)
		line(q, j+n*stride)
	}
}

// linesGeneric filters eight columns in each of two planes across an edge between lines.
func (s *strength) linesGeneric(p, q []uint8, i, j, stride int, outer bool) {
	columns := func(pix []uint8, at int) {
		word := func(at int) uint64 { return binary.LittleEndian.Uint64(pix[at:]) }
		differs := (word(at-stride) ^ word(at)) | (word(at-2*stride) ^ word(at+stride))
		for ; differs != 0; at, differs = at+1, differs>>8 {
			if differs&0xff != 0 {
				s.sample(pix, at, stride, outer)
			}
		}
	}
	columns(p, i)
	columns(q, j)
}

func abs(v int) int { return max(v, -v) }

// near reports whether an edge is small enough to come of compression.
func near(pix []uint8, at, step, limit int) bool {
	p1, p0, q0, q1 := int(pix[at-2*step]), int(pix[at-step]), int(pix[at]), int(pix[at+step])
	return 2*abs(p0-q0)+abs(p1-q1)>>1 <= limit
}

// sample filters across an edge, before the sample at a place (15.3).
func (s *strength) sample(pix []uint8, at, step int, outer bool) {
	p1, p0, q0, q1 := int(pix[at-2*step]), int(pix[at-step]), int(pix[at]), int(pix[at+step])
	if 2*abs(p0-q0)+abs(p1-q1)>>1 > s.limit {
		return
	}
	p3, p2, q2, q3 := int(pix[at-4*step]), int(pix[at-3*step]), int(pix[at+2*step]), int(pix[at+3*step])
	before, behind := abs(p1-p0), abs(q1-q0)
	if max(abs(p3-p2), abs(p2-p1), before, behind, abs(q2-q1), abs(q3-q2)) > s.inside {
		return
	}
	switch {
	case max(before, behind) > s.variance:
		two(pix, at, step)
	case outer:
		a := signed8(3*(q0-p0) + signed8(p1-q1))
		a1, a2, a3 := (27*a+63)>>7, (18*a+63)>>7, (9*a+63)>>7
		pix[at-3*step], pix[at+2*step] = clip(p2+a3), clip(q2-a3)
		pix[at-2*step], pix[at+step] = clip(p1+a2), clip(q1-a2)
		pix[at-step], pix[at] = clip(p0+a1), clip(q0-a1)
	default:
		a := 3 * (q0 - p0)
		a1, a2 := signed5((a+4)>>3), signed5((a+3)>>3)
		a3 := (a1 + 1) >> 1
		pix[at-2*step], pix[at+step] = clip(p1+a3), clip(q1-a3)
		pix[at-step], pix[at] = clip(p0+a2), clip(q0-a1)
	}
}

// two changes the two samples at an edge.
func two(pix []uint8, at, step int) {
	p1, p0, q0, q1 := int(pix[at-2*step]), int(pix[at-step]), int(pix[at]), int(pix[at+step])
	a := 3*(q0-p0) + signed8(p1-q1)
	pix[at-step] = clip(p0 + signed5((a+3)>>3))
	pix[at] = clip(q0 - signed5((a+4)>>3))
}

func signed8(v int) int { return min(max(v, -128), 127) }
func signed5(v int) int { return min(max(v, -16), 15) }
