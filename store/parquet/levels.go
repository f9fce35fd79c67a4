package parquet

import (
	"encoding/binary"
	"fmt"
	"math/bits"
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

// levelStream decodes levels of width bits, at most 8.
type levelStream struct {
	b     []byte
	width int
	run   uint64 // levels to come of a run
	level byte   // of the run
	// Bit-packed groups that follow a header; index is that of the next level.
	packed []byte
	index  int
}

// next returns the next level and how many times it follows, at most limit.
func (l *levelStream) next(limit int) (level byte, n int, err error) {
	if l.run == 0 && l.index == 8*len(l.packed)/l.width {
		if err := l.header(); err != nil {
			return 0, 0, err
		}
	}
	if l.run > 0 {
		n := min(l.run, uint64(limit))
		l.run -= n
		return l.level, int(n), nil
	}
	level = packedLevel(l.packed, l.index, l.width)
	end := min(8*len(l.packed)/l.width, l.index+limit)
	for n = 1; l.index+n < end && packedLevel(l.packed, l.index+n, l.width) == level; {
		n++
	}
	l.index += n
	return level, n, nil
}

// header begins with the next run or groups.
func (l *levelStream) header() error {
	header, n := binary.Uvarint(l.b)
	if n <= 0 {
		return fmt.Errorf("%w: a page's levels are cut short", ErrDamaged)
	}
	l.b, l.packed, l.index = l.b[n:], nil, 0
	count := header >> 1
	if header&1 == 0 {
		if len(l.b) == 0 || count == 0 {
			return fmt.Errorf("%w: a page's levels have an empty run", ErrDamaged)
		}
		l.run, l.level, l.b = count, l.b[0], l.b[1:]
		return nil
	}
	if count == 0 || count > uint64(len(l.b))/uint64(l.width) {
		return fmt.Errorf("%w: a page's levels are cut short", ErrDamaged)
	}
	l.packed, l.b = l.b[:int(count)*l.width], l.b[int(count)*l.width:]
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
	levels := levelStream{b: stream, width: 1}
	for count > 0 {
		level, n, err := levels.next(count)
		switch {
		case err != nil:
			return err
		case level > 1,
			level == 0 && (at != 0 || n > 1 && dim > 1),
			level == 1 && (at == 0 || n > dim-at):
			return errLevels
		}
		at, count = (at+n)%dim, count-n
	}
	return nil
}

// checkDefinition fails unless count levels are all max.
func checkDefinition(stream []byte, count int, max byte) error {
	levels := levelStream{b: stream, width: bits.Len8(max)}
	for count > 0 {
		level, n, err := levels.next(count)
		if err != nil {
			return err
		}
		if level != max {
			return errLevels
		}
		count -= n
	}
	return nil
}
