package tiff

import "errors"

// The codes of LZW that are not strings (TIFF 6.0, section 13).
const (
	lzwClear = 256
	lzwEnd   = 257
	lzwFirst = 258 // the first string
	lzwWidth = 12  // the longest code, in bits
)

var errLZW = errors.New("a code stands for nothing")

// lzwReader reads codes. Files of before TIFF 6.0 hold the bits of a code in the
// other order and lengthen codes one code later; they are told by their beginning,
// a clear code in that order.
type lzwReader struct {
	src   []byte
	hold  uint64
	held  uint
	old   bool
	width uint
}

// code returns the next code, the end's if the data ends.
func (r *lzwReader) code() int {
	for r.held < r.width {
		if len(r.src) == 0 {
			return lzwEnd
		}
		if b := uint64(r.src[0]); r.old {
			r.hold |= b << r.held
		} else {
			r.hold = r.hold<<8 | b
		}
		r.src = r.src[1:]
		r.held += 8
	}
	r.held -= r.width
	mask := uint64(1)<<r.width - 1
	if r.old {
		c := r.hold & mask
		r.hold >>= r.width
		return int(c)
	}
	return int(r.hold >> r.held & mask)
}

// unLZW fills dst. A string of the table is the previous string and the byte behind
// it in dst, so that the table need only say where strings stand.
func unLZW(dst, src []byte) error {
	var from, size [1 << lzwWidth]int32
	r := lzwReader{src: src, width: 9}
	r.old = len(src) > 1 && src[0] == 0 && src[1]&1 == 1
	early := 1
	if r.old {
		early = 0
	}
	at, next := 0, lzwFirst
	last, lastSize := 0, 0 // the previous string; no size: there is none
	for at < len(dst) {
		c := r.code()
		if c == lzwEnd {
			return short(at, len(dst))
		}
		if c == lzwClear {
			next, lastSize, r.width = lzwFirst, 0, 9
			continue
		}
		if lastSize > 0 && next < len(from) {
			from[next], size[next] = int32(last), int32(lastSize+1)
			if next++; next+early == 1<<r.width && r.width < lzwWidth {
				r.width++
			}
		}
		start := at
		switch {
		case c < lzwClear:
			dst[at] = byte(c)
			at++
		case c < next:
			at += repeat(dst, at, int(from[c]), int(size[c]))
		default:
			return errLZW
		}
		last, lastSize = start, at-start
	}
	return nil
}

// repeat copies size bytes at from to at, as many as there is room for, and returns
// how many. The last of them may be the first that it writes.
func repeat(dst []byte, at, from, size int) int {
	size = min(size, len(dst)-at)
	n := copy(dst[at:at+size], dst[from:min(from+size, at)])
	if n < size {
		dst[at+n] = dst[from+n]
	}
	return size
}
