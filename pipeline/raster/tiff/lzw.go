package tiff

import (
	"encoding/binary"
	"errors"
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

// lzw decodes segments; its table is kept between them.
type lzw struct {
	table [1 << lzwWidth]lzwString
	ready bool // the codes of single bytes are in the table
}

// lzwReader reads codes. Files of before TIFF 6.0 hold the bits of a code in the
// other order and lengthen codes one code later; they are told by their beginning,
// a clear code in that order.
type lzwReader struct {
	src  []byte
	hold uint64 // the next bits: highest first, or lowest first if old
	held uint
	old  bool
}

// refill makes sure that a code is held unless the data ends. A word is read over
// bits that are held already, which are the same (Giesen, Reading bits in far too
// many ways, variant 4).
func (r *lzwReader) refill() {
	if len(r.src) >= 8 {
		if r.old {
			r.hold |= binary.LittleEndian.Uint64(r.src) << r.held
		} else {
			r.hold |= binary.BigEndian.Uint64(r.src) >> r.held
		}
		r.src = r.src[(63-r.held)>>3:]
		r.held |= 56
		return
	}
	for ; r.held <= 56 && len(r.src) > 0; r.src, r.held = r.src[1:], r.held+8 {
		if b := uint64(r.src[0]); r.old {
			r.hold |= b << r.held
		} else {
			r.hold |= b << (56 - r.held)
		}
	}
}

// code returns the next code, the end's if the data ends.
func (r *lzwReader) code(width uint) int {
	if r.held < lzwWidth {
		if r.refill(); r.held < width {
			return lzwEnd
		}
	}
	r.held -= width
	if r.old {
		c := r.hold & (1<<width - 1)
		r.hold >>= width
		return int(c)
	}
	c := r.hold >> (64 - width)
	r.hold <<= width
	return int(c)
}

// decode fills dst.
func (z *lzw) decode(dst, src []byte) error {
	z.prepare()
	r := lzwReader{src: src, old: len(src) > 1 && src[0] == 0 && src[1]&1 == 1}
	early := 1
	if r.old {
		early = 0
	}
	at, next, width := 0, lzwFirst, uint(9)
	last, lastAt := -1, 0 // the previous code, none behind a clear code, and where it stands
	for at < len(dst) {
		c := r.code(width)
		switch c {
		case lzwEnd:
			return short(at, len(dst))
		case lzwClear:
			next, width, last = lzwFirst, 9, -1
			continue
		}
		if last >= 0 && next < len(z.table) {
			first := c
			if c == next { // the string that this code makes
				first = last
			}
			z.table[next] = z.table[last].extended(byte(z.table[first&lzwMask].head), lastAt)
			if next++; next+early == 1<<width && width < lzwWidth {
				width++
			}
		}
		if c >= next {
			return errLZW
		}
		last, lastAt = c, at
		at += z.table[c&lzwMask].put(dst, at)
	}
	return nil
}

// lzwMask lets the compiler see that a code is within the table.
const lzwMask = 1<<lzwWidth - 1

func (z *lzw) prepare() {
	if z.ready {
		return
	}
	for c := range lzwClear {
		z.table[c] = lzwString{head: uint64(c), size: 1}
	}
	z.ready = true
}

// extended returns the string that stands at from, and a byte more.
func (s lzwString) extended(b byte, from int) lzwString {
	if s.size < 8 {
		s.head |= uint64(b) << (8 * s.size)
	}
	return lzwString{s.head, int32(from), s.size + 1}
}

// put writes a string, as much of it as there is room for, and returns how much.
// Its last byte may be the first that is written here.
func (s lzwString) put(dst []byte, at int) int {
	size := int(s.size)
	if at+size+8 > len(dst) {
		size = min(size, len(dst)-at)
		for i := range min(size, 8) {
			dst[at+i] = byte(s.head >> (8 * i))
		}
		for i := 8; i < size; i++ {
			dst[at+i] = dst[int(s.from)+i]
		}
		return size
	}
	binary.LittleEndian.PutUint64(dst[at:], s.head)
	if size > 8 { // it stands at least eight bytes before
		from := dst[s.from:]
		to := dst[at:]
		for i := 8; i < size; i += 8 {
			binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
		}
	}
	return size
}
