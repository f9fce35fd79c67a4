package raster

// horizontal resizes every row; a page of that width already is returned as it is.
// A multiplication serves two pixels of the same weight, side by side in a word:
// six rows of grey, or two rows of RGB, go through at a time.
func (p *Page) horizontal(size int) *Page {
	if p.Width == size {
		return p
	}
	q, w := newPage(size, p.Height, p.Channels), windows(p.Width, size)
	rows := 6 / p.Channels
	if p.Height < rows {
		for i := range p.Height * p.Channels {
			y, c := i/p.Channels, i%p.Channels
			sumLine(q.Pix[y*size*p.Channels+c:], p.Pix[y*p.Width*p.Channels+c:], p.Channels, w)
		}
		return q
	}
	lines := [3][]uint64{make([]uint64, p.Width), make([]uint64, p.Width), make([]uint64, p.Width)}
	for y := 0; y < p.Height; y += rows {
		from := min(y, p.Height-rows) // the last group may do some rows again
		for i, line := range lines {
			a, b := p.pair(from, i)
			pack(line, p.Pix[a:], p.Pix[b:], p.Channels)
		}
		q.sumLines(from, lines, w)
	}
	return q
}

// pair returns where the two lines of samples begin that share word i of the group
// of rows at y: two rows of grey, or a channel of two rows.
func (p *Page) pair(y, i int) (a, b int) {
	stride := p.Width * p.Channels
	if p.Channels == 1 {
		return (y + 2*i) * stride, (y + 2*i + 1) * stride
	}
	return y*stride + i, (y+1)*stride + i
}

// pack puts every step-th sample of a and b into the halves of words.
func pack(words []uint64, a, b []uint8, step int) {
	if step == 1 {
		a, b = a[:len(words)], b[:len(words)]
		for x := range words {
			words[x] = uint64(a[x]) | uint64(b[x])<<32
		}
		return
	}
	for x := range words {
		words[x] = uint64(a[x*step]) | uint64(b[x*step])<<32
	}
}

// sumLines makes the group of rows at y from packed lines.
func (q *Page) sumLines(y int, lines [3][]uint64, windows []window) {
	var a, b [3][]uint8
	for i := range lines {
		from, to := q.pair(y, i)
		a[i], b[i] = q.Pix[from:], q.Pix[to:]
	}
	for x, w := range windows {
		k := w.weight
		l0, l1, l2 := lines[0][w.from:][:len(k)], lines[1][w.from:][:len(k)], lines[2][w.from:][:len(k)]
		s0, s1, s2 := uint64(both), uint64(both), uint64(both)
		for j, k := range k {
			s0 += l0[j] * uint64(k)
			s1 += l1[j] * uint64(k)
			s2 += l2[j] * uint64(k)
		}
		at := x * q.Channels
		a[0][at], b[0][at] = clip(int32(s0)), clip(int32(s0>>32))
		a[1][at], b[1][at] = clip(int32(s1)), clip(int32(s1>>32))
		a[2][at], b[2][at] = clip(int32(s2)), clip(int32(s2>>32))
	}
}

// sumLine makes a single line of samples that stand step apart.
func sumLine(out, line []uint8, step int, windows []window) {
	for x, w := range windows {
		sum := int32(half)
		for j, k := range w.weight {
			sum += int32(line[(w.from+j)*step]) * k
		}
		out[x*step] = clip(sum)
	}
}
