// Package ccitt decodes bilevel fax images: ITU-T Recommendations T.4 (Group 3,
// one- and two-dimensional) and T.6 (Group 4), and the variant of T.4 without
// line ends that TIFF calls compression 2 (TIFF 6.0, section 10).
package ccitt

import (
	"errors"
	"fmt"
)

// Mode says how lines are coded.
type Mode uint8

// The modes.
const (
	RLE      Mode = iota // T.4 one-dimensional, no line ends, lines begin on a byte
	Group3               // T.4 one-dimensional, with line ends
	Group32D             // T.4 two-dimensional: a bit behind each line end tells
	Group4               // T.6
)

var (
	errCode = errors.New("there is no such code")
	errLong = errors.New("the runs are longer than the line")
	errEnd  = errors.New("the page ends here") // not an error: the rest is white
)

// maxWidth bounds what two lines of changes take; no scanner is as wide.
const maxWidth = 1 << 20

// Decode decodes height lines of width pixels into rows of (width+7)/8 bytes, most
// significant bit first, 1 for black. A Group 3 line that is damaged in
// transmission repeats the line above, as a fax machine does; other damage is an
// error. Lines behind the code that ends a page are white: senders that do not know
// the page's length announce too much.
func Decode(data []byte, width, height int, mode Mode) ([]byte, error) {
	if width > maxWidth {
		return nil, fmt.Errorf("a line of %d pixels is too wide", width)
	}
	stride := (width + 7) / 8
	rows := make([]byte, stride*height)
	d := decoder{bits: bits{data: data}, width: width}
	d.above = []int32{d.edge(), d.edge(), d.edge()}
	for y := range height {
		err := d.line(mode)
		if err == errEnd && y > 0 {
			return rows, nil
		}
		if err != nil {
			if !d.recovers(mode, y > 0 && y == height-1) {
				return nil, fmt.Errorf("line %d of %d: %w", y, height, err)
			}
			d.current = append(d.current[:0], d.above...)
		}
		d.paint(rows[y*stride : (y+1)*stride])
		d.above, d.current = d.current, d.above
	}
	return rows, nil
}

// recovers moves behind a damaged line; false if there is nothing to go on with.
// Nothing is needed behind the last line.
func (d *decoder) recovers(mode Mode, last bool) bool {
	return (mode == Group3 || mode == Group32D) && (d.resync() || last)
}

// decoder holds two lines as the positions where the colour changes, beginning
// with the first black pixel and ended by three times the width.
type decoder struct {
	bits
	width          int
	above, current []int32
}

func (d *decoder) edge() int32 { return int32(d.width) }

func (d *decoder) line(mode Mode) error {
	d.current = d.current[:0]
	var err error
	switch mode {
	case RLE:
		err = d.oneDimensional()
		d.align()
	case Group3:
		if d.skipLineEnd() && d.returnToControl(12, 1) {
			return errEnd
		}
		err = d.oneDimensional()
	case Group32D:
		if !d.skipLineEnd() {
			return errors.New("the line end is missing")
		}
		if d.returnToControl(13, 0b1_0000_0000_0001) {
			return errEnd
		}
		if d.take(1) == 1 {
			err = d.oneDimensional()
		} else {
			err = d.twoDimensional()
		}
	case Group4:
		if d.peek(12) == 1 && d.returnToControl(12, 1) {
			return errEnd
		}
		err = d.twoDimensional()
	}
	d.current = append(d.current, d.edge(), d.edge(), d.edge())
	return err
}

// returnToControl reports whether a line end follows, which it does behind another
// only where a page ends (T.4, section 4.1.4; T.6, section 2.4.1.1).
func (d *decoder) returnToControl(bits int, code uint32) bool { return d.peek(bits) == code }

// oneDimensional reads runs of white and black in turn (T.4, section 4.1).
func (d *decoder) oneDimensional() error {
	for at, color := 0, 0; at < d.width; color ^= 1 {
		n, err := d.run(color)
		if err != nil {
			return err
		}
		if at += n; at > d.width {
			return errLong
		}
		d.current = append(d.current, int32(at))
	}
	return nil
}

