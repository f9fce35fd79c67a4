package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"
)

// letter draws what a scanned A4 page at 200 dpi has: lines of short strokes.
func letter() *image.Gray {
	rng := rand.New(rand.NewPCG(1, 2))
	m := image.NewGray(image.Rect(0, 0, 1654, 2339))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	for line := 200; line < 2150; line += 42 {
		for x := 180; x < 1450; x += 4 + rng.IntN(14) {
			top, height, width := line+rng.IntN(8), 4+rng.IntN(20), 2+rng.IntN(3)
			for y := top; y < top+height; y++ {
				for i := range width {
					m.SetGray(x+i, y, color.Gray{})
				}
			}
		}
	}
	return m
}

// packBitsRow codes a row as runs and literals.
func packBitsRow(out, row []byte) []byte {
	for len(row) > 0 {
		n := 1
		for n < len(row) && n < 128 && row[n] == row[0] {
			n++
		}
		if n > 1 {
			out = append(out, byte(1-n), row[0])
		} else {
			out = append(out, 0, row[0])
		}
		row = row[n:]
	}
	return out
}

// tiffOf makes a file of one strip.
func tiffOf(width, height, bits, compression int, strip []byte) []byte {
	var b bytes.Buffer
	b.WriteString("II*\x00")
	put := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	put(uint32(8 + len(strip)))
	b.Write(strip)
	fields := [][2]uint32{{256, uint32(width)}, {257, uint32(height)}, {258, uint32(bits)}, {259, uint32(compression)},
		{262, 1}, {273, 8}, {277, 1}, {278, uint32(height)}, {279, uint32(len(strip))}}
	put(uint16(len(fields)))
	for _, f := range fields {
		put(uint16(f[0]))
		put(uint16(4))
		put(uint32(1))
		put(f[1])
	}
	put(uint32(0))
	return b.Bytes()
}

func packBitsTIFF(m *image.Gray) []byte {
	var strip []byte
	row := make([]byte, (m.Rect.Dx()+7)/8)
	for y := range m.Rect.Dy() {
		clear(row)
		for x := range m.Rect.Dx() {
			row[x/8] |= m.Pix[y*m.Stride+x] & 1 << (7 - x%8)
		}
		strip = packBitsRow(strip, row)
	}
	return tiffOf(m.Rect.Dx(), m.Rect.Dy(), 1, 32773, strip)
}

func deflateTIFF(m *image.Gray) []byte {
	var strip bytes.Buffer
	w := zlib.NewWriter(&strip)
	w.Write(m.Pix)
	w.Close()
	return tiffOf(m.Rect.Dx(), m.Rect.Dy(), 8, 8, strip.Bytes())
}

// BenchmarkPage decodes and resizes a page.
func BenchmarkPage(b *testing.B) {
	page := letter()
	rgb := image.NewRGBA(page.Rect)
	for i, v := range page.Pix {
		copy(rgb.Pix[4*i:], []uint8{v, v, 0xff - v/2, 0xff})
	}
	var grey, colour, lossless bytes.Buffer
	jpeg.Encode(&grey, page, nil)
	jpeg.Encode(&colour, rgb, nil)
	png.Encode(&lossless, page)
	for name, data := range map[string][]byte{
		"tiff-packbits-bilevel": packBitsTIFF(page), "tiff-deflate-grey": deflateTIFF(page),
		"jpeg-grey": grey.Bytes(), "jpeg-colour": colour.Bytes(), "png-grey": lossless.Bytes(),
	} {
		b.Run(name, func(b *testing.B) {
			dst := make([]uint8, 224*224*3)
			for b.Loop() {
				d, err := Open(b.Context(), data, DefaultLimits(), Decoding{})
				if err != nil {
					b.Fatal(err)
				}
				p, err := d.Decode(b.Context(), 0)
				if err != nil {
					b.Fatal(err)
				}
				p.Prepare(dst, 224, Preparation{})
			}
		})
	}
	b.Run("squash-grey", func(b *testing.B) {
		p, dst := &Page{Width: page.Rect.Dx(), Height: page.Rect.Dy(), Channels: 1, Pix: page.Pix}, make([]uint8, 224*224*3)
		for b.Loop() {
			p.Prepare(dst, 224, Preparation{})
		}
	})
	b.Run("squash-colour", func(b *testing.B) {
		p, err := convert(rgb)
		if err != nil {
			b.Fatal(err)
		}
		dst := make([]uint8, 224*224*3)
		for b.Loop() {
			p.Prepare(dst, 224, Preparation{})
		}
	})
}
