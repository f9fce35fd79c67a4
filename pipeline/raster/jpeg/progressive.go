package jpeg

import (
	"context"
	"errors"
	"fmt"

	"cutpoint/pipeline/raster/jpeg/kernel"
)

// maxScans bounds what a small file can cost: each scan goes over all of the image.
const maxScans = 500

// decodeScans collects the coefficients of all scans and makes the samples then.
func (d *decoder) decodeScans(ctx context.Context, s scan, out *output) error {
	for i := range d.components {
		c := &d.components[i]
		c.coef = make([][64]int16, c.strideX*c.strideY)
	}
	for n := 1; ; n++ {
		if n > maxScans {
			return fmt.Errorf("%w: more than %d scans", ErrTooLarge, maxScans)
		}
		if err := d.decodeScan(ctx, s); err != nil {
			return err
		}
		var more bool
		var err error
		if s, more, err = d.nextScan(); err != nil {
			return err
		}
		if !more {
			break
		}
	}
	for i := range d.components {
		if d.components[i].quant == nil {
			return errors.New("a component has no scan")
		}
	}
	return d.transform(ctx, out)
}

// decodeScan decodes one scan's data.
func (d *decoder) decodeScan(ctx context.Context, s scan) error {
	e := d.newEntropy(s)
	decode := d.blockDecoder(s)
	width, height := d.mcusX, d.mcusY
	single := len(s.components) == 1
	if single {
		width, height = s.components[0].blocksX, s.components[0].blocksY
	}
	for y := range height {
		if err := ctx.Err(); err != nil {
			return err
		}
		for x := range width {
			if err := e.beforeMCU(); err != nil {
				return err
			}
			for i := range s.components {
				c := &s.components[i]
				if single {
					e.coefficients(decode, c, x, y)
					continue
				}
				for block := range c.h * c.v {
					e.coefficients(decode, c, x*c.h+block%c.h, y*c.v+block/c.h)
				}
			}
			if err := e.afterMCU(); err != nil {
				return err
			}
		}
	}
	e.end()
	return nil
}

func (e *entropy) coefficients(decode blockDecoder, c *scanned, x, y int) {
	if !e.insufficient {
		decode(e, c, &c.coef[y*c.strideX+x])
	}
}

// blockDecoder decodes what a scan has of a block.
type blockDecoder func(e *entropy, c *scanned, block *[64]int16)

func (d *decoder) blockDecoder(s scan) blockDecoder {
	switch {
	case !d.progressive:
		return func(e *entropy, c *scanned, block *[64]int16) {
			*block = [64]int16{}
			e.bits.sequential(c, block)
		}
	case s.start == 0 && s.high == 0:
		return (*entropy).firstDC
	case s.start == 0:
		return (*entropy).refineDC
	case s.high == 0:
		return (*entropy).firstAC
	}
	return (*entropy).refineAC
}

// firstDC and the three below are the procedures of T.81, G.1.2.
func (e *entropy) firstDC(c *scanned, block *[64]int16) {
	e.bits.fill()
	c.pred += e.bits.difference(c.dc)
	block[0] = int16(c.pred << e.scan.low)
}

func (e *entropy) refineDC(_ *scanned, block *[64]int16) {
	e.bits.fill()
	if e.bits.read(1) != 0 {
		block[0] |= 1 << e.scan.low
	}
}

func (e *entropy) firstAC(c *scanned, block *[64]int16) {
	if e.eobRun > 0 {
		e.eobRun--
		return
	}
	b := &e.bits
	for k := e.scan.start; k <= e.scan.end; k++ {
		b.fill()
		f := c.ac.fast[b.acc>>(64-look)]
		if v := int16(f >> 16); v != 0 {
			b.take(int(f & 63))
			k += int(f >> 8 & 15)
			block[natural[k]&63] = v << e.scan.low
			continue
		}
		run, size := b.runAndSize(c.ac, f)
		if size == 0 && run != 15 {
			e.eobRun = e.endOfBand(run) - 1
			return
		}
		if k += run; size != 0 {
			block[natural[k]&63] = int16(extend(b.read(size), size) << e.scan.low)
		}
	}
}

// endOfBand returns how many blocks end with this one.
func (e *entropy) endOfBand(run int) int {
	n := 1 << run
	if run > 0 {
		e.bits.fill()
		n += int(e.bits.read(run))
	}
	return n
}

func (e *entropy) refineAC(c *scanned, block *[64]int16) {
	b := &e.bits
	k := e.scan.start
	if e.eobRun == 0 {
		for ; k <= e.scan.end; k++ {
			b.fill()
			run, size := b.runAndSizeOnly(c.ac)
			value := int16(0)
			if size != 0 { // it has to be 1; libjpeg takes others for it, too
				value = -1 << e.scan.low
				if b.read(1) != 0 {
					value = 1 << e.scan.low
				}
			} else if run != 15 {
				e.eobRun = e.endOfBand(run)
				break
			}
			k = e.refine(block, k, run)
			if value != 0 {
				block[natural[k]&63] = value
			}
		}
	}
	if e.eobRun > 0 {
		e.refine(block, k, 64)
		e.eobRun--
	}
}

// refine gives a bit to each coefficient from k on that is not zero, up to the zero
// behind so many others, whose index it returns, or one beyond the band.
func (e *entropy) refine(block *[64]int16, k, zeros int) int {
	b := &e.bits
	bit := int16(1) << e.scan.low
	for ; k <= e.scan.end; k++ {
		v := &block[natural[k]]
		if *v == 0 {
			if zeros == 0 {
				break
			}
			zeros--
			continue
		}
		b.fill()
		if b.read(1) != 0 && *v&bit == 0 {
			if *v > 0 {
				*v += bit
			} else {
				*v -= bit
			}
		}
	}
	return k
}

// runAndSizeOnly takes a code without the coefficient that fast may have with it.
func (b *bits) runAndSizeOnly(h *huffman) (run, size int) {
	symbol := h.symbol(b)
	return int(symbol >> 4), int(symbol & 15)
}

// transform makes samples of all coefficients.
func (d *decoder) transform(ctx context.Context, out *output) error {
	for y := range d.mcusY {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i := range d.components {
			c := &d.components[i]
			for by := range c.v {
				for x := range c.strideX {
					block := &c.coef[(y*c.v+by)*c.strideX+x]
					kernel.IDCT(c.strip[(1+8*by)*c.stride+8*x:], c.stride, block, c.quant, lastOf(block))
				}
			}
		}
		out.row(y)
	}
	return nil
}

// lastOf returns the greatest zigzag index of a coefficient that is not zero, or 0.
func lastOf(block *[64]int16) int {
	for k := 63; k > 0; k-- {
		if block[natural[k]] != 0 {
			return k
		}
	}
	return 0
}
