package flat

import "encoding/binary"

// levels reads definition levels of a column that is optional and not nested, 0
// for null and 1 for a value, from the RLE/bit-packed hybrid (Encodings, "RLE"):
// runs of a varint header and either count<<1 and the value in a byte, or
// groups<<1|1 and a byte for each group of eight values, from the lowest bit.
type levels struct {
	b      []byte
	run    uint64 // values to come of this run
	packed bool
	value  byte // of the run, or the bits of a group
	bits   int  // of value, still to come
}

// cutLevels splits the body of a version 1 page after its levels, which begin
// with their length in four bytes.
func cutLevels(body []byte) (l levels, rest []byte, ok bool) {
	if len(body) < 4 {
		return l, nil, false
	}
	n := uint64(binary.LittleEndian.Uint32(body))
	if body = body[4:]; n > uint64(len(body)) {
		return l, nil, false
	}
	return levels{b: body[:n]}, body[n:], true
}

// next returns whether the next value is not null; ok is false at the end and for
// what is no level.
func (l *levels) next() (defined, ok bool) {
	for l.run == 0 {
		head, n := binary.Uvarint(l.b)
		if n <= 0 {
			return false, false
		}
		l.b = l.b[n:]
		l.run, l.packed, l.bits = head>>1, head&1 == 1, 0
		if l.packed {
			l.run = min(l.run, uint64(len(l.b))) * 8
		} else if !l.load() || l.value > 1 {
			return false, false
		}
	}
	l.run--
	if !l.packed {
		return l.value == 1, true
	}
	if l.bits == 0 {
		if !l.load() {
			return false, false
		}
		l.bits = 8
	}
	defined = l.value&1 == 1
	l.value >>= 1
	l.bits--
	return defined, true
}

func (l *levels) load() bool {
	if len(l.b) == 0 {
		return false
	}
	l.value, l.b = l.b[0], l.b[1:]
	return true
}
