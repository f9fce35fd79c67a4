package vp8

import "encoding/binary"

// The workspace has a macroblock with what stands above it and to its left: luma from row
// 1, chroma from row 18, from column 8 and, for the second chroma, 24.
const (
	pitch     = 32
	atLuma    = 1*pitch + 8
	atChroma  = 18*pitch + 8
	atChroma2 = 18*pitch + 24
)

type workspace struct {
	pix   [26 * pitch]uint8
	coef  [25][16]int16 // of the blocks of luma and chroma, and the averages of luma
	kinds [24]uint8     // of transform: none, of DC alone, or the whole one
}

// reconstruct predicts a macroblock, adds its coefficients and writes it to the image.
func (d *decoder) reconstruct(m *macroblock, x, y int, found bool) {
	w := &d.work
	w.setLeft(x == 0)
	d.setAbove(x, y)
	if m.blocks {
		w.spreadRight()
		for i, mode := range m.modes {
			at := atLuma + 4*pitch*(i>>2) + 4*(i&3)
			w.predict4(at, mode)
			if found {
				w.add(at, i)
			}
		}
	} else {
		w.predictWhole(atLuma, 16, m.luma, x > 0, y > 0)
	}
	w.predictWhole(atChroma, 8, m.chroma, x > 0, y > 0)
	w.predictWhole(atChroma2, 8, m.chroma, x > 0, y > 0)
	if found {
		for i := 0; !m.blocks && i < 16; i++ {
			w.add(atLuma+4*pitch*(i>>2)+4*(i&3), i)
		}
		for i := range 4 {
			w.add(atChroma+4*pitch*(i>>1)+4*(i&1), 16+i)
			w.add(atChroma2+4*pitch*(i>>1)+4*(i&1), 20+i)
		}
	}
	d.write(x, y)
}

// write writes the macroblock of the workspace to the image.
func (d *decoder) write(x, y int) {
	img, pix := d.img, d.work.pix[:]
	for i, at := 0, 16*(y*img.YStride+x); i < 16; i, at = i+1, at+img.YStride {
		*(*[16]uint8)(img.Y[at:]) = [16]uint8(pix[atLuma+i*pitch:])
	}
	for i, at := 0, 8*(y*img.CStride+x); i < 8; i, at = i+1, at+img.CStride {
		*(*[8]uint8)(img.Cb[at:]) = [8]uint8(pix[atChroma+i*pitch:])
		*(*[8]uint8)(img.Cr[at:]) = [8]uint8(pix[atChroma2+i*pitch:])
	}
}

// setLeft puts the last column of the macroblock before to the left of the next one;
// beyond the edge there is 129.
func (w *workspace) setLeft(edge bool) {
	for y := range 17 {
		row := w.pix[y*pitch:][:pitch]
		if row[7] = row[23]; edge {
			row[7] = 129
		}
	}
	for y := 17; y < 26; y++ {
		row := w.pix[y*pitch:][:pitch]
		row[7], row[23] = row[15], row[31]
		if edge {
			row[7], row[23] = 129, 129
		}
	}
}

// setAbove puts the lines above a macroblock there; beyond the edge there is 127.
func (d *decoder) setAbove(x, y int) {
	pix := &d.work.pix
	if y > 0 {
		*(*[20]uint8)(pix[8:]) = [20]uint8(d.top[0][16*x:])
		*(*[8]uint8)(pix[17*pitch+8:]) = [8]uint8(d.top[1][8*x:])
		*(*[8]uint8)(pix[17*pitch+24:]) = [8]uint8(d.top[2][8*x:])
		return
	}
	for _, part := range [][]uint8{pix[7:28], pix[17*pitch+7 : 17*pitch+16], pix[17*pitch+23 : 18*pitch]} {
		for i := range part {
			part[i] = 127
		}
	}
}

// spreadRight puts what stands above and to the right of a macroblock beside its lower
// blocks, too, for which nothing else is there yet.
func (w *workspace) spreadRight() {
	for y := 4; y < 16; y += 4 {
		*(*[4]uint8)(w.pix[y*pitch+24:]) = [4]uint8(w.pix[24:])
	}
}

// predictWhole predicts a square of 16 or 8 (12.2 and 12.3).
func (w *workspace) predictWhole(at, size int, mode uint8, left, above bool) {
	pix := w.pix[:]
	switch mode {
	case predictVertical:
		for x := at; x < at+size; x += 8 {
			column := [8]uint8(pix[x-pitch:])
			for y := range size {
				*(*[8]uint8)(pix[x+y*pitch:]) = column
			}
		}
	case predictHorizontal:
		for y := at; y < at+size*pitch; y += pitch {
			fill(pix[y:][:size], spread(pix[y-1]))
		}
	case predictTrueMotion:
		w.trueMotion(at, size)
	default:
		v := spread(w.average(at, size, left, above))
		for y := range size {
			fill(pix[at+y*pitch:][:size], v)
		}
	}
}

