package jpeg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// component is a plane of the image.
type component struct {
	id, h, v int // sampling factors
	table    int // of quantisation

	size             int // samples on a side of a block: 8, or fewer if the image is made smaller
	width, height    int // samples
	blocksX, blocksY int // that hold samples: what a scan of this component alone has
	strideX, strideY int // blocks in whole MCUs

	quant  *[64]uint16 // fixed by the component's first scan
	now    precision   // of a progressive file
	before precision   // the same before the component's last scan
	blocks []block     // (strideY, strideX) if coefficients are kept
	strip  []uint8     // rows of samples: see output
	stride int         // of strip
}

// readFrame reads a frame header (T.81, B.2.2).
func (d *decoder) readFrame(marker byte, s []byte) error {
	if d.components != nil {
		return errors.New("there are two frame headers")
	}
	if len(s) < 6 || len(s) != 6+3*int(s[5]) {
		return errors.New("the frame header has the wrong length")
	}
	if s[0] != 8 {
		return UnsupportedError(fmt.Sprintf("JPEG of %d bits a sample", s[0]))
	}
	d.progressive = marker == markerSOF2
	d.height, d.width = int(binary.BigEndian.Uint16(s[1:])), int(binary.BigEndian.Uint16(s[3:]))
	if d.height == 0 {
		return UnsupportedError("JPEG whose height follows the image")
	}
	n := int(s[5])
	if d.width == 0 || n == 0 {
		return fmt.Errorf("the image is %d × %d pixels of %d components", d.width, d.height, n)
	}
	if n == 2 || n > 4 {
		return UnsupportedError(fmt.Sprintf("JPEG of %d components", n))
	}
	components := make([]component, n)
	for i := range components {
		b := s[6+3*i:]
		components[i] = component{id: int(b[0]), h: int(b[1] >> 4), v: int(b[1] & 15), table: int(b[2]), now: absent}
		if c := components[i]; c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.table > 3 {
			return fmt.Errorf("component %d is sampled %d × %d and takes quantisation table %d", i, c.h, c.v, c.table)
		}
		d.maxH, d.maxV = max(d.maxH, components[i].h), max(d.maxV, components[i].v)
	}
	d.components = components
	d.layOut()
	return nil
}

// layOut computes the components' sizes (T.81, A.1.1 and A.2). Sampling factors mean
// nothing to a single component.
func (d *decoder) layOut() {
	if len(d.components) == 1 {
		d.components[0].h, d.components[0].v = 1, 1
		d.maxH, d.maxV = 1, 1
	}
	d.mcusX, d.mcusY = ceil(d.width, 8*d.maxH), ceil(d.height, 8*d.maxV)
	for i := range d.components {
		c := &d.components[i]
		c.size = d.blockSize(c)
		c.width, c.height = ceil(d.width*c.h*c.size, 8*d.maxH), ceil(d.height*c.v*c.size, 8*d.maxV)
		c.blocksX, c.blocksY = ceil(d.width*c.h, 8*d.maxH), ceil(d.height*c.v, 8*d.maxV)
		c.strideX, c.strideY = d.mcusX*c.h, d.mcusY*c.v
	}
}

// blockSize returns the side of a component's blocks: a component with fewer samples
// than others keeps more of them, so that less is to be interpolated (jdmaster.c,
// jpeg_calc_output_dimensions).
func (d *decoder) blockSize(c *component) int {
	size := d.unit
	for size < 8 && d.maxH*d.unit%(2*size*c.h) == 0 && d.maxV*d.unit%(2*size*c.v) == 0 {
		size *= 2
	}
	return size
}

func ceil(a, b int) int { return (a + b - 1) / b }

// color returns what the components are, by libjpeg's rules (jdapimin.c,
// default_decompress_parms).
func (d *decoder) color() Color {
	switch {
	case d.opt.Color != nil:
		return *d.opt.Color
	case len(d.components) == 1:
		return Gray
	case len(d.components) == 4 && (d.adobe == -1 || d.adobe == 0):
		return CMYK
	case len(d.components) == 4:
		return YCCK
	case d.jfif:
		return YCbCr
	case d.adobe == 0:
		return RGB
	case d.adobe == -1 && d.components[0].id == 'R' && d.components[1].id == 'G' && d.components[2].id == 'B':
		return RGB
	}
	return YCbCr
}

