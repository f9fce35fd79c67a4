package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// pageDecoder decodes the segments of one page.
type pageDecoder struct {
	*File
	directory directory
	img       *Image
	grid      grid
	scratch   []byte // a segment's packed samples
}

// Decode decodes page n.
func (f *File) Decode(n int) (*Image, error) {
	h, err := f.Header(n)
	if err != nil {
		return nil, err
	}
	g, err := f.grid(f.pages[n], h)
	if err != nil {
		return nil, err
	}
	if h.predictor != 1 && h.predictor != 2 {
		return nil, UnsupportedError(fmt.Sprintf("predictor %d", h.predictor))
	}
	img := &Image{Header: h, Samples: make([]uint8, h.Width*h.Height*h.PerPixel)}
	d := pageDecoder{File: f, directory: f.pages[n], img: img, grid: g}
	for i := range g.offsets {
		if err := d.segment(i); err != nil {
			return nil, fmt.Errorf("%s %d: %w", g.name, i, err)
		}
	}
	return img, nil
}

// segment decodes strip or tile i into the image.
func (d *pageDecoder) segment(i int) error {
	p := d.grid.place(i, d.img.Header)
	data, err := d.bytes(d.grid.offsets[i], d.grid.counts[i])
	if err != nil {
		return err
	}
	if d.img.compression == compressionJPEG {
		return d.jpegSegment(p, data)
	}
	stride := (d.grid.width*p.perPixel*d.img.bits + 7) / 8
	raw, inPlace := d.target(p, stride)
	if err := decompress(raw, data, d.img.Header, d.grid.width, p.rows); err != nil {
		return err
	}
	if d.img.predictor == 2 {
		if err := undifference(raw, stride, p.perPixel, d.img.bits, d.order); err != nil {
			return err
		}
	}
	if inPlace {
		return nil
	}
	for y := range p.height {
		d.img.unpack(raw[y*stride:(y+1)*stride], p, p.y+y, d.order)
	}
	return nil
}

// target returns where a segment's packed samples go, zeroed: straight into the
// image if they stand there as they do in the file.
func (d *pageDecoder) target(p place, stride int) (raw []byte, inPlace bool) {
	if d.img.bits == 8 && p.perPixel == d.img.PerPixel && d.grid.width == d.img.Width && p.rows == p.height {
		return d.img.Samples[p.y*stride:][:p.rows*stride], true
	}
	size := p.rows * stride
	if cap(d.scratch) < size {
		d.scratch = make([]byte, size)
	}
	raw = d.scratch[:size]
	clear(raw)
	return raw, false
}

// unpack spreads a row of packed samples over the image.
func (img *Image) unpack(row []byte, p place, y int, order binary.ByteOrder) {
	step, first := img.PerPixel, (y*img.Width+p.x)*img.PerPixel+p.plane
	if p.perPixel == img.PerPixel {
		step = 1 // pixel by pixel, all samples follow each other
	}
	out := img.Samples[first:]
	n := p.width * p.perPixel
	switch scale := img.Photometric != Palette; {
	case img.bits == 8 && step == 1:
		copy(out, row[:n])
	case img.bits == 8:
		for i, v := range row[:n] {
			out[i*step] = v
		}
	case img.bits == 16:
		high := 0
		if order == binary.ByteOrder(binary.LittleEndian) {
			high = 1
		}
		for i := range n {
			out[i*step] = row[2*i+high]
		}
	case img.bits == 1 && step == 1 && scale:
		unpackBilevel(out[:n], row)
	default:
		unpackBits(out, row, n, step, img.bits, scale)
	}
}

// bilevel spreads a byte's bits over eight bytes of 0 or 255, the first bit lowest.
var bilevel = func() (table [256]uint64) {
	for v := range table {
		for bit := range 8 {
			if v<<bit&0x80 != 0 {
				table[v] |= 0xff << (8 * bit)
			}
		}
	}
	return table
}()

func unpackBilevel(out []uint8, row []byte) {
	i := 0
	for ; 8*i+8 <= len(out); i++ {
		binary.LittleEndian.PutUint64(out[8*i:], bilevel[row[i]])
	}
	unpackBits(out[8*i:], row[i:], len(out)-8*i, 1, 1, true)
}

// unpackBits unpacks samples of 1, 2 or 4 bits, the most significant first.
func unpackBits(out []uint8, row []byte, n, step, bits int, scale bool) {
	mask := byte(1<<bits - 1)
	factor := uint8(1)
	if scale {
		factor = 255 / mask
	}
	for i := range n {
		at := i * bits
		out[i*step] = row[at>>3] >> (8 - bits - at&7) & mask * factor
	}
}

// undifference reverts horizontal differencing (TIFF 6.0, section 14).
func undifference(raw []byte, stride, perPixel, bits int, order binary.ByteOrder) error {
	if bits != 8 && bits != 16 {
		return errors.New("the predictor needs samples of 8 or 16 bits")
	}
	for ; len(raw) >= stride && stride > 0; raw = raw[stride:] {
		row := raw[:stride]
		if bits == 8 {
			for i := perPixel; i < len(row); i++ {
				row[i] += row[i-perPixel]
			}
			continue
		}
		for i := 2 * perPixel; i+1 < len(row); i += 2 {
			order.PutUint16(row[i:], order.Uint16(row[i:])+order.Uint16(row[i-2*perPixel:]))
		}
	}
	return nil
}
