package ccitt

import (
	"encoding/binary"
	"errors"
)

var errShort = errors.New("the data ends too early")

// bits reads a bit stream, most significant bit first. Beyond the end it reads
// zeros, which begin no code; skip tells.
type bits struct {
	data []byte
	at   int // in bits
}

// peek returns the next n ≤ 16 bits without taking them.
func (b *bits) peek(n int) uint32 {
	i := b.at >> 3
	var v uint32
	if i+4 <= len(b.data) {
		v = binary.BigEndian.Uint32(b.data[i:])
	} else {
		for k := range 4 {
			v <<= 8
			if i+k < len(b.data) {
				v |= uint32(b.data[i+k])
			}
		}
	}
	return v << (b.at & 7) >> (32 - n)
}

// skip takes n bits; false if there are not so many.
func (b *bits) skip(n int) bool {
	b.at += n
	return b.at <= 8*len(b.data)
}

func (b *bits) take(n int) uint32 {
	v := b.peek(n)
	b.at += n
	return v
}

func (b *bits) align() { b.at = (b.at + 7) &^ 7 }

func (b *bits) exhausted() bool { return b.at >= 8*len(b.data) }

// skipLineEnd takes fill bits and a line end (T.4, section 4.1.2: eleven zeros or
// more, then a one) if they are next.
func (b *bits) skipLineEnd() bool {
	start, zeros := b.at, 0
	for !b.exhausted() {
		if b.take(1) == 0 {
			zeros++
			continue
		}
		if zeros >= 11 {
			return true
		}
		break
	}
	b.at = start
	return false
}

// resync moves to the next line end; false if there is none.
func (b *bits) resync() bool {
	for ; !b.exhausted(); b.at++ {
		if b.peek(12) == 1 {
			return true
		}
	}
	return false
}
