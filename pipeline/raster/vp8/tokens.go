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
	// categories are the probabilities of further bits of large values (13.2), up to a 0.
	categories = [4][16]uint8{{173, 148, 140}, {176, 155, 140, 135}, {180, 157, 141, 134, 130}, {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}}
)

// mostBytes is more than is looked at for a block: 16 coefficients of 19 bits, each at most
// seven bits of the data, and a window beyond.
const mostBytes = 16*19*7/8 + 16

// readBlockGeneric reads a block's coefficients from the n-th on, multiplied by their
// factors, and returns how far they go: n if there is none. p is what the first one's
// probabilities are.
func (b *boolDecoder) readBlockGeneric(probs *[8][3][11]uint8, p *[11]uint8, factors *[2]int32, n int, coef *[16]int16) int {
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

// readLarge reads a value from 2 on (13.2).
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
		if prob == 0 {
			break
		}
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
		n := b.readBlock(&d.probs[secondaryLuma], &d.probs[secondaryLuma][0][above.secondaryLuma+d.left.secondaryLuma], &quant.secondary, 0, &w.coef[24])
		above.secondaryLuma, d.left.secondaryLuma = uint8(min(n, 1)), uint8(min(n, 1))
		if n > 0 {
			w.spreadAverages()
		}
		kind, first = lumaWithoutDC, 1
	}
	for i := range 16 {
		up, left := &above.luma[i&3], &d.left.luma[i>>2]
		n := b.readBlock(&d.probs[kind], &d.probs[kind][first][*up+*left], &quant.luma, first, &w.coef[i])
		*up = uint8(one(n > first))
		*left = *up
		found = w.note(i, n) || found
	}
	for i := 16; i < 24; i++ {
		at := i >> 1 & 2 // 0 for the first chroma, 2 for the second
		up, left := &above.chroma[at+i&1], &d.left.chroma[at+i>>1&1]
		n := b.readBlock(&d.probs[chromaBlock], &d.probs[chromaBlock][0][*up+*left], &quant.chroma, 0, &w.coef[i])
		*up = uint8(one(n > 0))
		*left = *up
		found = w.note(i, n) || found
	}
	return found
}
