package ccitt

import (
	"encoding/binary"
	mathbits "math/bits"
)

// bits reads a bit stream, most significant bit first.
type bits struct {
	data []byte // the stream, and padding bytes of zero
	at   int    // in bits
	end  int    // in bits; what need pads the stream with counts
}

// padding lets whole words be read at the end of the stream.
const padding = 16

func newBits(data []byte, lowFirst bool) bits {
	padded := make([]byte, len(data)+padding)
	copy(padded, data)
	if lowFirst {
		reverse(padded[:len(data)])
	}
	return bits{data: padded, end: 8 * len(data)}
}

// reverse turns the bits of every byte round; what it does beyond the last whole
// word it does byte by byte.
func reverse(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		binary.BigEndian.PutUint64(data, mathbits.Reverse64(binary.LittleEndian.Uint64(data)))
	}
	for i, b := range data {
		data[i] = mathbits.Reverse8(b)
	}
}

// need makes sure that n bits can be looked at. A stream that ends in the middle of
// them goes on with zeros; false if it has ended before. Padding counts as part of
// the stream, as it does in libtiff (tif_fax3.h, NeedBits16).
func (b *bits) need(n int) bool {
	if b.end-b.at >= n {
		return true
	}
	if b.at >= b.end {
		return false
	}
	b.end = b.at + n
	return true
}

// peek returns the next n ≤ 16 bits without taking them.
func (b *bits) peek(n int) uint32 {
	i := b.at >> 3
	if i+4 > len(b.data) {
		return 0
	}
	return binary.BigEndian.Uint32(b.data[i:]) << (b.at & 7) >> (32 - n)
}

func (b *bits) skip(n int) { b.at += n }

// align goes to the next multiple of n bits, a power of two.
func (b *bits) align(n int) {
	if at := (b.at + n - 1) &^ (n - 1); at <= b.end {
		b.at = at
	} else {
		b.at = b.end
	}
}

// seekLineEnd goes before the next eleven zeros, the beginning of a line end (T.4,
// section 4.1.2); false if there are none.
func (b *bits) seekLineEnd() bool {
	for ; b.need(11); b.at++ {
		if b.peek(11) == 0 {
			return true
		}
	}
	return false
}

// skipZeros takes zeros and the one behind them; false if there is no one.
func (b *bits) skipZeros() bool {
	for b.need(8) {
		v := uint8(b.peek(8))
		b.at += mathbits.LeadingZeros8(v)
		if v != 0 {
			b.at++
			return true
		}
	}
	return false
}
