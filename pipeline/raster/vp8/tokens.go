package vp8

// tokenProbs are the probabilities of tokens, by kind of block, band of coefficients, and
// what stands before (13.3).
type tokenProbs [4][8][3][11]uint8

// The kinds of blocks.
const (
	lumaWithoutDC = iota
	secondaryLuma
	chromaBlock
	lumaWithDC
)

var (
	bands  = [17]uint8{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0}
	zigzag = [16]uint8{0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15}
	// categories are the probabilities of further bits of large values (13.2).
	categories = [4][]uint8{{173, 148, 140}, {176, 155, 140, 135}, {180, 157, 141, 134, 130}, {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}}
)

// readBlock reads a block's coefficients from the first on, multiplied by their factors,
// and returns how far they go: 0 if there is none.
func (b *boolDecoder) readBlock(probs *[8][3][11]uint8, before uint8, factors *[2]int32, first int, coef *[16]int16) (n int) {
	p := &probs[bands[first]][before]
	if b.at+mostBytes > len(b.data) {
		return b.readCarefully(probs, p, factors, first, coef)
	}
	b.window, n = b.window.readBlock(b.data, probs, p, factors, first, coef)
	return n
}

// mostBytes is more than a block can have: 16 coefficients with 19 bits of 7 of the window
// each, and what fill reads beyond.
const mostBytes = 16*19*7/8 + 8

// readBlock reads a block where the data go far enough.
func (w window) readBlock(data []byte, probs *[8][3][11]uint8, p *[11]uint8, factors *[2]int32, n int, coef *[16]int16) (window, int) {
	var set bool
	for n < 16 {
		if w.bits < 32 { // enough for five bits
			w = w.fill(data)
		}
		if w, set = w.bit(p[0]); !set {
			break // no more
		}
		for w, set = w.bit(p[1]); !set; w, set = w.bit(p[1]) { // zeros
			if n++; n == 16 {
				return w, n
			}
			p = &probs[bands[n]][0]
			if w.bits < 32 {
				w = w.fill(data)
			}
		}
		next := &probs[bands[n+1]]
		v := int32(1)
		if w, set = w.bit(p[2]); set {
			w, v = w.large(data, p)
			p = &next[2]
		} else {
			p = &next[1]
		}
		w, v = w.sign(v)
		coef[zigzag[n]] = int16(v * factors[min(n, 1)])
		n++
	}
	return w, n
}

// large reads a value from 2 on (13.2).
func (w window) large(data []byte, p *[11]uint8) (window, int32) {
	if w.bits < 48 { // enough for seven bits
		w = w.fill(data)
	}
	var set bool
	if w, set = w.bit(p[3]); !set {
		if w, set = w.bit(p[4]); !set {
			return w, 2
		}
		w, set = w.bit(p[5])
		return w, 3 + int32(one(set))
	}
	var high, low bool
	if w, set = w.bit(p[6]); !set {
		if w, set = w.bit(p[7]); !set {
			w, low = w.bit(159)
			return w, 5 + int32(one(low))
		}
		w, high = w.bit(165)
		w, low = w.bit(145)
		return w, 7 + int32(2*one(high)+one(low))
	}
	w, high = w.bit(p[8])
	w, low = w.bit(p[9+one(high)])
	category, v := 2*one(high)+one(low), int32(0)
	for _, prob := range categories[category] {
		if w.bits < 8 {
			w = w.fill(data)
		}
		w, set = w.bit(prob)
		v = 2*v + int32(one(set))
	}
	return w, v + 3 + 8<<category
}

// readCarefully is the same where the data may end.
func (b *boolDecoder) readCarefully(probs *[8][3][11]uint8, p *[11]uint8, factors *[2]int32, n int, coef *[16]int16) int {
	for n < 16 {
		if !b.bit(p[0]) {
			return n // no more
		}
		for !b.bit(p[1]) { // zeros
			if n++; n == 16 {
				return 16
			}
			p = &probs[bands[n]][0]
		}
		next := &probs[bands[n+1]]
		v := int32(1)
		if b.bit(p[2]) {
			v = b.readLarge(p)
			p = &next[2]
		} else {
			p = &next[1]
		}
		if b.bit(128) {
			v = -v
		}
		coef[zigzag[n]] = int16(v * factors[min(n, 1)])
		n++
	}
	return 16
}

// readLarge is large where the data may end.
func (b *boolDecoder) readLarge(p *[11]uint8) int32 {
	bit := func(prob uint8) int32 { return int32(one(b.bit(prob))) }
	if !b.bit(p[3]) {
		if !b.bit(p[4]) {
			return 2
		}
		return 3 + bit(p[5])
	}
	if !b.bit(p[6]) {
		if !b.bit(p[7]) {
			return 5 + bit(159)
		}
		high := bit(165)
		return 7 + 2*high + bit(145)
	}
	high := bit(p[8])
	category := 2*high + bit(p[9+high])
	v := int32(0)
	for _, prob := range categories[category] {
		v = 2*v + bit(prob)
	}
	return v + 3 + 8<<category
}

// skipCoefficients tells the neighbours that a macroblock has none.
func (d *decoder) skipCoefficients(m *macroblock, above *context8) {
	for _, c := range []*context8{above, &d.left} {
		c.luma, c.chroma = [4]uint8{}, [4]uint8{}
		if !m.blocks {
			c.secondaryLuma = 0
		}
	}
}

// readCoefficients reads those of a macroblock to the workspace; found says whether any is
// not 0.
func (d *decoder) readCoefficients(b *boolDecoder, m *macroblock, above *context8) (found bool) {
	w, quant := &d.work, &d.quant[m.segment]
	w.coef = [25][16]int16{}
	kind, first := lumaWithDC, 0
	if !m.blocks {
		n := b.readBlock(&d.probs[secondaryLuma], above.secondaryLuma+d.left.secondaryLuma, &quant.secondary, 0, &w.coef[24])
		above.secondaryLuma, d.left.secondaryLuma = uint8(min(n, 1)), uint8(min(n, 1))
		if n > 0 {
			w.spreadAverages()
		}
		kind, first = lumaWithoutDC, 1
	}
	for i := range 16 {
		up, left := &above.luma[i&3], &d.left.luma[i>>2]
		n := b.readBlock(&d.probs[kind], *up+*left, &quant.luma, first, &w.coef[i])
		*up = uint8(one(n > first))
		*left = *up
		found = w.note(i, n) || found
	}
	for i := 16; i < 24; i++ {
		at := i >> 1 & 2 // 0 for the first chroma, 2 for the second
		up, left := &above.chroma[at+i&1], &d.left.chroma[at+i>>1&1]
		n := b.readBlock(&d.probs[chromaBlock], *up+*left, &quant.chroma, 0, &w.coef[i])
		*up = uint8(one(n > 0))
		*left = *up
		found = w.note(i, n) || found
	}
	return found
}
