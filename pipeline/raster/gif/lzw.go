package gif

import (
	"context"
	"errors"
	"fmt"
	"io"
)

const (
	maxBits   = 12 // of a code that has grown
	tableSize = 1 << maxBits
)

// errCodes is a code that no string has yet.
var errCodes = errors.New("the pixels have a code that means nothing")

// codes reads the codes of a frame's blocks.
type codes struct {
	rest  []byte
	block int // bytes that are left of the block at hand
	acc   uint32
	n     int
}

// next returns the next code; ok is false at the end of the file.
func (c *codes) next(bits int) (code int, ok bool) {
	for c.n < bits {
		for c.block == 0 {
			if len(c.rest) == 0 || c.rest[0] == 0 { // of the file, or of the frame
				return 0, false
			}
			c.block, c.rest = int(c.rest[0]), c.rest[1:]
		}
		if len(c.rest) == 0 {
			return 0, false
		}
		c.acc |= uint32(c.rest[0]) << c.n
		c.rest, c.block, c.n = c.rest[1:], c.block-1, c.n+8
	}
	code = int(c.acc & (1<<bits - 1))
	c.acc, c.n = c.acc>>bits, c.n-bits
	return code, true
}

// word is a string of pixels that a code stands for: where the pixels already have it.
type word struct{ at, n int }

// decompress returns the frame's indices. What follows the last pixel does not matter; an
// end before it is an error.
func (h *Header) decompress(ctx context.Context) ([]uint8, error) {
	out := make([]uint8, h.width*h.height)
	in := codes{rest: h.data}
	clear := 1 << h.bits
	var table [tableSize]word
	bits, next, last := h.bits+1, clear+2, word{}
	for at, steps := 0, 0; at < len(out); steps++ {
		if steps&0xffff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		code, ok := in.next(bits)
		switch {
		case !ok || code == clear+1:
			return nil, fmt.Errorf("the pixels: %w", io.ErrUnexpectedEOF)
		case code == clear:
			bits, next, last = h.bits+1, clear+2, word{}
			continue
		case code > next || code > clear && last.n == 0 || code == next && last.n == 0:
			return nil, errCodes
		}
		this := word{at, 1}
		switch {
		case code < clear:
			out[at] = uint8(code)
		case code == next: // the last string and its first pixel
			this.n = min(last.n+1, len(out)-at)
			copy(out[at:], out[last.at:][:min(last.n, this.n)])
			if this.n == last.n+1 {
				out[at+last.n] = out[last.at]
			}
		case code < tableSize:
			this.n = min(table[code].n, len(out)-at)
			copy(out[at:], out[table[code].at:][:this.n])
		default:
			return nil, errCodes
		}
		if last.n > 0 && next < tableSize {
			table[next] = word{last.at, last.n + 1}
			if next == 1<<bits-1 && bits < maxBits {
				bits++
			}
			next++
		}
		last = this
		at += this.n
	}
	return out, nil
}
