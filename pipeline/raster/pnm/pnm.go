// Package pnm decodes the portable bitmaps, greymaps and pixmaps of Netpbm (P1 to P6), as
// text or binary. What Pillow reads comes out as Pillow shows it; of a file of several
// images the first is read, as Pillow does.
package pnm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
)

// Header is what a file says of its image.
type Header struct {
	Width, Height int
	kind          byte // '1' to '6', the second letter of the file
	maxval        int  // what full intensity is; 1 in bitmaps
	data          []byte
}

// Is reports whether a file begins like one of Netpbm's that is read.
func Is(file []byte) bool {
	return len(file) > 2 && file[0] == 'P' && '1' <= file[1] && file[1] <= '6' && (isSpace(file[2]) || file[2] == '#')
}

// Channels returns 3 for pixmaps, else 1.
func (h *Header) Channels() int {
	if h.kind == '3' || h.kind == '6' {
		return 3
	}
	return 1
}

// Deep reports whether samples have 16 bits.
func (h *Header) Deep() bool { return h.maxval > 0xff }

func (h *Header) bitmap() bool { return h.kind == '1' || h.kind == '4' }
func (h *Header) plain() bool  { return h.kind <= '3' }

// DecodeHeader reads everything but the pixels (pbm(5), pgm(5), ppm(5)). Nothing is
// allocated by what the file claims.
func DecodeHeader(file []byte) (*Header, error) {
	if !Is(file) {
		return nil, errors.New("this is no portable bitmap, greymap or pixmap")
	}
	h := &Header{kind: file[1], maxval: 1}
	t := tokens{data: file[2:]}
	var err error
	if h.Width, err = t.number(math.MaxInt32); err != nil {
		return nil, fmt.Errorf("the width: %w", err)
	}
	if h.Height, err = t.number(math.MaxInt32); err != nil {
		return nil, fmt.Errorf("the height: %w", err)
	}
	if h.Width < 1 || h.Height < 1 {
		return nil, fmt.Errorf("the image is %d × %d pixels", h.Width, h.Height)
	}
	if !h.bitmap() {
		if h.maxval, err = t.number(math.MaxUint16); err != nil {
			return nil, fmt.Errorf("the greatest value: %w", err)
		}
		if h.maxval < 1 {
			return nil, errors.New("the greatest value is 0")
		}
	}
	h.data = t.data
	return h, nil
}

// Decode returns the image's pixels, top row first. The file has a byte for eight of
// them at least, which is checked before they are allocated.
//
//	pix  (Height, Width, Channels): grey or RGB
func (h *Header) Decode(ctx context.Context) (pix []uint8, err error) {
	values := h.Width * h.Channels() // of a row
	if h.Height > h.rowsThatFit(values) {
		return nil, fmt.Errorf("the pixels: %w", io.ErrUnexpectedEOF)
	}
	pix = make([]uint8, values*h.Height)
	fill := h.filler()
	for y := range h.Height {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := fill(pix[y*values:][:values]); err != nil {
			return nil, fmt.Errorf("row %d: %w", y, err)
		}
	}
	return pix, nil
}

// rowsThatFit returns how many rows the data can hold at most.
func (h *Header) rowsThatFit(values int) int {
	switch {
	case h.kind == '1':
		return len(h.data) / values
	case h.plain(): // a digit each, and a space between
		return (len(h.data) + 1) / 2 / values
	case h.kind == '4':
		return len(h.data) / ((values + 7) / 8)
	}
	return len(h.data) / (values * h.bytes())
}

// bytes is how many a binary value takes.
func (h *Header) bytes() int {
	if h.maxval > math.MaxUint8 {
		return 2
	}
	return 1
}

// filler returns what reads the next row.
func (h *Header) filler() func(row []uint8) error {
	if h.plain() {
		t := &tokens{data: h.data}
		if h.bitmap() {
			return t.bits
		}
		table := h.scale()
		return func(row []uint8) error { return t.values(row, table, h.maxval) }
	}
	rest := h.data
	next := func(n int) (src []byte) {
		src, rest = rest[:n], rest[n:]
		return src
	}
	switch table := h.scale(); {
	case h.bitmap():
		return func(row []uint8) error { unpack(row, next((len(row)+7)/8)); return nil }
	case h.maxval == math.MaxUint8:
		return func(row []uint8) error { copy(row, next(len(row))); return nil }
	case h.bytes() == 1:
		return func(row []uint8) error { scaleNarrow(row, next(len(row)), table); return nil }
	default:
		return func(row []uint8) error { scaleWide(row, next(2*len(row)), table); return nil }
	}
}
