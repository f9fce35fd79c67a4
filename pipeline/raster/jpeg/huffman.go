package jpeg

import "errors"

// look is how many bits are looked up at once.
const look = 10

// huffman decodes a table's codes. An entry of fast tells, for the next bits, what
// they begin with:
//
//	bits 0-7    how many bits to take
//	bits 8-11   zeros before the coefficient
//	bits 12-15  bits of the coefficient that are still to be read
//	bits 16-31  the coefficient, if it is among the looked-up bits
//
// An entry is 0 if the code is longer. An entry of codes has the length of the code and
// its value alone.
type huffman struct {
	fast    [1 << look]uint32
	codes   [1 << look]uint16
	maxCode [17]int32 // greatest code of each length, -1 if there is none
	offset  [17]int32 // of the values of that length, less the first code
	values  [256]uint8
	broken  bool // it has more codes than bits allow; a file may hold such, if no scan takes them
	wide    bool // some value is no size of a DC coefficient
}

// readHuffman reads tables (T.81, B.2.4.2 and annex C).
func (d *decoder) readHuffman(s []byte) error {
	for len(s) > 0 {
		if len(s) < 17 {
			return errors.New("a Huffman table is cut short")
		}
		total := 0
		for _, n := range s[1:17] {
			total += int(n)
		}
		class, at := s[0]>>4, s[0]&15
		if class > 1 || at > 3 || total > 256 || len(s) < 17+total {
			return errors.New("a Huffman table is broken")
		}
		h := newHuffman(s[1:17], s[17:17+total])
		if class == 0 {
			d.dc[at] = h
		} else {
			d.ac[at] = h
		}
		s = s[17+total:]
	}
	return nil
}

func newHuffman(counts, values []byte) *huffman {
	h := new(huffman)
	copy(h.values[:], values)
	code, k := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		n := int32(counts[length-1])
		h.offset[length] = k - code
		for range n {
			h.wide = h.wide || values[k] > 15
			if length <= look && code < 1<<length {
				h.fill(uint32(code), length, values[k])
			}
			code, k = code+1, k+1
		}
		if h.maxCode[length] = code - 1; n == 0 {
			h.maxCode[length] = -1
		}
		h.broken = h.broken || n > 0 && code >= 1<<length // no code may be all ones
		code <<= 1
	}
	return h
}

// fill makes the entries that begin with a code.
func (h *huffman) fill(code uint32, length int, symbol uint8) {
	run, size := uint32(symbol>>4), int(symbol&15)
	rest := look - length
	for low := range uint32(1) << rest {
		e := uint32(length) | run<<8 | uint32(size)<<12
		if size > 0 && size <= rest {
			v := extend(int32(low>>(rest-size)), size)
			e = uint32(length+size) | run<<8 | uint32(uint16(int16(v)))<<16
		}
		h.fast[code<<rest|low] = e
		h.codes[code<<rest|low] = uint16(length)<<8 | uint16(symbol)
	}
}

// extend gives size bits their sign (T.81, figure F.12).
func extend(v int32, size int) int32 {
	if v < 1<<(size-1) {
		v += -1<<size + 1
	}
	return v
}

// symbol takes a code, without the bits that follow it. b holds 32 bits.
func (h *huffman) symbol(b *bits) uint8 {
	if c := h.codes[b.acc>>(64-look)]; c != 0 {
		b.skip(int(c >> 8))
		return uint8(c)
	}
	return h.longSymbol(b)
}

// longSymbol takes a code of any length. One that is not in the table counts as 0, as in
// libjpeg.
func (h *huffman) longSymbol(b *bits) uint8 {
	for length := 1; length <= 16; length++ {
		code := int32(b.acc >> (64 - length))
		if h.maxCode[length] >= 0 && code <= h.maxCode[length] {
			b.skip(length)
			return h.values[uint8(code+h.offset[length])]
		}
	}
	b.skip(17)
	return 0
}
