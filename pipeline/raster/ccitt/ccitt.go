// Package ccitt decodes bilevel fax images: ITU-T Recommendations T.4 (Group 3,
// one- and two-dimensional) and T.6 (Group 4), and the variants of T.4 without
// line ends that TIFF calls compression 2 (TIFF 6.0, section 10) and 32771.
//
// A line is a list of the positions where its colour changes. Lines without a flaw
// are decoded by fast.go; whatever that cannot take, the ends of pages and damaged
// lines, careful.go decodes again as libtiff 4.7 does (tif_fax3.h), so that a
// damaged page shows what other readers show.
package ccitt

import (
	"context"
	"errors"
	"fmt"
)

// Mode says how lines are coded.
type Mode uint8

// The modes.
const (
	RLE      Mode = iota // T.4 one-dimensional, no line ends, lines begin on a byte
	RLEWords             // the same, lines begin on an even byte
	Group3               // T.4 one-dimensional, with line ends
	Group32D             // T.4 two-dimensional: a bit behind each line end tells
	Group4               // T.6
)

var (
	errEnd    = errors.New("the data ends too early")
	errRuns   = errors.New("a line has more runs than pixels")
	errNoLine = errors.New("the data holds no line")
)

// Image says how an image is coded and where its pixels go.
type Image struct {
	Mode          Mode
	Width, Height int      // in pixels
	LowFirst      bool     // the lowest bit of a byte is the first
	Colors        [2]uint8 // of the pixels: white, black
	Pix           []uint8  // a byte a pixel, row after row
	Stride        int      // bytes between the beginnings of rows
	Visible       int      // pixels of each row that are stored; ≤ Width, Stride
	Whole         bool     // it has as many lines as announced, whatever ends are in it
	Lost          *int     // if not nil, grows by the number of lines that are damaged or missing
}

// maxWidth bounds what two lines of changes take; no scanner is as wide.
const maxWidth = 1 << 20

// everyLines is how often the context is looked at.
const everyLines = 1024

// Decode decodes an image. Lines behind the end of a Group 3 or Group 4 page are
// white, since senders that do not know the page's length announce too much; so are
// damaged lines from the damage on. It is an error if there is no line at all, if
// run-length data ends too early, and if the context is done.
func Decode(ctx context.Context, data []byte, m Image) error {
	if m.Width < 1 || m.Width > maxWidth {
		return fmt.Errorf("a line of %d pixels cannot be decoded; the limit is %d", m.Width, maxWidth)
	}
	enough := 4096 + m.Height*(4*m.Width+128) // for any line, and fill bits
	d := newDecoder(data[:min(len(data), enough)], m)
	err := d.decode(ctx)
	if m.Lost != nil {
		*m.Lost += d.lost
	}
	return err
}

func (d *decoder) decode(ctx context.Context) error {
	for y := range d.Height {
		if y%everyLines == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		d.flawed = false
		more, err := d.line(y)
		if err != nil {
			return fmt.Errorf("line %d of %d: %w", y, d.Height, err)
		}
		d.paint(y)
		if !more {
			d.blank(y+1, d.Height)
			if d.Whole || !d.atEnd() {
				d.lost += d.Height - y
			}
			break
		}
		if d.flawed || d.Mode == Group4 && d.lost > 0 { // each of whose lines builds on the one above
			d.lost++
		}
		d.above, d.current = d.current, d.above
	}
	return nil
}

// decoder holds two lines as the positions where the colour changes. Each begins
// with a 0 that is none, so that the change at index 1 is to black, and ends with
// sentinels at the width.
type decoder struct {
	bits
	Image
	above, current []int32
	edge           int32      // the width
	limit          int        // of changes in a line
	a0, pending    int32      // of a damaged line: see careful.go
	lineEnd        bool       // the zeros of a line end have been taken, but not the one
	noLineEnds     bool       // Group 3 without them
	empty          int        // line ends in a row, as they end a Group 3 page
	flawed         bool       // the line is damaged
	lost           int        // lines
	one            int        // 1 if the line is coded one-dimensionally
	solid          [2][]uint8 // a row of each colour
	onlyCareful    bool       // for tests: no line is decoded fast
}

