package vp8

// The modes of prediction (section 8); macroblocks as a whole have the first four.
const (
	predictDC = iota
	predictTrueMotion
	predictVertical
	predictHorizontal
	predictRightDown
	predictVerticalRight
	predictLeftDown
	predictVerticalLeft
	predictHorizontalDown
	predictHorizontalUp
)

// macroblock is what the first partition says of one.
type macroblock struct {
	segment int
	skip    bool // it has no coefficients
	blocks  bool // luma is predicted in blocks of 4 × 4
	luma    uint8
	modes   [16]uint8
	chroma  uint8
}

func (m *macroblock) blocksIndex() int {
	if m.blocks {
		return 1
	}
	return 0
}

// readModes reads a macroblock's header (19.3).
func (d *decoder) readModes(above *context8) (m macroblock) {
	b := &d.modes
	if d.segments.mapped {
		if !b.bit(d.segments.probs[0]) {
			m.segment = one(b.bit(d.segments.probs[1]))
		} else {
			m.segment = 2 + one(b.bit(d.segments.probs[2]))
		}
	}
	m.skip = d.skipsKnown && b.bit(d.skipProb)
	if m.blocks = !b.bit(145); m.blocks {
		d.readBlockModes(&m, above)
	} else {
		switch { // 11.2
		case !b.bit(156):
			m.luma = predictDC
			if b.bit(163) {
				m.luma = predictVertical
			}
		case b.bit(128):
			m.luma = predictTrueMotion
		default:
			m.luma = predictHorizontal
		}
		all := [4]uint8{m.luma, m.luma, m.luma, m.luma}
		above.modes, d.left.modes = all, all
	}
	switch {
	case !b.bit(142):
		m.chroma = predictDC
	case !b.bit(114):
		m.chroma = predictVertical
	case !b.bit(183):
		m.chroma = predictHorizontal
	default:
		m.chroma = predictTrueMotion
	}
	return m
}

func one(set bool) int {
	if set {
		return 1
	}
	return 0
}

func (d *decoder) readBlockModes(m *macroblock, above *context8) {
	for y := range 4 {
		mode := d.left.modes[y]
		for x := range 4 {
			mode = d.readBlockMode(&modeProbs[above.modes[x]][mode])
			above.modes[x], m.modes[4*y+x] = mode, mode
		}
		d.left.modes[y] = mode
	}
}

// readBlockMode reads the mode of a block (11.2).
func (d *decoder) readBlockMode(probs *[9]uint8) uint8 {
	b := &d.modes
	switch {
	case !b.bit(probs[0]):
		return predictDC
	case !b.bit(probs[1]):
		return predictTrueMotion
	case !b.bit(probs[2]):
		return predictVertical
	case !b.bit(probs[3]):
		switch {
		case !b.bit(probs[4]):
			return predictHorizontal
		case !b.bit(probs[5]):
			return predictRightDown
		}
		return predictVerticalRight
	case !b.bit(probs[6]):
		return predictLeftDown
	case !b.bit(probs[7]):
		return predictVerticalLeft
	case !b.bit(probs[8]):
		return predictHorizontalDown
	}
	return predictHorizontalUp
}
