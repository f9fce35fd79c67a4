package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// place is where a segment lies on the page.
type place struct {
	x, y, width, height int // what of it is on the page
	rows                int // that its data holds: fewer in the last strip
	plane               int // sample it holds, in planar pages
	perPixel            int // samples a pixel of its data
}

func (g grid) place(i int, h Header) place {
	p := place{perPixel: h.PerPixel}
	if h.planar == 2 {
		p.perPixel = 1
		p.plane = i / (g.across * g.down)
		i %= g.across * g.down
	}
	p.x, p.y = i%g.across*g.width, i/g.across*g.height
	p.width, p.height = min(g.width, h.Width-p.x), min(g.height, h.Height-p.y)
	p.rows = g.height
	if g.name == "strip" {
		p.rows = p.height
	}
	return p
}

// segment decodes strip or tile i into the image.
func (f *File) segment(img *Image, g grid, i int, d directory) error {
	p := g.place(i, img.Header)
	data, err := f.bytes(g.offsets[i], g.counts[i])
	if err != nil {
		return err
	}
	if img.compression == compressionJPEG {
		return f.jpegSegment(img, p, data, d)
	}
	stride := (g.width*p.perPixel*img.bits + 7) / 8
	raw, err := f.decompress(img.Header, data, g.width, p.rows, stride)
	if err != nil {
		return err
	}
	if img.predictor == 2 {
		if err := undifference(raw, stride, p.perPixel, img.bits, f.order); err != nil {
			return err
		}
	} else if img.predictor != 1 {
		return UnsupportedError(fmt.Sprintf("predictor %d", img.predictor))
	}
	for y := range p.height {
		img.unpack(raw[y*stride:(y+1)*stride], p, p.y+y, f.order)
	}
	return nil
}

// unpack spreads a row of packed samples over the image.
func (img *Image) unpack(row []byte, p place, y int, order binary.ByteOrder) {
	step, first := img.PerPixel, (y*img.Width+p.x)*img.PerPixel+p.plane
	if p.perPixel == img.PerPixel {
		step = 1 // pixel by pixel, all samples follow each other
	}
	out := img.Samples[first:]
	n := p.width * p.perPixel
	switch img.bits {
	case 8:
		if step == 1 {
			copy(out, row[:n])
			return
		}
		for i := range n {
			out[i*step] = row[i]
		}
	case 16:
		high := 0
		if order == binary.ByteOrder(binary.LittleEndian) {
			high = 1
		}
		for i := range n {
			out[i*step] = row[2*i+high]
		}
	default:
		unpackBits(out, row, n, step, img.bits, img.Photometric != Palette)
	}
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
	for ; len(raw) >= stride; raw = raw[stride:] {
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