// run reads make-up codes and the terminating code that ends them.
func (d *decoder) run(color int) (int, error) {
	total := 0
	for {
		e := lookups[color][d.peek(lookupBits)]
		if e.bits == 0 {
			return 0, errCode
		}
		if !d.skip(int(e.bits)) {
			return 0, errShort
		}
		if total += int(e.run); e.run < 64 {
			return total, nil
		}
		if total > d.width {
			return 0, errors.New("a run is longer than the line")
		}
	}
}

// twoDimensional codes changes relative to the line above (T.4, section 4.2;
// T.6, section 2.2). at is a0, -1 before the line; b is the index of b1 in above.
func (d *decoder) twoDimensional() error {
	b, edge := 0, d.edge()
	for at, color := int32(-1), 0; at < edge; {
		b = d.reference(b, at, color)
		switch m := d.mode(); m {
		case pass:
			at = d.above[b+1]
		case horizontal:
			for i := range 2 {
				n, err := d.run(color ^ i)
				if err != nil {
					return err
				}
				if at = max(at, 0) + int32(n); at > edge {
					return errLong
				}
				d.current = append(d.current, at)
			}
		case noMode:
			if d.exhausted() {
				return errShort
			}
			return errCode
		default:
			next := d.above[b] + int32(m)
			if next < max(at, 0) || next > edge {
				return errors.New("a change lies outside the line")
			}
			at = next
			d.current = append(d.current, at)
			color ^= 1
		}
	}
	return nil
}

// reference returns the index of b1: the first change above to the right of at
// that is of the other colour. Even entries change to black.
func (d *decoder) reference(b int, at int32, color int) int {
	if b > 0 { // a vertical mode to the left may have moved back past a change
		b--
	}
	if b&1 != color {
		b ^= 1
	}
	for edge := d.edge(); d.above[b] <= at && d.above[b] < edge; {
		b += 2
	}
	return b
}

// mode is an offset of a vertical mode, or one of those below.
type mode int8

const (
	pass mode = iota + 10
	horizontal
	noMode
)

// modeBits is the length of the longest mode code.
const modeBits = 7

// modes holds what the next 7 bits mean (T.4, table 4).
var modes = func() (table [1 << modeBits]struct {
	mode mode
	bits uint8
}) {
	for i := range table {
		table[i].mode = noMode
	}
	for _, c := range []struct {
		bits uint8
		code int
		mode mode
	}{
		{1, 1, 0}, {3, 3, 1}, {3, 2, -1}, {3, 1, horizontal}, {4, 1, pass},
		{6, 3, 2}, {6, 2, -2}, {7, 3, 3}, {7, 2, -3},
	} {
		free := modeBits - c.bits
		for i := range 1 << free {
			e := &table[c.code<<free|i]
			e.mode, e.bits = c.mode, c.bits
		}
	}
	return table
}()

// mode reads a mode code.
func (d *decoder) mode() mode {
	e := modes[d.peek(modeBits)]
	if !d.skip(int(e.bits)) {
		return noMode
	}
	return e.mode
}

// paint fills a row from the changes of the current line.
func (d *decoder) paint(row []byte) {
	edge := d.edge()
	for i := 0; i+1 < len(d.current) && d.current[i] < edge; i += 2 {
		fill(row, int(d.current[i]), int(d.current[i+1]))
	}
}

// fill blackens the pixels from…to-1.
func fill(row []byte, from, to int) {
	first, last := from>>3, to>>3
	head, tail := byte(0xff>>(from&7)), ^byte(0xff>>(to&7))
	if first == last {
		row[first] |= head & tail
		return
	}
	row[first] |= head
	for i := first + 1; i < last; i++ {
		row[i] = 0xff
	}
	if tail != 0 {
		row[last] |= tail
	}
}
