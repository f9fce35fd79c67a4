package jpeg

import (
	"context"
	"fmt"
	mathbits "math/bits"
)

// maxScans bounds what a small file can cost: each scan goes over all of the image.
const maxScans = 500

// decodeScans collects the coefficients of all scans and makes the samples then.
func (d *decoder) decodeScans(ctx context.Context, s scan, out *output) error {
	for i := range d.components {
		c := &d.components[i]
		c.blocks = make([]block, c.strideX*c.strideY)
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
		if c := &d.components[i]; c.quant == nil { // no scan had it: it stays in the middle
			c.quant = new([64]uint16)
		}
	}
	return d.transform(ctx, out)
}

// decodeScan decodes one scan's data.
func (d *decoder) decodeScan(ctx context.Context, s scan) error {
	e := d.newEntropy(s)
	decode := d.blockDecoder(s)
	d.progress(s)
	width, height, lost := d.mcusX, d.mcusY, 0
	single := len(s.components) == 1
	if single {
		width, height = s.components[0].blocksX, s.components[0].blocksY
	}
	for y := range height {
		if err := ctx.Err(); err != nil {
			return err
		}
		for x := range width {
			if !e.insufficient { // before the marker that may end this
				d.lastGood = y
				if single {
					d.lastGood = y / s.components[0].v
				}
			}
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
		if e.lost() {
			lost++
		}
	}
	if single {
		lost = (lost + s.components[0].v - 1) / s.components[0].v
	}
	d.lost = max(d.lost, lost)
	e.end()
	return nil
}

func (e *entropy) coefficients(decode blockDecoder, c *scanned, x, y int) {
	if !e.insufficient {
		decode(e, c, &c.blocks[y*c.strideX+x])
	}
}

// block has the coefficients that scans have brought so far, in natural order.
type block struct {
	coef [64]int16
	some uint64 // a bit for each, by zigzag index, that was set
}

func (b *block) set(k int, v int16) {
	k = min(k, 63)
	b.coef[natural[k]] = v
	if v != 0 {
		b.some |= 1 << k
	}
}

// last returns the greatest zigzag index of a coefficient that was set, or 0.
func (b *block) last() int { return max(0, mathbits.Len64(b.some)-1) }

// blockDecoder decodes what a scan has of a block.
type blockDecoder func(e *entropy, c *scanned, b *block)

func (d *decoder) blockDecoder(s scan) blockDecoder {
	switch {
	case !d.progressive:
		return func(e *entropy, c *scanned, b *block) {
			*b = block{}
			b.some = 1 << e.bits.sequential(c, &b.coef)
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
func (e *entropy) firstDC(c *scanned, b *block) {
	e.bits.fill()
	c.pred += e.bits.difference(c.dc)
	b.coef[0] = int16(c.pred << e.scan.low)
}

func (e *entropy) refineDC(_ *scanned, b *block) {
	e.bits.fill()
	if e.bits.read(1) != 0 {
		b.coef[0] |= 1 << e.scan.low
	}
}

func (e *entropy) firstAC(c *scanned, b *block) {
	if e.eobRun > 0 {
		e.eobRun--
		return
	}
	in := &e.bits
	for k := e.scan.start; k <= e.scan.end; k++ {
		in.fill()
		f := c.ac.fast[in.acc>>(64-look)]
		if v := int16(f >> 16); v != 0 {
			in.skip(int(f & 63))
			k += int(f >> 8 & 15)
			b.set(k, v<<e.scan.low)
			continue
		}
		run, size := in.runAndSize(c.ac, f)
		if size == 0 && run != 15 {
			e.eobRun = e.endOfBand(run) - 1
			return
		}
		if k += run; size != 0 {
			b.set(k, int16(extend(in.read(size), size)<<e.scan.low))
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

func (e *entropy) refineAC(c *scanned, b *block) {
	in := &e.bits
	k := e.scan.start
	if e.eobRun == 0 {
		for ; k <= e.scan.end; k++ {
			in.fill()
			symbol := c.ac.symbol(in)
			run, size := int(symbol>>4), int(symbol&15)
			value := int16(0)
			if size != 0 { // it has to be 1; libjpeg takes others for it, too
				value = -1 << e.scan.low
				if in.read(1) != 0 {
					value = 1 << e.scan.low
				}
			} else if run != 15 {
				e.eobRun = e.endOfBand(run)
				break
			}
			k = e.refine(b, k, e.scan.end, run)
			if value != 0 {
				b.set(k, value)
			}
		}
	}
	if e.eobRun > 0 {
		e.refine(b, k, e.scan.end, 64)
		e.eobRun--
	}
}

// refine gives a bit to each coefficient from k to end that is not zero, up to the zero
// after as many zeros, whose index it returns, or end + 1.
func (e *entropy) refine(b *block, k, end, zeros int) int {
	in := &e.bits
	bit := int16(1) << e.scan.low
	for k <= end {
		gap := mathbits.TrailingZeros64(b.some >> k)
		if gap > zeros {
			return min(k+zeros, end+1)
		}
		zeros -= gap
		if k += gap; k > end {
			break
		}
		v := &b.coef[natural[k&127]&63]
		in.fill()
		if in.read(1) != 0 && *v&bit == 0 {
			if *v > 0 {
				*v += bit
			} else {
				*v -= bit
			}
		}
		k++
	}
	return min(k, end+1)
}

// transform makes samples of all coefficients.
func (d *decoder) transform(ctx context.Context, out *output) error {
	smooth := d.smooths()
	for y := range d.mcusY {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i := range d.components {
			c := &d.components[i]
			for by := range c.v {
				if smooth {
					d.smoothRow(c, y, by)
					continue
				}
				for x := range c.strideX {
					b := &c.blocks[(y*c.v+by)*c.strideX+x]
					c.transform(x, by, &b.coef, b.last())
				}
			}
		}
		out.row(y)
	}
	return nil
}
