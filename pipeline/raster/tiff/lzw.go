package tiff

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// The codes of LZW that are not strings (TIFF 6.0, section 13).
const (
	lzwClear = 256
	lzwEnd   = 257
	lzwFirst = 258 // the first string
	lzwWidth = 12  // the longest code, in bits
)

var errLZW = errors.New("a code stands for nothing")

// lzwString is what a code stands for: its first eight bytes, the first of them
// lowest, and where in the output it stood when its code was made.
type lzwString struct {
	head uint64
	from int32
	size int32
}

// lzw decodes segments; its memory is kept between them.
type lzw struct {
	table  [1 << lzwWidth]lzwString
	ready  bool   // the codes of single bytes are in the table
	padded []byte // the data, and zeros
}

// lzwMask lets the compiler see that a code is within the table.
const lzwMask = 1<<lzwWidth - 1

// decode fills dst. Files of before TIFF 6.0 hold the bits of a code in the other
// order and lengthen codes one code later; they are recognised by their beginning, a clear
// code in that order.
func (z *lzw) decode(dst, src []byte) error {
	if !z.ready {
		for c := range lzwClear {
			z.table[c] = lzwString{head: uint64(c), size: 1}
		}
		z.ready = true
	}
	src = src[:min(len(src), 2*len(dst)+16)] // no code is longer than a byte and a half
	z.padded = append(append(z.padded[:0], src...), 0, 0, 0, 0, 0, 0, 0, 0)
	at, err := z.strings(dst, 8*uint(len(src)), len(src) > 1 && src[0] == 0 && src[1]&1 == 1)
	if err == nil && at < len(dst) {
		return short(at, len(dst))
	}
	return err
}

// strings decodes codes of one length and returns how much of dst they fill. A
// string of the table is the previous string and the byte behind it in dst. The
// first code behind a clear code makes a string of nothing, which no code stands for.
func (z *lzw) strings(dst []byte, end uint, old bool) (at int, err error) {
	src, early := z.padded, 1
	if old {
		early = 0
	}
	pos, width := uint(0), uint(9)
	next, grow := lzwFirst-1, 1<<9-early // the code that is made next, and that makes codes longer
	head, size := uint64(0), 0           // of the previous string
	for at < len(dst) && pos+width <= end {
		word := binary.BigEndian.Uint64(src[pos>>3 : pos>>3+8])
		if old {
			word = bits.ReverseBytes64(word) >> (pos & 7) << ((64 - width) & 63)
		} else {
			word <<= pos & 7
		}
		c := int(word >> ((64 - width) & 63))
		pos += width
		if c&^1 == lzwClear {
			if c == lzwEnd {
				break
			}
			next, width, grow, head, size = lzwFirst-1, 9, 1<<9-early, 0, 0
			continue
		}
		if next < len(z.table) {
			made := &z.table[next&lzwMask]
			made.from, made.size = int32(at-size), int32(size+1)
			first := head // if c stands for what it makes
			if c != next {
				first = z.table[c&lzwMask].head
			}
			made.head = head | first&0xff<<(8*uint(size))
			if next++; next == grow && width < lzwWidth {
				width++
				grow = 1<<(width&63) - early
			}
		}
		if c >= next {
			return at, errLZW
		}
		s := &z.table[c&lzwMask]
		head, size = s.head, int(s.size)
		switch {
		case at+size+8 > len(dst):
			s.putEnd(dst, at)
			at = min(at, len(dst)-size)
		case size > 8: // it stands at least eight bytes before
			binary.LittleEndian.PutUint64(dst[at:], head)
			copyWords(dst[at:], dst[s.from:], size)
		default:
			binary.LittleEndian.PutUint64(dst[at:], head)
		}
		at += size
	}
	return at, nil
}

// copyWords copies what is behind the first word, in whole words.
func copyWords(to, from []byte, size int) {
	if size > 64 {
		copy(to[8:size], from[8:size])
		return
	}
	for i := 8; i < size; i += 8 {
		binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
	}
}

// putEnd writes as much of a string as there is room for.
func (s *lzwString) putEnd(dst []byte, at int) {
	for i := range min(int(s.size), len(dst)-at) {
		if i < 8 {
			dst[at+i] = byte(s.head >> (8 * i))
		} else {
			dst[at+i] = dst[int(s.from)+i]
		}
	}
}
