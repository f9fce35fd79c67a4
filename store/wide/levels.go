package wide

import (
	"encoding/binary"
	"fmt"
)

// Level streams are in the RLE/bit-packed hybrid (Encodings, "RLE"): runs of a
// varint header, count<<1 and the value in whole bytes, or groups<<1|1 and
// groups of eight values, bit-packed from the lowest bit. In version 1 pages
// four bytes of length come first.

// appendRun appends count times the level.
func appendRun(dst []byte, count int, level byte) []byte {
	if count == 0 {
		return dst
	}
	return append(binary.AppendUvarint(dst, uint64(count)<<1), level)
}

// appendRepetition appends the repetition levels of rows lists of dim values.
func appendRepetition(dst []byte, dim, rows int) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	if dim == 1 {
		dst = appendRun(dst, rows, 0)
	} else {
		for range rows {
			dst = appendRun(appendRun(dst, 1, 0), dim-1, 1)
		}
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

// appendDefinition appends count levels max: nothing is null or empty.
func appendDefinition(dst []byte, count int, max byte) []byte {
	start := len(dst)
	dst = appendRun(append(dst, 0, 0, 0, 0), count, max)
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

// cutLevels splits a page's body after its next level stream.
func cutLevels(body []byte) (stream, rest []byte, err error) {
	if len(body) < 4 {
		return nil, nil, fmt.Errorf("%w: a page ends in its levels", ErrDamaged)
	}
	n := binary.LittleEndian.Uint32(body)
	if uint64(n) > uint64(len(body)-4) {
		return nil, nil, fmt.Errorf("%w: a page's levels are longer than the page", ErrDamaged)
	}
	return body[4 : 4+n], body[4+n:], nil
}

// walkLevels decodes count levels below 2^width and calls run for each stretch
// of equal ones, until that says false.
func walkLevels(stream []byte, count, width int, run func(level byte, n int) bool) error {
	for count > 0 {
		header, n := binary.Uvarint(stream)
		if n <= 0 {
			return fmt.Errorf("%w: a page's levels are cut short", ErrDamaged)
		}
		stream = stream[n:]
		if header&1 == 0 {
			length := min(header>>1, uint64(count))
			if len(stream) == 0 || length == 0 {
				return fmt.Errorf("%w: a page's levels have an empty run", ErrDamaged)
			}
			if !run(stream[0], int(length)) {
				return errLevels
			}
			stream, count = stream[1:], count-int(length)
			continue
		}
		groups := header >> 1
		if groups == 0 || groups > uint64(len(stream))/uint64(width) {
			return fmt.Errorf("%w: a page's levels are cut short", ErrDamaged)
		}
		for i := range min(8*int(groups), count) {
			if !run(packedLevel(stream, i, width), 1) {
				return errLevels
			}
		}
		stream, count = stream[int(groups)*width:], count-min(8*int(groups), count)
	}
	return nil
}

// packedLevel is the i-th of bit-packed levels of at most 8 bits.
func packedLevel(packed []byte, i, width int) byte {
	bit := i * width
	word := uint16(packed[bit/8])
	if bit/8+1 < len(packed) {
		word |= uint16(packed[bit/8+1]) << 8
	}
	return byte(word >> (bit % 8) & (1<<width - 1))
}

var errLevels = fmt.Errorf("%w: an embedding has another length, is empty or has nulls", ErrDamaged)

// checkRepetition fails unless a stream says count values in lists of dim, the
// first value being the one at position at of its list.
func checkRepetition(stream []byte, count, dim, at int) error {
	return walkLevels(stream, count, 1, func(level byte, n int) bool {
		if level == 0 {
			if at != 0 || n > 1 && dim > 1 {
				return false
			}
		} else if level != 1 || at == 0 || n > dim-at {
			return false
		}
		at = (at + n) % dim
		return true
	})
}

// checkDefinition fails unless count levels are all max.
func checkDefinition(stream []byte, count int, max byte, width int) error {
	return walkLevels(stream, count, width, func(level byte, _ int) bool { return level == max })
}