// sentinels is how many stand behind a line's changes: as many as the decoders look
// ahead from the last change, or its neighbour, by a pass.
const sentinels = 4

func newDecoder(data []byte, m Image) *decoder {
	d := &decoder{bits: newBits(data, m.LowFirst), Image: m, edge: int32(m.Width)}
	d.limit = 2 * ((m.Width+1+31)&^31 + 1) // as libtiff allows
	d.above = make([]int32, 1, d.limit+sentinels+4)
	d.current = make([]int32, 1, d.limit+sentinels+4)
	d.above = d.close(d.above)
	for c := range d.solid {
		d.solid[c] = make([]uint8, m.Visible)
		for i := range d.solid[c] {
			d.solid[c][i] = m.Colors[c]
		}
	}
	return d
}

// close puts the sentinels behind a line's changes.
func (d *decoder) close(line []int32) []int32 {
	return append(line, d.edge, d.edge, d.edge, d.edge)
}

// line decodes a line; more is false if the page ends with it.
func (d *decoder) line(y int) (more bool, err error) {
	switch d.Mode {
	case RLE, RLEWords:
		return d.runLengthLine()
	case Group3, Group32D:
		return d.group3Line(y)
	}
	return d.group4Line(y)
}

func (d *decoder) runLengthLine() (bool, error) {
	if !d.fast1D() {
		if err := d.careful1D(); err != nil {
			return false, err
		}
	}
	if d.Mode == RLE {
		d.align(8)
	} else {
		d.align(16)
	}
	return true, nil
}

// group3Line decodes a line and the line end before it. Data in which there is no
// line end at all is read without.
func (d *decoder) group3Line(y int) (bool, error) {
	if !d.noLineEnds && !d.synchronise() {
		if y > 0 {
			return d.cut(y)
		}
		d.noLineEnds = true
		d.at, d.end = 0, 8*(len(d.data)-padding)
	}
	d.one = 1
	if d.Mode == Group32D {
		if !d.need(1) {
			return d.cut(y)
		}
		d.one = int(d.peek(1))
		d.skip(1)
	}
	if d.one == 1 && d.fast1D() || d.one == 0 && d.fast2D() {
		d.empty = 0
		return true, nil
	}
	before := d.empty
	err := d.careful()
	if err == errEnd {
		return d.cut(y)
	}
	if d.empty == before {
		d.empty = 0
	}
	return true, err
}

// cut ends a page whose data ends in line y, with or without the line ends that
// end a page (T.4, section 4.1.4): what has been read is shown.
func (d *decoder) cut(y int) (bool, error) {
	if y == 0 {
		return false, errNoLine
	}
	d.current = d.close(d.current[:1])
	return false, nil
}

// atEnd reports whether a page that has fewer lines than announced has its end: line
// ends, not just zeros or nothing.
func (d *decoder) atEnd() bool {
	if d.Mode != Group4 {
		return d.empty > 1
	}
	return d.lineEnd && d.peekBack(11) == 0 && d.skipZeros()
}

func (d *decoder) careful() error {
	if d.one == 1 {
		return d.careful1D()
	}
	return d.careful2D()
}

// synchronise goes behind the next line end; false if there is none.
func (d *decoder) synchronise() bool {
	if !d.lineEnd && d.at+12 <= d.end && d.peek(12) == 1 { // the usual case
		d.skip(12)
		return true
	}
	if !d.lineEnd && !d.seekLineEnd() {
		return false
	}
	d.lineEnd = false
	return d.skipZeros()
}

// group4Line decodes a line. Data that ends with a line, or in it, ends the page:
// there is no other sign in many files.
func (d *decoder) group4Line(y int) (bool, error) {
	if d.fast2D() {
		return true, nil
	}
	err := d.careful2D()
	switch ended := err == errEnd || d.lineEnd; {
	case err != nil && !ended:
		return false, err
	case ended && y == 0:
		return false, errNoLine
	case ended:
		return false, nil
	}
	return true, nil
}
