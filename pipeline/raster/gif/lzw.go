package gif

import (
	"context"
	"encoding/binary"
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
	block int    // bytes that are left of the block at hand
	acc   uint64 // bits that come next, the first one lowest
	n     int    // how many there are
}

// fill makes as many bits ready as a code has; false says that the file or the frame ends.
func (c *codes) fill(bits int) bool {
	for c.n < bits {
		for c.block == 0 {
			if len(c.rest) == 0 || c.rest[0] == 0 {
				return false
			}
			c.block, c.rest = int(c.rest[0]), c.rest[1:]
		}
		if c.block >= 8 && len(c.rest) >= 8 {
			bytes := (64 - c.n) / 8
			c.acc |= binary.LittleEndian.Uint64(c.rest) << c.n
			if c.n += 8 * bytes; c.n < 64 {
				c.acc &= 1<<c.n - 1
			}
			c.rest, c.block = c.rest[bytes:], c.block-bytes
			return true
		}
		if len(c.rest) == 0 {
			return false
		}
		c.acc |= uint64(c.rest[0]) << c.n
		c.rest, c.block, c.n = c.rest[1:], c.block-1, c.n+8
	}
	return true
}

// word is a string of pixels that a code stands for: where the pixels already have it.
type word struct{ at, n uint32 }

// slack is what may be written behind the last pixel.
const slack = 8

// decompress returns the frame's indices. What follows the last pixel does not matter; an
// end before it is an error.
func (h *Header) decompress(ctx context.Context) ([]uint8, error) {
	size := h.width * h.height
	out := make([]uint8, size+slack)
	in := codes{rest: h.data}
	clear := 1 << h.bits
	var table [tableSize]word
	bits, next := h.bits+1, clear+2
	var last word // what the code before stands for; none after a clear code
	for at, steps := 0, 0; at < size; steps++ {
		if steps&0xffff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if in.n < bits && !in.fill(bits) {
			return nil, fmt.Errorf("the pixels: %w", io.ErrUnexpectedEOF)
		}
		code := int(in.acc & (1<<bits - 1))
		in.acc, in.n = in.acc>>bits, in.n-bits
		var n int
		switch {
		case code < clear:
			out[at], n = uint8(code), 1
		case code == clear:
			bits, next, last = h.bits+1, clear+2, word{}
			continue
		case code == clear+1:
			return nil, fmt.Errorf("the pixels: %w", io.ErrUnexpectedEOF)
		case last.n == 0 || code > next || code >= tableSize && code != next:
			return nil, errCodes
		case code == next: // the last string and its first pixel
			n = repeat(out, at, last) + 1
			if at+n <= len(out) {
				out[at+n-1] = out[last.at]
			}
		default:
			n = repeat(out, at, table[code])
		}
		if last.n > 0 && next < tableSize {
			table[next] = word{last.at, last.n + 1}
			if next == 1<<bits-1 && bits < maxBits {
				bits++
			}
			next++
		}
		last = word{uint32(at), uint32(n)}
		at += n
	}
	return out[:size], nil
}

// repeat writes a string again, as far as there is room, and returns its length.
func repeat(out []uint8, at int, w word) int {
	n, from := int(w.n), int(w.at)
	if n <= slack {
		binary.LittleEndian.PutUint64(out[at:], binary.LittleEndian.Uint64(out[from:]))
		return n
	}
	copy(out[at:], out[from:from+n])
	return n
}
