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

// errData is what is wrong with a line; line and reason are added by Decode.
var errCode = errors.New("there is no such code")

// Decode decodes height lines of width pixels into rows of (width+7)/8 bytes,
// most significant bit first, 1 for black. A Group 3 line that is damaged in
// transmission repeats the line above, as a fax machine does; other damage is an
// error.
func Decode(data []byte, width, height int, mode Mode) ([]byte, error) {
	stride := (width + 7) / 8
	d := decoder{bits: bits{data: data}, width: width, out: make([]byte, stride*height)}
	d.above = []int{width, width, width}
	for y := range height {
		if err := d.line(mode); err != nil {
			if mode != Group3 && mode != Group32D || !d.resync() {
				return nil, fmt.Errorf("line %d of %d: %w", y, height, err)
			}
			d.current = append(d.current[:0], d.above...)
		}
		d.paint(d.out[y*stride : (y+1)*stride])
		d.above, d.current = d.current, d.above
	}
	return d.out, nil
}

// decoder holds two lines as the positions where the colour changes, beginning
// with the first black pixel and ended by three times the width.
type decoder struct {
	bits
	width          int
	above, current []int
	out            []byte
}

func (d *decoder) line(mode Mode) error {
	d.current = d.current[:0]
	var err error
	switch mode {
	case RLE:
		err = d.oneDimensional()
		d.align()
	case Group3:
		d.skipLineEnd()
		err = d.oneDimensional()
	case Group32D:
		if !d.skipLineEnd() {
			return errors.New("the line end is missing")
		}
		if d.take(1) == 1 {
			err = d.oneDimensional()
		} else {
			err = d.twoDimensional()
		}
	case Group4:
		err = d.twoDimensional()
	}
	d.current = append(d.current, d.width, d.width, d.width)
	return err
}

// oneDimensional reads runs of white and black in turn (T.4, section 4.1).
func (d *decoder) oneDimensional() error {
	for at, color := 0, 0; at < d.width; color ^= 1 {
		n, err := d.run(color)
		if err != nil {
			return err
		}
		if at += n; at > d.width {
			return errors.New("the runs are longer than the line")
		}
		d.current = append(d.current, at)
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
	b := 0
	for at, color := -1, 0; at < d.width; {
		b = d.reference(b, at, color)
		b1 := d.above[b]
		m := d.mode()
		switch m {
		case pass:
			at = d.above[b+1]
			continue
		case horizontal:
			for i := range 2 {
				n, err := d.run(color ^ i)
				if err != nil {
					return err
				}
				if at = max(at, 0) + n; at > d.width {
					return errors.New("the runs are longer than the line")
				}
				d.current = append(d.current, at)
			}
			continue
		case noMode:
			if d.exhausted() {
				return errShort
			}
			return errCode
		}
		next := b1 + int(m)
		if next < max(at, 0) || next > d.width {
			return errors.New("a change lies outside the line")
		}
		at = next
		d.current = append(d.current, at)
		color ^= 1
	}
	return nil
}

// reference returns the index of b1: the first change above to the right of at
// that is of the other colour. Even entries change to black.
func (d *decoder) reference(b, at, color int) int {
	if b > 0 { // a vertical mode to the left may have moved back past a change
		b--
	}
	if b&1 != color {
		b ^= 1
	}
	for d.above[b] <= at && d.above[b] < d.width {
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

// mode reads a mode code (T.4, table 4).
func (d *decoder) mode() mode {
	for _, c := range [...]struct {
		bits, code uint32
		mode       mode
	}{
		{1, 1, 0}, {3, 3, 1}, {3, 2, -1}, {3, 1, horizontal}, {4, 1, pass},
		{6, 3, 2}, {6, 2, -2}, {7, 3, 3}, {7, 2, -3},
	} {
		if d.peek(int(c.bits)) == c.code {
			if !d.skip(int(c.bits)) {
				return noMode
			}
			return c.mode
		}
	}
	return noMode
}

// paint fills a row from the changes of the current line.
func (d *decoder) paint(row []byte) {
	for i := 0; i+1 < len(d.current) && d.current[i] < d.width; i += 2 {
		fill(row, d.current[i], d.current[i+1])
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