// spread is a sample eight times.
func spread(v uint8) uint64 { return uint64(v) * 0x0101010101010101 }

// fill fills a row of whole eights.
func fill(row []uint8, v uint64) {
	for ; len(row) >= 8; row = row[8:] {
		binary.LittleEndian.PutUint64(row, v)
	}
}

// average is that of what there is above and to the left, or 128.
func (w *workspace) average(at, size int, left, above bool) uint8 {
	sum, n := 0, 0
	if above {
		n += size
		for _, v := range w.pix[at-pitch:][:size] {
			sum += int(v)
		}
	}
	if left {
		n += size
		for y := range size {
			sum += int(w.pix[at+y*pitch-1])
		}
	}
	if n == 0 {
		return 128
	}
	return uint8((sum + n/2) / n)
}

func (w *workspace) trueMotion(at, size int) {
	pix := w.pix[:]
	top, corner := pix[at-pitch:][:size], int(pix[at-pitch-1])
	for y := range size {
		row, delta := pix[at+y*pitch:][:size], int(pix[at+y*pitch-1])-corner
		for x, v := range top {
			row[x] = clip(int(v) + delta)
		}
	}
}

func clip(v int) uint8 {
	if uint(v) > 255 {
		return uint8(^(v >> 63))
	}
	return uint8(v)
}

// predict4 predicts a block of 4 × 4 (12.3). The samples around it are, from the lowest on
// the left over the corner to the last above: l k j i corner a b c d e f g h.
func (w *workspace) predict4(at int, mode uint8) {
	pix := w.pix[:]
	switch mode {
	case predictTrueMotion:
		w.trueMotion(at, 4)
		return
	case predictDC:
		v := uint32(spread(w.average(at, 4, true, true)))
		for y := range 4 {
			binary.LittleEndian.PutUint32(pix[at+y*pitch:], v)
		}
		return
	}
	var edge [13]int
	for i := range 4 {
		edge[i] = int(pix[at+(3-i)*pitch-1])
	}
	for i := range 9 {
		edge[4+i] = int(pix[at-pitch-1+i])
	}
	pair := func(i int) uint8 { return uint8((edge[i] + edge[i+1] + 1) >> 1) }
	three := func(i int) uint8 { return uint8((edge[i-1] + 2*edge[i] + edge[i+1] + 2) >> 2) }
	last := uint8(edge[0])
	low := uint8((edge[1] + 3*edge[0] + 2) >> 2) // k, l and l beyond
	var rows [4][4]uint8
	switch mode {
	case predictVertical:
		r := [4]uint8{three(5), three(6), three(7), three(8)}
		rows = [4][4]uint8{r, r, r, r}
	case predictHorizontal:
		for y, v := range [4]uint8{three(3), three(2), three(1), low} {
			rows[y] = [4]uint8{v, v, v, v}
		}
	case predictRightDown:
		for y := range rows {
			rows[y] = [4]uint8{three(4 - y), three(5 - y), three(6 - y), three(7 - y)}
		}
	case predictLeftDown:
		end := uint8((edge[11] + 3*edge[12] + 2) >> 2)
		rows = [4][4]uint8{{three(6), three(7), three(8), three(9)}, {three(7), three(8), three(9), three(10)}, {three(8), three(9), three(10), three(11)}, {three(9), three(10), three(11), end}}
	case predictVerticalRight:
		rows = [4][4]uint8{{pair(4), pair(5), pair(6), pair(7)}, {three(4), three(5), three(6), three(7)}, {three(3), pair(4), pair(5), pair(6)}, {three(2), three(4), three(5), three(6)}}
	case predictVerticalLeft:
		rows = [4][4]uint8{{pair(5), pair(6), pair(7), pair(8)}, {three(6), three(7), three(8), three(9)}, {pair(6), pair(7), pair(8), three(10)}, {three(7), three(8), three(9), three(11)}}
	case predictHorizontalDown:
		rows = [4][4]uint8{{pair(3), three(4), three(5), three(6)}, {pair(2), three(3), pair(3), three(4)}, {pair(1), three(2), pair(2), three(3)}, {pair(0), three(1), pair(1), three(2)}}
	case predictHorizontalUp:
		rows = [4][4]uint8{{pair(2), three(2), pair(1), three(1)}, {pair(1), three(1), pair(0), low}, {pair(0), low, last, last}, {last, last, last, last}}
	}
	for y, r := range rows {
		*(*[4]uint8)(pix[at+y*pitch:]) = r
	}
}
