package jpeg

import (
	"fmt"

	"cutpoint/pipeline/raster/jpeg/kernel"
)

// output turns rows of MCUs into pixels. A component's strip holds the samples of one
// row of MCUs and, above them, the last row of the one before, since interpolation
// looks a row up and a row down; so the last line of pixels of a row of MCUs waits for
// the next one.
type output struct {
	d      *decoder
	image  *Image
	color  Color
	planes []plane
	rgb    []uint8 // a line of YCCK on its way
}

// plane is a component on its way to full size.
type plane struct {
	*component
	across, down int     // how many pixels a sample covers
	smooth       bool    // interpolate; libjpeg repeats where blocks become a pixel
	line         []uint8 // of the image's width
}

func newOutput(d *decoder) (*output, error) {
	o := &output{d: d, color: d.color()}
	channels := map[Color]int{Gray: 1, YCbCr: 3, RGB: 3, CMYK: 4, YCCK: 4}[o.color]
	if channels != len(d.components) {
		return nil, fmt.Errorf("the image has %d components, its colours %d", len(d.components), channels)
	}
	width, height := ceil(d.width*d.unit, 8), ceil(d.height*d.unit, 8)
	for i := range d.components {
		c := &d.components[i]
		if d.maxH%c.h != 0 || d.maxV%c.v != 0 {
			return nil, UnsupportedError(fmt.Sprintf("JPEG with component %d sampled %d × %d where another is %d × %d", i, c.h, c.v, d.maxH, d.maxV))
		}
		c.stride = c.size * c.strideX
		c.strip = make([]uint8, (1+c.size*c.v)*c.stride)
		o.planes = append(o.planes, plane{c, d.maxH * d.unit / (c.h * c.size), d.maxV * d.unit / (c.v * c.size), d.unit > 1 && !d.opt.OldTIFF, make([]uint8, width)})
	}
	if o.color == YCCK {
		o.rgb = make([]uint8, 3*width)
	}
	o.image = &Image{Width: width, Height: height, Channels: channels, Pix: make([]uint8, width*height*channels)}
	return o, nil
}

// row writes the lines that row n of MCUs completes.
func (o *output) row(n int) {
	height := o.d.unit * o.d.maxV
	from, to := n*height-1, (n+1)*height-1
	if n == o.d.mcusY-1 {
		to = o.image.Height
	}
	for y := max(from, 0); y < to; y++ {
		o.writeLine(y, n)
	}
	for i := range o.planes { // the last row is the next one's first
		p := &o.planes[i]
		copy(p.strip, p.strip[p.size*p.v*p.stride:][:p.stride])
	}
}

func (o *output) writeLine(y, n int) {
	var lines [4][]uint8
	for i := range o.planes {
		lines[i] = o.planes[i].full(y, n)
	}
	channels := o.image.Channels
	dst := o.image.Pix[y*o.image.Width*channels:][:o.image.Width*channels]
	switch o.color {
	case Gray:
		copy(dst, lines[0])
	case YCbCr:
		kernel.YCbCrToRGB(dst, lines[0], lines[1], lines[2])
	case YCCK:
		o.writeYCCK(dst, lines)
	default:
		for i, line := range lines[:channels] {
			for x, v := range line {
				dst[x*channels+i] = v
			}
		}
		if o.color == CMYK && !o.d.opt.Raw {
			invert(dst)
		}
	}
}

// writeYCCK: the first three are an RGB that ink's complement was made of, so that
// Adobe's inversion gives it back (jdcolor.c, ycck_cmyk_convert).
func (o *output) writeYCCK(dst []uint8, lines [4][]uint8) {
	rgb := o.rgb
	kernel.YCbCrToRGB(rgb, lines[0], lines[1], lines[2])
	for x, k := range lines[3] {
		copy(dst[4*x:4*x+3], rgb[3*x:])
		dst[4*x+3] = ^k
	}
	if o.d.opt.Raw {
		invert(dst)
	}
}

func invert(line []uint8) {
	for i, v := range line {
		line[i] = ^v
	}
}

// full returns a line of the image's width while row n of MCUs is in the strip.
func (p *plane) full(y, n int) []uint8 {
	width := len(p.line)
	near := y / p.down
	row := p.at(near, n)
	switch {
	case p.across == 1 && p.down == 1:
		return row[:width]
	case p.across == 1 && p.down == 2 && p.smooth:
		kernel.H1V2(p.line, row, p.at(p.far(y), n), uint16(1+y&1))
	case p.across == 2 && p.down == 1 && p.smooth && p.width > 2:
		kernel.H2V1(p.line, row)
	case p.across == 2 && p.down == 2 && p.smooth && p.width > 2: // libjpeg repeats what is narrower
		kernel.H2V2(p.line, row, p.at(p.far(y), n))
	default:
		for x := range p.line {
			p.line[x] = row[x/p.across]
		}
	}
	return p.line
}

// far returns the row of samples on the other side of a line from the one that covers
// it; at the edges the same one.
func (p *plane) far(y int) int {
	far := y/2 - 1
	if y&1 == 1 {
		far = y/2 + 1
	}
	return min(max(far, 0), p.height-1)
}

// at returns a row of samples, which is in the strip while row n of MCUs is.
func (p *plane) at(row, n int) []uint8 {
	return p.strip[(1+row-p.size*p.v*n)*p.stride:][:p.width]
}

// transform makes the samples of a block: the x-th from the left edge, the y-th from the
// top of the row of MCUs.
func (c *component) transform(x, y int, coef *[64]int16, last int) {
	dst := c.strip[(1+c.size*y)*c.stride+c.size*x:]
	if c.size == 8 {
		kernel.IDCT(dst, c.stride, coef, c.quant, last)
	} else {
		kernel.ReducedIDCT(dst, c.stride, c.size, coef, c.quant, last)
	}
}
