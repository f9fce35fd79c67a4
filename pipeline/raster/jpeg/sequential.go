package jpeg

import (
	"context"
	"errors"
	"io"
)

// decodeOnly decodes a sequential scan that has all components, a row of MCUs at a
// time, straight to pixels.
func (d *decoder) decodeOnly(ctx context.Context, s scan, out *output) error {
	e := d.newEntropy(s)
	interleaved := len(s.components) > 1
	for y := range d.mcusY {
		if err := ctx.Err(); err != nil {
			return err
		}
		for x := range d.mcusX {
			if err := e.beforeMCU(); err != nil {
				return err
			}
			for i := range s.components {
				c := &s.components[i]
				h, v := c.h, c.v
				if !interleaved {
					h, v = 1, 1
				}
				for by := range v {
					for bx := range h {
						e.samples(c, x*h+bx, by)
					}
				}
			}
			if err := e.afterMCU(); err != nil {
				return err
			}
		}
		if e.lost() {
			d.lost++
		}
		out.row(y)
	}
	e.end()
	if d.opt.OldTIFF {
		return nil
	}
	return d.readRest()
}

// readRest looks at what follows the only scan, which may break off, but not be wrong:
// then the data were, as libjpeg sees it, where a marker in the middle left the rest grey.
func (d *decoder) readRest() error {
	_, more, err := d.nextScan()
	switch {
	case more:
		return errors.New("a scan follows that has all there is")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	}
	return err
}

// samples decodes a block to the component's strip; y counts from the top of the row
// of MCUs.
func (e *entropy) samples(c *scanned, x, y int) {
	last := 0
	e.block = [64]int16{}
	if !e.insufficient {
		last = e.bits.sequential(c, &e.block)
	}
	c.transform(x, y, &e.block, last)
}

// sequential decodes a block (T.81, F.2.2), which is zero before, and returns the
// greatest zigzag index of a coefficient that is not zero, or 0.
func (b *bits) sequential(c *scanned, block *[64]int16) (last int) {
	b.fill()
	c.pred += b.difference(c.dc)
	block[0] = int16(c.pred)
	acc, n, fast := b.acc, b.n, &c.ac.fast // in registers
	for k := 1; k < 64; k++ {
		if n < 32 {
			b.acc, b.n = acc, n
			b.refill()
			acc, n = b.acc, b.n
		}
		f := fast[acc>>(64-look)]
		if v := int16(f >> 16); v != 0 {
			acc <<= f & 63
			n -= int(f & 63)
			k += int(f >> 8 & 15)
			block[natural[k&127]&63] = v
			last = k
			continue
		}
		run, size := int(f>>8&15), int(f>>12&15)
		if f == 0 {
			b.acc, b.n = acc, n
			run, size = b.runAndSize(c.ac, f)
			acc, n = b.acc, b.n
		} else {
			acc <<= f & 63
			n -= int(f & 63)
		}
		if k += run; size != 0 {
			block[natural[k&127]&63] = int16(extend(int32(acc>>(64-size)), size))
			last = k
			acc <<= size & 63
			n -= size
		} else if run != 15 {
			break
		}
	}
	b.acc, b.n = acc, n
	return min(last, 63)
}

// runAndSize takes a code; f is its entry. The coefficient's bits are still to be read.
func (b *bits) runAndSize(h *huffman, f uint32) (run, size int) {
	if f != 0 {
		b.skip(int(f & 63))
		return int(f >> 8 & 15), int(f >> 12 & 15)
	}
	symbol := h.symbol(b)
	return int(symbol >> 4), int(symbol & 15)
}

// difference decodes what a DC coefficient differs by from the one before.
func (b *bits) difference(h *huffman) int32 {
	f := h.fast[b.acc>>(64-look)]
	if v := int16(f >> 16); v != 0 {
		b.skip(int(f & 63))
		return int32(v)
	}
	_, size := b.runAndSize(h, f)
	if size == 0 {
		return 0
	}
	return extend(b.read(size), size)
}
