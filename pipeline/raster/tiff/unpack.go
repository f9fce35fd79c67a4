package tiff

import "encoding/binary"

// levels maps the values of samples to what the image holds of them: 0…255, dark
// to light, but for a palette's indices, which stay what they are.
type levels struct {
	bits    int
	shift   int // of samples of 16 bits
	plain   bool
	beyond  bool // a sample had more bits than those in use
	invert  bool
	of      [256]uint8  // of samples of up to 8 bits, and of the upper 8 of longer ones
	bilevel [256]uint64 // of eight samples of one bit, the first lowest
}

func (h Header) levels() *levels {
	l := &levels{bits: h.bits, shift: 8, invert: h.Photometric == WhiteIsZero && h.PerPixel == 1}
	if h.depth > 0 {
		l.shift = h.depth - 8
	}
	l.plain = !h.isSigned() && !l.invert && l.shift == 8
	top := 1<<min(h.bits, 8) - 1
	for v := range top + 1 {
		level := uint8((v*255 + top/2) / top)
		switch {
		case h.Photometric == Palette:
			level = uint8(v)
		case h.isSigned(): // 0 is black, and what is below
			level = signedLevel(v, top/2)
		}
		if l.invert {
			level = ^level
		}
		l.of[v] = level
	}
	if h.bits == 1 {
		for v := range l.bilevel {
			for bit := range 8 {
				l.bilevel[v] |= uint64(l.of[v>>(7-bit)&1]) << (8 * bit)
			}
		}
	}
	return l
}

// signedLevel returns the level of a value in two's complement, of which top is the
// greatest.
func signedLevel(v, top int) uint8 {
	if v > top {
		return 0
	}
	return uint8((v*255 + top/2) / top)
}

// unpack spreads n packed samples of a row to every step-th byte of out.
func (l *levels) unpack(out []uint8, row []byte, n, step int, order binary.ByteOrder) {
	switch {
	case l.bits == 1 && step == 1:
		l.unpackBilevel(out[:n], row)
	case l.bits == 8 && step == 1 && !l.invert:
		copy(out[:n], row)
	case l.bits == 8:
		for i, v := range row[:n] {
			out[i*step] = l.of[v]
		}
	case l.bits == 16:
		l.unpackHigh(out, row, n, step, order)
	default:
		l.unpackBits(out, row, n, step)
	}
}

func (l *levels) unpackBilevel(out []uint8, row []byte) {
	whole := len(out) / 8
	for i, v := range row[:whole] {
		binary.LittleEndian.PutUint64(out[8*i:8*i+8], l.bilevel[v])
	}
	if rest := out[8*whole:]; len(rest) > 0 {
		l.unpackBits(rest, row[whole:], len(rest), 1)
	}
}

// unpackHigh keeps the upper halves of samples of 16 bits, or the upper eight of those
// that are in use.
func (l *levels) unpackHigh(out []uint8, row []byte, n, step int, order binary.ByteOrder) {
	if !l.plain {
		for i := range n {
			v := order.Uint16(row[2*i:]) >> l.shift
			l.beyond = l.beyond || v > 0xff
			out[i*step] = l.of[min(v, 0xff)]
		}
		return
	}
	high := 0
	if order == binary.ByteOrder(binary.LittleEndian) {
		high = 1
	}
	for i := range n {
		out[i*step] = row[2*i+high]
	}
}

// unpackBits unpacks samples of any other size, the most significant bit first,
// and keeps the upper eight bits of longer ones.
func (l *levels) unpackBits(out []uint8, row []byte, n, step int) {
	hold, held, mask := uint32(0), 0, uint32(1)<<l.bits-1
	for i := range n {
		for held < l.bits {
			hold = hold<<8 | uint32(row[0])
			row, held = row[1:], held+8
		}
		held -= l.bits
		v := hold >> held & mask
		if l.bits > 8 {
			v >>= l.bits - 8
		}
		out[i*step] = l.of[uint8(v)]
	}
}
