package pdf

import "encoding/binary"

// regions walks through the segments of a JBIG2 stream as PDF embeds it (ITU-T T.88, 7.2).
// It says whether one paints (text, halftone or generic) or begins a page, which may be
// white, and whether all are there.
func regions(data []byte) (some, whole bool) {
	for len(data) >= 11 {
		kind, size, rest, ok := segment(data)
		if !ok {
			return some, false
		}
		switch kind {
		case 4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43, 48:
			some = true
		}
		if size == unknownSize { // of a generic region, which is the last
			return some, true
		}
		if int64(size) > int64(len(rest)) {
			return some, false
		}
		data = rest[size:]
	}
	return some, true
}

const unknownSize = 0xffffffff

// segment reads a segment's header.
func segment(data []byte) (kind byte, size uint32, rest []byte, ok bool) {
	number, flags := binary.BigEndian.Uint32(data), data[4]
	at, refers := 6, int(data[5]>>5)
	if refers == 7 { // the long form: 29 bits, and a bit for each segment and for this one
		refers = int(binary.BigEndian.Uint32(data[5:]) & (1<<29 - 1))
		at = 9 + (refers+8)/8
	}
	switch {
	case number <= 256:
		at += refers
	case number <= 65536:
		at += 2 * refers
	default:
		at += 4 * refers
	}
	if at++; flags&0x40 != 0 { // the page's number
		at += 3
	}
	if at+4 > len(data) {
		return 0, 0, nil, false
	}
	return flags & 0x3f, binary.BigEndian.Uint32(data[at:]), data[at+4:], true
}
