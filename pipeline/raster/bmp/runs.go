package bmp

import (
	"context"
	"fmt"
	"io"
)

// The escapes of run-length coding.
const (
	endOfLine  = 0
	endOfImage = 1
	delta      = 2
)

// decodeRuns decodes RLE8 and RLE4. What is skipped has the index 0. Runs that leave a
// line are cut off.
func (h *Header) decodeRuns(ctx context.Context, pix []uint8) error {
	for y := range h.Height {
		line := h.line(pix, y)
		for x := range h.Width {
			h.set(line, x, 0)
		}
	}
	x, y := 0, 0
	put := func(index uint8) {
		if x < h.Width && y < h.Height {
			h.set(h.line(pix, y), x, index)
		}
		x++
	}
	in := h.data
	for step := 0; y < h.Height; step++ {
		if step&0xffff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(in) < 2 {
			return fmt.Errorf("the runs of line %d: %w", y, io.ErrUnexpectedEOF)
		}
		n, value := int(in[0]), in[1]
		in = in[2:]
		switch {
		case n > 0:
			for i := range n {
				put(h.part(value, i))
			}
		case value == endOfLine:
			x, y = 0, y+1
		case value == endOfImage:
			return nil
		case value == delta:
			if len(in) < 2 {
				return fmt.Errorf("the runs of line %d: %w", y, io.ErrUnexpectedEOF)
			}
			x, y, in = x+int(in[0]), y+int(in[1]), in[2:]
		default:
			size := h.literal(int(value))
			if len(in) < size {
				return fmt.Errorf("the runs of line %d: %w", y, io.ErrUnexpectedEOF)
			}
			for i := range int(value) {
				if h.bits == 8 {
					put(in[i])
				} else {
					put(h.part(in[i/2], i))
				}
			}
			in = in[size:]
		}
	}
	return nil
}

// part returns the i-th index of a byte: half of it in RLE4, the upper one first.
func (h *Header) part(value uint8, i int) uint8 {
	switch {
	case h.bits == 8:
		return value
	case i&1 == 0:
		return value >> 4
	}
	return value & 15
}

// literal returns how many bytes n pixels take, padded to 16 bits.
func (h *Header) literal(n int) int { return ((n*h.bits+7)/8 + 1) &^ 1 }
