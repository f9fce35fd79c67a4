package tiff

import (
	"encoding/binary"
	"fmt"
	"math"
)

// ycbcr converts YCbCr samples that are not within JPEGs: blocks of luma with one
// pair of chroma (TIFF 6.0, section 21). Its arithmetic is libtiff's
// (tif_color.c, TIFFYCbCrToRGBInit and TIFFYCbCrtoRGB), which repeats chroma.
type ycbcr struct {
	across, down int // luma samples of a block
	luma         [256]int32
	red, blue    [256]int32 // what Cr adds to red, Cb to blue
	greenR       [256]int32 // what both add to green, with 16 bits of fraction
	greenB       [256]int32
}

// isPackedYCbCr reports whether the page's samples are converted here: not where a JPEG
// has all three.
func (h Header) isPackedYCbCr() bool {
	return h.Photometric == YCbCr && h.PerPixel == 3 && h.compression != compressionOldJPEG &&
		(h.compression != compressionJPEG || h.planar == 2)
}

func (f *File) ycbcr(d directory, planar int) (*ycbcr, error) {
	sub, err := f.values(d, tagSubsampling)
	if err != nil {
		return nil, err
	}
	if len(sub) < 2 {
		sub = []uint64{2, 2}
	}
	across, down := int(sub[0]), int(sub[1])
	if planar == 2 && across*down != 1 {
		return nil, UnsupportedError("planar YCbCr with subsampled colours")
	}
	switch [2]int{across, down} {
	case [2]int{1, 1}, [2]int{1, 2}, [2]int{2, 1}, [2]int{2, 2}, [2]int{4, 1}, [2]int{4, 2}, [2]int{4, 4}:
	default:
		return nil, UnsupportedError(fmt.Sprintf("YCbCr subsampling %v", sub))
	}
	c, err := f.ycbcrTables(d)
	if err != nil {
		return nil, err
	}
	c.across, c.down = across, down
	return c, nil
}

// ycbcrTables makes the tables of a page's coefficients and reference levels.
func (f *File) ycbcrTables(d directory) (*ycbcr, error) {
	coefficients, err := f.fractions(d, tagCoefficients, []float32{0.299, 0.587, 0.114})
	if err != nil {
		return nil, err
	}
	reference, err := f.fractions(d, tagReference, []float32{0, 255, 128, 255, 128, 255})
	if err != nil {
		return nil, err
	}
	if coefficients[1] == 0 {
		return nil, fmt.Errorf("the coefficients of YCbCr are %v", coefficients)
	}
	c := &ycbcr{}
	c.fill(coefficients, reference)
	return c, nil
}

// fractions returns a field of RATIONALs, or of integers as old writers have it, or what
// stands for an absent one.
func (f *File) fractions(d directory, tag uint16, absent []float32) ([]float32, error) {
	v, ok := d[tag]
	if !ok {
		return absent, nil
	}
	size := typeSize(v.kind)
	if size == 0 || v.count < uint64(len(absent)) {
		return nil, fmt.Errorf("tag %d has type %d and %d values", tag, v.kind, v.count)
	}
	b, err := f.bytes(v.at, size*uint64(len(absent)))
	if err != nil {
		return nil, fmt.Errorf("tag %d: %w", tag, err)
	}
	out := make([]float32, len(absent))
	for i := range out {
		out[i] = f.fraction(v.kind, b[uint64(i)*size:][:size])
	}
	return out, nil
}

// fraction reads a RATIONAL or an integer; 0 where the denominator is.
func (f *File) fraction(kind uint16, b []byte) float32 {
	switch {
	case len(b) == 1:
		return float32(b[0])
	case kind != typeRational:
		return float32(f.number(b))
	}
	over, under := f.order.Uint32(b), f.order.Uint32(b[4:])
	if under == 0 {
		return 0
	}
	return float32(float64(over) / float64(under))
}

// fill makes the tables, in single precision as libtiff does.
func (c *ycbcr) fill(luma, reference []float32) {
	fix := func(v float32) int32 {
		return int32(float64(float32(min(max(v, 0), 2)*(1<<16))) + 0.5)
	}
	r, b := 2-2*luma[0], 2-2*luma[2]
	dr, db := fix(r), fix(b)
	dgr, dgb := -fix(luma[0]*r/luma[1]), -fix(luma[2]*b/luma[1])
	for i := range 256 {
		cr := code(int32(i)-128, reference[4]-128, reference[5]-128, 127)
		cb := code(int32(i)-128, reference[2]-128, reference[3]-128, 127)
		c.luma[i] = code(int32(i), reference[0], reference[1], 255)
		c.red[i] = (dr*cr + 1<<15) >> 16
		c.blue[i] = (db*cb + 1<<15) >> 16
		c.greenR[i] = dgr * cr
		c.greenB[i] = dgb*cb + 1<<15
	}
}

// code maps a code between those of black and white to 0…top (TIFF 6.0,
// ReferenceBlackWhite).
func code(v int32, black, white, top float32) int32 {
	span := float32(1)
	if white-black != 0 {
		span = white - black
	}
	zero := int32(min(max(float64(black), math.MinInt32), math.MaxInt32))
	x := float32(v-zero) * top / span
	return int32(min(max(x, -128*32), 128*32))
}

// rgb writes one pixel.
func (c *ycbcr) rgb(out []uint8, y, cb, cr uint8) {
	l := c.luma[y]
	out[0] = clip(l + c.red[cr])
	out[1] = clip(l + (c.greenB[cb]+c.greenR[cr])>>16)
	out[2] = clip(l + c.blue[cb])
}

func clip(v int32) uint8 { return uint8(min(max(v, 0), 255)) }

// size is that of a segment in bytes.
func (c *ycbcr) size(width, rows int) int {
	return (width + c.across - 1) / c.across * ((rows + c.down - 1) / c.down) * (c.across*c.down + 2)
}

// ycbcrSegment decodes blocks of luma and chroma.
func (d *pageDecoder) ycbcrSegment(p region, data []byte) error {
	if d.img.planar == 2 {
		return d.packedSegment(p, data) // converted when all planes are there
	}
	c, raw := d.colors, data
	if d.img.compression != compressionNone {
		raw = d.raw(c.size(d.grid.width, p.rows))
		if err := d.decompress(raw, data); err != nil {
			return err
		}
	}
	if d.img.predicts() && d.img.predictor == predictorHorizontal {
		if c.across*c.down != 1 {
			return UnsupportedError("a predictor of subsampled colours")
		}
		undifference(raw, 3*d.grid.width, 3, 8, binary.LittleEndian)
	}
	size := c.across*c.down + 2
	for y := 0; y < p.rows; y += c.down {
		for x := 0; x < d.grid.width; x += c.across {
			if y < p.height && x < p.width {
				d.block(p, x, y, raw[:size])
			}
			raw = raw[size:]
		}
	}
	return nil
}

// block writes the pixels of a block that are on the page.
func (d *pageDecoder) block(p region, x, y int, block []byte) {
	c := d.colors
	cb, cr := block[len(block)-2], block[len(block)-1]
	for j := range min(c.down, p.height-y) {
		out := d.pixels(p, y+j)[3*x:]
		for i := range min(c.across, p.width-x) {
			c.rgb(out[3*i:3*i+3], block[j*c.across+i], cb, cr)
		}
	}
}

// convert turns an image of one pair of chroma a pixel into RGB.
func (c *ycbcr) convert(samples []uint8) {
	for i := 0; i+2 < len(samples); i += 3 {
		s := samples[i : i+3]
		c.rgb(s, s[0], s[1], s[2])
	}
}
