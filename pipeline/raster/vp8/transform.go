package vp8

// The kinds of transforms.
const (
	transformNone = iota
	transformDC
	transformThree // at most the first three coefficients, of luma
	transformWhole
)

// note notes which transform a block needs, whose coefficients go up to n, and whether it
// needs any.
func (w *workspace) note(i, n int) bool {
	switch {
	case n > 3 || n > 1 && i >= 16:
		w.kinds[i] = transformWhole
	case n > 1:
		w.kinds[i] = transformThree
	case w.coef[i][0] != 0:
		w.kinds[i] = transformDC
	default:
		w.kinds[i] = transformNone
		return false
	}
	return true
}

// spreadAverages transforms the averages of the blocks of luma (14.3).
func (w *workspace) spreadAverages() {
	in := &w.coef[24]
	var m [16]int32
	for i := range 4 {
		a, b, c, d := int32(in[i]), int32(in[4+i]), int32(in[8+i]), int32(in[12+i])
		m[i], m[4+i], m[8+i], m[12+i] = a+d+b+c, a-d+b-c, a+d-b-c, a-d-b+c
	}
	for i := range 4 {
		a, b, c, d := m[4*i]+3, m[4*i+1], m[4*i+2], m[4*i+3]
		w.coef[4*i][0] = int16((a + d + b + c) >> 3)
		w.coef[4*i+1][0] = int16((a - d + b - c) >> 3)
		w.coef[4*i+2][0] = int16((a + d - b - c) >> 3)
		w.coef[4*i+3][0] = int16((a - d - b + c) >> 3)
	}
}

// add adds a block's inverse transform (14.4) to what is predicted.
func (w *workspace) add(at, i int) {
	switch w.kinds[i] {
	case transformDC:
		delta := (int(w.coef[i][0]) + 4) >> 3
		for y := range 4 {
			row := w.pix[at+y*pitch:][:4]
			for x, v := range row {
				row[x] = clip(int(v) + delta)
			}
		}
	case transformThree:
		w.addThree(at, &w.coef[i])
	case transformWhole:
		w.addWhole(at, &w.coef[i])
	}
}

const (
	long  = 85627 // √2 · cos(π/8), in 16 bits of fraction
	short = 35468 // √2 · sin(π/8)
)

func (w *workspace) addThree(at int, in *[16]int16) {
	dc, p, q := int(in[0])+4, int(in[1]), int(in[4])
	for y, v := range [4]int{q * long >> 16, q * short >> 16, -(q * short >> 16), -(q * long >> 16)} {
		w.addRow(at+y*pitch, dc+v, p*long>>16, p*short>>16)
	}
}

// addRow adds v + d, v + c, v - c and v - d.
func (w *workspace) addRow(at, v, d, c int) {
	row := w.pix[at:][:4]
	row[0] = clip(int(row[0]) + (v+d)>>3)
	row[1] = clip(int(row[1]) + (v+c)>>3)
	row[2] = clip(int(row[2]) + (v-c)>>3)
	row[3] = clip(int(row[3]) + (v-d)>>3)
}

// addWhole has 16 bits between its steps, as libwebp's kernels: it matters where broken
// data bring absurd coefficients.
func (w *workspace) addWhole(at int, in *[16]int16) {
	var m [16]int16
	for i := range 4 {
		p, q, r, s := int(in[i]), int(in[4+i]), int(in[8+i]), int(in[12+i])
		a, b := p+r, p-r
		c, d := q*short>>16-s*long>>16, q*long>>16+s*short>>16
		m[4*i], m[4*i+1], m[4*i+2], m[4*i+3] = int16(a+d), int16(b+c), int16(b-c), int16(a-d)
	}
	for y := range 4 {
		p, q, r, s := int(m[y])+4, int(m[4+y]), int(m[8+y]), int(m[12+y])
		a, b := p+r, p-r
		c, d := q*short>>16-s*long>>16, q*long>>16+s*short>>16
		row := w.pix[at+y*pitch:][:4]
		row[0] = clip(int(row[0]) + int(int16(a+d)>>3))
		row[1] = clip(int(row[1]) + int(int16(b+c)>>3))
		row[2] = clip(int(row[2]) + int(int16(b-c)>>3))
		row[3] = clip(int(row[3]) + int(int16(a-d)>>3))
	}
}
