package vp8

import "encoding/binary"

// boolDecoder decodes bits of known probability (section 7).
type boolDecoder struct {
	window
	data  []byte
	ended bool // more was asked for than there is
}

// window is the state of a decoder; that it is passed as a value keeps it in registers.
type window struct {
	value uint64 // the next bits, from the highest on
	span  uint64 // the range less 1: 127 to 254
	bits  int    // how many value has, less 8; below 0 more are needed
	at    int    // what comes next of the data
}

func newBoolDecoder(data []byte) boolDecoder {
	return boolDecoder{window: window{span: 254, bits: -8}, data: data, ended: len(data) == 0}
}

// shifts are what makes a range, given less 1, at least 128.
var shifts = func() (t [256]uint8) {
	for i := range t {
		for r := i + 1; r < 128; r *= 2 {
			t[i]++
		}
	}
	return t
}()

// bit returns whether a bit is set whose chance of being 0 is probability of 256. The
// window has enough bits.
func (w window) bit(probability uint8) (window, bool) {
	split := w.span * uint64(probability) >> 8
	limit := (split + 1) << 56
	set := w.value >= limit
	if set {
		w.value -= limit
		split = w.span - split - 1
	}
	n := shifts[uint8(split)]
	w.span = (split+1)<<(n&7) - 1
	w.value <<= n & 7
	w.bits -= int(n)
	return w, set
}

// sign returns v or -v, by a bit of even chance.
func (w window) sign(v int32) (window, int32) {
	limit := (w.span>>1 + 1) << 56
	mask := uint64(int64(limit-1-w.value) >> 63)
	w.value = (w.value - limit&mask) << 1
	w.span = (w.span + mask) | 1
	w.bits--
	return w, v ^ int32(mask) - int32(mask)
}

// fill fills the window to 48 bits at least, from data that have eight bytes more. Bits of
// a byte that does not fit whole are read again, to the same place.
func (w window) fill(data []byte) window {
	w.value |= binary.BigEndian.Uint64(data[w.at:]) >> (uint(w.bits+8) & 63)
	n := (56 - w.bits) >> 3
	w.at += n
	w.bits += 8 * n
	return w
}

// load takes a byte where bits are needed: behind the end zeros for ever.
func (b *boolDecoder) load() {
	if b.at < len(b.data) {
		b.value |= uint64(b.data[b.at]) << (uint(48-b.bits) & 63)
		b.at++
	} else {
		b.ended = true
	}
	b.bits += 8
}

// bit is that of the window, at the end of the data too.
func (b *boolDecoder) bit(probability uint8) (set bool) {
	if b.bits < 0 {
		b.load()
	}
	b.window, set = b.window.bit(probability)
	return set
}

// number reads n bits of even chance, the highest first.
func (b *boolDecoder) number(n int) (v int) {
	for range n {
		v <<= 1
		if b.bit(128) {
			v |= 1
		}
	}
	return v
}

// signed reads a number and its sign.
func (b *boolDecoder) signed(n int) int {
	v := b.number(n)
	if b.bit(128) {
		return -v
	}
	return v
}

// optional reads a signed number, or 0 if a flag before it is not set.
func (b *boolDecoder) optional(n int) int {
	if !b.bit(128) {
		return 0
	}
	return b.signed(n)
}
