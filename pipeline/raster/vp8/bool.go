package vp8

import (
	"encoding/binary"
	"math/bits"
)

// boolDecoder decodes bits of known probability (section 7), with libwebp's arithmetic:
// 56 bits are taken at a time.
type boolDecoder struct {
	data  []byte
	value uint64
	span  uint32 // the range less 1: 126 to 254
	bits  int    // of value that are not used yet, less 8; below 0 more are needed
	ended bool   // more was asked for than there is
}

func newBoolDecoder(data []byte) boolDecoder {
	b := boolDecoder{data: data, span: 254, bits: -8}
	b.load()
	return b
}

// load takes more data where bits are needed.
func (b *boolDecoder) load() {
	switch {
	case len(b.data) >= 8:
		b.value = b.value<<56 | binary.BigEndian.Uint64(b.data)>>8
		b.data = b.data[7:]
		b.bits += 56
	case len(b.data) > 0:
		b.value = b.value<<8 | uint64(b.data[0])
		b.data = b.data[1:]
		b.bits += 8
	case !b.ended:
		b.value <<= 8
		b.bits += 8
		b.ended = true
	default:
		b.bits = 0 // zeros for ever
	}
}

// bit returns whether a bit is set whose chance of being 0 is probability of 256.
func (b *boolDecoder) bit(probability uint8) bool {
	if b.bits < 0 {
		b.load()
	}
	span := b.span
	split := span * uint32(probability) >> 8
	value := uint32(b.value >> (b.bits & 63))
	set := value > split
	if set {
		span -= split
		b.value -= uint64(split+1) << (b.bits & 63)
	} else {
		span = split + 1
	}
	shift := 7 ^ (bits.Len32(span) - 1)
	b.bits -= shift
	b.span = span<<(shift&31) - 1
	return set
}

// sign reads a bit of even chance without a branch, and negates v where it is set.
func (b *boolDecoder) sign(v int32) int32 {
	if b.bits < 0 {
		b.load()
	}
	split := b.span >> 1
	negative := int32(split-uint32(b.value>>(b.bits&63))) >> 31 // 0 or -1
	b.value -= uint64((split+1)&uint32(negative)) << (b.bits & 63)
	b.span = (b.span + uint32(negative)) | 1
	b.bits--
	return (v ^ negative) - negative
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
