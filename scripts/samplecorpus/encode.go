package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
)

// encode writes a document in a format that suits it: several pages and fax
// pages as TIFF, others as JPEG, PNG, GIF or TIFF.
func encode(pages []scan, r *rand.Rand) (data []byte, extension string, err error) {
	var b bytes.Buffer
	first := pages[0]
	switch kind := r.IntN(10); {
	case len(pages) > 1 || first.bilevel || kind == 0:
		return encodeTIFF(pages), "tif", nil
	case kind < 6:
		return bytesOf(&b, jpeg.Encode(&b, first, &jpeg.Options{Quality: 60 + r.IntN(35)}), "jpg")
	case kind < 9:
		return bytesOf(&b, png.Encode(&b, grey(first)), "png")
	}
	return bytesOf(&b, gif.Encode(&b, greyPalette(first), nil), "gif")
}

func bytesOf(b *bytes.Buffer, err error, extension string) ([]byte, string, error) {
	return b.Bytes(), extension, err
}

func grey(s scan) *image.Gray {
	g := image.NewGray(s.Rect)
	draw.Draw(g, s.Rect, s, image.Point{}, draw.Src)
	return g
}

func greyPalette(s scan) *image.Paletted {
	var palette color.Palette
	for v := range 16 {
		palette = append(palette, color.Gray{uint8(17 * v)})
	}
	p := image.NewPaletted(s.Rect, palette)
	g := grey(s)
	for i, v := range g.Pix {
		p.Pix[i] = uint8((int(v) + 8) / 17) // in int: paper brighter than 247 would wrap to black
	}
	return p
}

// encodeTIFF writes one directory a page (TIFF 6.0): bilevel or grey, one strip,
// PackBits.
func encodeTIFF(pages []scan) []byte {
	out := []byte("II*\x00\x00\x00\x00\x00")
	link := 4
	for _, p := range pages {
		bits, rows := rowsOf(p)
		var strip []byte
		for _, row := range rows {
			strip = packBits(strip, row)
		}
		at := len(out)
		out = append(out, strip...)
		if len(out)%2 == 1 {
			out = append(out, 0)
		}
		binary.LittleEndian.PutUint32(out[link:], uint32(len(out)))
		fields := [][2]int{
			{256, p.Rect.Dx()}, {257, p.Rect.Dy()}, {258, bits}, {259, 32773}, {262, 1},
			{273, at}, {277, 1}, {278, p.Rect.Dy()}, {279, len(strip)},
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(len(fields)))
		for _, f := range fields {
			out = binary.LittleEndian.AppendUint16(out, uint16(f[0]))
			out = binary.LittleEndian.AppendUint16(out, 4) // LONG
			out = binary.LittleEndian.AppendUint32(out, 1)
			out = binary.LittleEndian.AppendUint32(out, uint32(f[1]))
		}
		link = len(out)
		out = append(out, 0, 0, 0, 0)
	}
	return out
}

func rowsOf(p scan) (bits int, rows [][]byte) {
	g := grey(p)
	w := p.Rect.Dx()
	for y := range p.Rect.Dy() {
		row := g.Pix[y*g.Stride:][:w]
		if !p.bilevel {
			rows = append(rows, row)
			continue
		}
		packed := make([]byte, (w+7)/8)
		for x, v := range row {
			if v >= 128 {
				packed[x/8] |= 0x80 >> (x % 8)
			}
		}
		rows = append(rows, packed)
	}
	if p.bilevel {
		return 1, rows
	}
	return 8, rows
}

// packBits appends a row in Apple's run-length scheme (TIFF 6.0, section 9).
func packBits(out, row []byte) []byte {
	for len(row) > 0 {
		run := 1
		for run < len(row) && run < 128 && row[run] == row[0] {
			run++
		}
		if run > 1 {
			out = append(out, byte(1-run), row[0])
			row = row[run:]
			continue
		}
		n := 1
		for n < len(row) && n < 128 && (n+1 >= len(row) || row[n] != row[n+1]) {
			n++
		}
		out = append(append(out, byte(n-1)), row[:n]...)
		row = row[n:]
	}
	return out
}
