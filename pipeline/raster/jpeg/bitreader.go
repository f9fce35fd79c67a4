package jpeg

import "encoding/binary"

// bits reads entropy-coded data. At a marker, and at the end of the data, it goes on
// with zeros.
type bits struct {
	data   []byte
	pos    int
	acc    uint64 // the next bits, from the highest down
	n      int    // how many count, padding included; what is below them is as they go on, or zero
	pad    int    // how much of it is padding
	marker byte   // that was met; pos is behind it
}

// fill makes at least 32 bits available.
func (b *bits) fill() {
	if b.n < 32 {
		b.refill()
	}
}

// refill makes at least 56 bits available.
func (b *bits) refill() {
	if b.pos+8 <= len(b.data) && b.marker == 0 {
		v := binary.BigEndian.Uint64(b.data[b.pos:])
		if (^v-0x0101010101010101)&v&0x8080808080808080 == 0 { // no byte is 0xff
			whole := (64 - b.n) / 8 // bytes; of the next one some bits fit, which are read again
			b.acc |= v >> b.n
			b.n += 8 * whole
			b.pos += whole
			return
		}
	}
	b.fillBytes()
}

func (b *bits) fillBytes() {
	for b.n <= 56 {
		c, ok := b.next()
		if !ok {
			b.pad += 64 - b.n
			b.n = 64
			return
		}
		b.acc |= uint64(c) << (56 - b.n)
		b.n += 8
	}
}

// next returns the next byte of data; false at a marker or at the end. A byte 0xff is
// data if 0 follows it; others in between are filling.
func (b *bits) next() (byte, bool) {
	if b.marker != 0 || b.pos >= len(b.data) {
		return 0, false
	}
	c := b.data[b.pos]
	b.pos++
	if c != 0xff {
		return c, true
	}
	for b.pos < len(b.data) {
		c = b.data[b.pos]
		b.pos++
		switch c {
		case 0xff:
			continue
		case 0:
			return 0xff, true
		}
		b.marker = c
		return 0, false
	}
	return 0, false
}

// skip drops n bits.
func (b *bits) skip(n int) {
	b.acc <<= n
	b.n -= n
}

// read returns the next n bits, of 1 to 32 that fill made available.
func (b *bits) read(n int) int32 {
	v := int32(b.acc >> (64 - n))
	b.skip(n)
	return v
}

// exhausted reports whether padding was taken for data.
func (b *bits) exhausted() bool { return b.n < b.pad }

// ended reports whether the data as such has come to its end, not the scan.
func (b *bits) ended() bool { return b.marker == 0 && b.pos >= len(b.data) }

// align drops what is left of the data before a marker.
func (b *bits) align() { b.acc, b.n, b.pad = 0, 0, 0 }
