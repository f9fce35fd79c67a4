package pdf

import "encoding/binary"

// hasRegion says whether a JBIG2 stream, as PDF embeds it, has a segment that paints
// (ITU-T T.88, 7.2): text, halftone or generic, complete or of which part is there.
func hasRegion(data []byte) bool {
	for len(data) >= 11 {
		kind, rest, ok := segment(data)
		if !ok {
			return false
		}
		switch kind {
		case 4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43:
			return true
		}
		data = rest
	}
	return false
}

// segment reads a segment's header and returns its type and what comes after its data.
func segment(data []byte) (kind byte, rest []byte, ok bool) {
	number, flags := binary.BigEndian.Uint32(data), data[4]
	at, refers := 6, int(data[5]>>5)
	if refers == 7 { // the long form has a bit for each, and one
		refers = int(binary.BigEndian.Uint32(data[5:]) & (1<<29 - 1))
		at = 9 + (refers+8)/8
	}
	size := 1
	if number > 65536 {
		size = 4
	} else if number > 256 {
		size = 2
	}
	page := 1
	if flags&0x40 != 0 {
		page = 4
	}
	at += refers*size + page
	if at+4 > len(data) {
		return 0, nil, false
	}
	length := binary.BigEndian.Uint32(data[at:])
	rest = data[at+4:]
	if kind = flags & 0x3f; length == 0xffffffff { // of a generic region whose length is not known
		return kind, nil, true
	}
	return kind, rest[min(int64(length), int64(len(rest))):], true
}
