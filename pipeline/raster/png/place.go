package png

import (
	"encoding/binary"

	"cutpoint/pipeline/raster/blend"
)

// place writes a row of a pass to the page.
func (d *decoding) place(p pass, y int, row []uint8) {
	channels := d.Channels()
	line := d.pix[(p.y+y*p.dy)*d.Width*channels:][:d.Width*channels]
	if p.dx == 1 {
		d.show(line, row, channels)
		return
	}
	if len(d.scratch) < p.width*channels {
		d.scratch = make([]uint8, p.width*channels)
	}
	pixels := d.scratch[:p.width*channels]
	d.show(pixels, row, channels)
	for x := range p.width {
		copy(line[(p.x+x*p.dx)*channels:][:channels], pixels[x*channels:])
	}
}

// show turns samples into what the page has of them.
func (d *decoding) show(dst, row []uint8, channels int) {
	switch {
	case d.table != nil && channels == 1:
		d.lookUpGrey(dst, row)
	case d.table != nil:
		d.lookUp(dst, row)
	case d.color == colorGreyAlpha || d.color == colorRGBA:
		overWhite(dst, row, channels, d.depth/8)
	default:
		d.opaque(dst, row, channels)
	}
}

// table returns what the indices of a palette show, or greys of 8 bits and fewer; nil for
// all others. Indices beyond the palette are black.
func (h *Header) table() *[256][3]uint8 {
	table := new([256][3]uint8)
	switch {
	case h.color == colorPalette:
		copy(table[:], h.palette)
		for i, alpha := range h.transparency[:min(len(h.transparency), 256)] {
			for c, v := range table[i] {
				table[i][c] = blend.OverWhite(v, alpha)
			}
		}
	case h.color == colorGrey && h.depth <= 8:
		most := 1<<h.depth - 1
		for i := range most + 1 {
			v := uint8(i * 255 / most)
			table[i] = [3]uint8{v, v, v}
		}
		if h.transparency != nil {
			at := int(h.transparency[1])
			if h.depth == 1 { // any number that is not 0 is white
				at = min(1, int(uint16At(h.transparency, 0)))
			}
			table[at&most] = [3]uint8{255, 255, 255}
		}
	default:
		return nil
	}
	return table
}

func (h *Header) greyPalette() bool {
	for _, c := range h.table() {
		if c[0] != c[1] || c[1] != c[2] {
			return false
		}
	}
	return true
}

func (d *decoding) lookUpGrey(dst, row []uint8) {
	if d.depth == 8 {
		for x, v := range row {
			dst[x] = d.table[v][0]
		}
		return
	}
	perByte := 8 / d.depth
	for ; len(dst) >= 8; dst, row = dst[perByte:], row[1:] { // what is too much is written again
		binary.LittleEndian.PutUint64(dst, d.words[row[0]])
	}
	for x := range dst {
		dst[x] = uint8(d.words[row[x/perByte]] >> (8 * (x % perByte)))
	}
}

// packedGreys returns the pixels that a byte holds, the first one lowest.
func (h *Header) packedGreys(table *[256][3]uint8) *[256]uint64 {
	if table == nil || h.depth == 8 {
		return nil
	}
	words := new([256]uint64)
	for i := range words {
		for x := range 8 / h.depth {
			index := i >> (8 - h.depth*(x+1)) & (1<<h.depth - 1)
			words[i] |= uint64(table[index][0]) << (8 * x)
		}
	}
	return words
}

func (d *decoding) lookUp(dst, row []uint8) {
	if d.depth == 8 {
		for _, v := range row {
			c := &d.table[v]
			dst[0], dst[1], dst[2] = c[0], c[1], c[2]
			dst = dst[3:]
		}
		return
	}
	perByte, mask := 8/d.depth, uint8(1<<d.depth-1)
	for x := 0; 3*x < len(dst); x++ {
		copy(dst[3*x:3*x+3], d.table[row[x/perByte]>>(8-d.depth*(x%perByte+1))&mask][:])
	}
}

// overWhite converts pixels whose last sample is alpha. Of samples of two bytes the first
// counts.
func overWhite(dst, row []uint8, channels, bytes int) {
	for ; len(dst) >= channels; dst, row = dst[channels:], row[(channels+1)*bytes:] {
		alpha := row[channels*bytes]
		for c := range channels {
			dst[c] = blend.OverWhite(row[c*bytes], alpha)
		}
	}
}

// opaque converts pixels without alpha, of which one colour may be transparent.
func (d *decoding) opaque(dst, row []uint8, channels int) {
	bytes := d.depth / 8
	if bytes == 1 {
		copy(dst, row)
	} else {
		for i := range dst {
			dst[i] = row[2*i]
		}
	}
	if d.transparency == nil {
		return
	}
	var clear []uint8 // the samples of the transparent colour
	for c := range channels {
		clear = append(clear, d.transparency[2*c+2-bytes:2*c+2]...)
	}
	for n := len(clear); len(row) >= n; dst, row = dst[channels:], row[n:] {
		if row[0] == clear[0] && string(row[:n]) == string(clear) {
			for c := range channels {
				dst[c] = 255
			}
		}
	}
}