// scan is a scan's header (T.81, B.2.3).
type scan struct {
	components []scanned
	start, end int // of the spectral selection
	high, low  int // of the successive approximation
}

// scanned is a component of a scan, with its tables.
type scanned struct {
	*component
	dc, ac *huffman // nil if the scan has no use for it
	pred   int32    // the last DC coefficient
}

func (d *decoder) readScanHeader(s []byte) (scan, error) {
	if d.components == nil {
		return scan{}, errors.New("a scan comes before the frame header")
	}
	if len(s) < 1 || s[0] < 1 || s[0] > 4 || len(s) != 4+2*int(s[0]) {
		return scan{}, errors.New("a scan header has the wrong length")
	}
	n := int(s[0])
	tail := s[1+2*n:]
	h := scan{start: int(tail[0]), end: int(tail[1]), high: int(tail[2] >> 4), low: int(tail[2] & 15)}
	if !d.progressive { // libjpeg does not look at them either
		h.start, h.end, h.high, h.low = 0, 63, 0, 0
	} else if err := h.check(n); err != nil {
		return h, err
	}
	if !d.progressive {
		d.fillTables()
	}
	blocks := 0
	for i := range n {
		c, err := d.scanned(h, int(s[1+2*i]), s[2+2*i])
		if err != nil {
			return h, err
		}
		h.components = append(h.components, c)
		blocks += c.h * c.v
	}
	if n > 1 && blocks > 10 {
		return h, fmt.Errorf("a scan interleaves %d blocks, ten are allowed", blocks)
	}
	return h, nil
}

// check holds a progressive scan to what libjpeg accepts (jdphuff.c, start_pass_phuff_decoder).
func (h scan) check(components int) error {
	dc := h.start == 0 && h.end == 0
	ac := h.start > 0 && h.end >= h.start && h.end < 64 && components == 1
	if !dc && !ac || h.high != 0 && h.low != h.high-1 || h.low > 13 {
		return fmt.Errorf("a scan of %d components has coefficients %d to %d, bits %d to %d", components, h.start, h.end, h.high, h.low)
	}
	return nil
}

// named returns the first component of a name that the scan does not have yet: frames
// exist whose components share one.
func (d *decoder) named(h scan, id int) *component {
	for i := range d.components {
		c := &d.components[i]
		if c.id == id && !slices.ContainsFunc(h.components, func(s scanned) bool { return s.component == c }) {
			return c
		}
	}
	return nil
}

// scanned finds a scan's component and its tables.
func (d *decoder) scanned(h scan, id int, tables byte) (c scanned, err error) {
	if c.component = d.named(h, id); c.component == nil {
		return c, fmt.Errorf("a scan has component %d, which the frame has not, or not so often", id)
	}
	if c.quant == nil {
		if c.quant = d.quant[c.table]; c.quant == nil {
			return c, fmt.Errorf("quantisation table %d is missing", c.table)
		}
	}
	if tables>>4 > 3 || tables&15 > 3 {
		return c, errors.New("a scan names a Huffman table beyond the fourth")
	}
	dc, ac := d.dc[tables>>4], d.ac[tables&15]
	if h.start == 0 && h.high == 0 {
		if dc == nil || dc.broken || dc.wide {
			//lint:ignore ST1005 Huffman is a name
			return c, fmt.Errorf("Huffman table %d for DC is missing or broken", tables>>4)
		}
		c.dc = dc
	}
	if h.end > 0 {
		if ac == nil || ac.broken {
			//lint:ignore ST1005 Huffman is a name
			return c, fmt.Errorf("Huffman table %d for AC is missing or broken", tables&15)
		}
		c.ac = ac
	}
	return c, nil
}
