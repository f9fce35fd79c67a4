package resample

// lines is how many rows of samples the horizontal kernel takes at once.
const lines = 4

// horizontal resizes every row.
func horizontal(m Image, a axis, f Filter) Image {
	if a.identity() {
		return m.columns(a.from, a.to)
	}
	q := newImage(a.to-a.from, m.Height, m.Channels)
	t := newTable(a, f, 8, m.Width)
	var planes []uint8
	if m.Channels == 3 {
		planes = make([]uint8, 3*lines*m.Width)
	}
	for y := 0; y < m.Height; y += lines {
		n := min(lines, m.Height-y)
		if m.Channels == 1 {
			horizontalLines(q.Pix[y*q.Width:], q.Width, 1, m.Pix[y*m.Width:], m.Width, n, t)
			continue
		}
		for i := range n {
			split(planes[i*m.Width:], lines*m.Width, m.Pix[3*(y+i)*m.Width:][:3*m.Width])
		}
		for c := range 3 {
			horizontalLines(q.Pix[3*y*q.Width+c:], 3*q.Width, 3, planes[c*lines*m.Width:], m.Width, n, t)
		}
	}
	return q
}

// horizontalGeneric resizes n lines of samples.
//
//	dst   n lines, stride apart, of samples that stand step apart
//	src   n lines, srcStride apart
func horizontalGeneric(dst []uint8, stride, step int, src []uint8, srcStride, n int, t table) {
	for y := range n {
		line := src[y*srcStride:]
		for x, from := range t.from {
			sum := int32(half)
			weight := t.weight[x*t.taps:][:t.taps]
			for i, v := range line[from:][:len(weight)] {
				sum += int32(v) * weight[i]
			}
			dst[y*stride+x*step] = clip(sum)
		}
	}
}

// splitGeneric takes a row of RGB apart: the planes' rows stand stride apart.
func splitGeneric(planes []uint8, stride int, row []uint8) {
	r, g, b := planes, planes[stride:], planes[2*stride:]
	for x := range len(row) / 3 {
		p := row[3*x:][:3]
		r[x], g[x], b[x] = p[0], p[1], p[2]
	}
}

// vertical resizes every column.
func vertical(m Image, a axis, f Filter) Image {
	if a.identity() {
		return m.rows(a.from-a.offset, a.to-a.offset)
	}
	q := newImage(m.Width, a.to-a.from, m.Channels)
	t := newTable(a, f, 1, m.Height)
	stride := m.Width * m.Channels
	for y, from := range t.from {
		verticalLine(q.Pix[y*stride:][:stride], m.Pix[int(from)*stride:], t.weight[y*t.taps:][:t.taps])
	}
	return q
}

// verticalGeneric sums weighted lines that follow each other in src.
func verticalGeneric(dst, src []uint8, stride int, weight []int32) {
	for x := range dst {
		sum := int32(half)
		for i, w := range weight {
			sum += int32(src[i*stride+x]) * w
		}
		dst[x] = clip(sum)
	}
}
