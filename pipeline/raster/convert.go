package raster

import (
	"image"
	"image/color"

	"cutpoint/pipeline/raster/chroma"
)

// convert makes a page of what a decoder returns. Sixteen bits are cut to the
// high eight; alpha is blended over white; grey stays one channel.
func convert(img image.Image) *Page {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	switch m := img.(type) {
	case *image.Gray:
		return packed(w, h, 1, func(y int) []uint8 { return m.Pix[y*m.Stride:] })
	case *image.Gray16:
		return byRow(w, h, 1, func(row []uint8, y int) {
			for x := range row {
				row[x] = m.Pix[y*m.Stride+2*x]
			}
		}).markRange(false)
	case *image.YCbCr:
		return fromYCbCr(m)
	case *image.NYCbCrA:
		return overWhite(fromYCbCr(&m.YCbCr), func(y int) []uint8 { return m.A[y*m.AStride:] })
	case *image.CMYK:
		return byRow(w, h, 3, func(row []uint8, y int) { cmykRow(row, m.Pix[y*m.Stride:], 4) })
	case *image.Paletted:
		return fromPalette(m, w, h)
	case *image.RGBA:
		return byRow(w, h, 3, func(row []uint8, y int) { premultipliedRow(row, m.Pix[y*m.Stride:], 4) })
	case *image.NRGBA:
		return byRow(w, h, 3, func(row []uint8, y int) { straightRow(row, m.Pix[y*m.Stride:], 4) })
	case *image.RGBA64:
		return byRow(w, h, 3, func(row []uint8, y int) { premultipliedRow(row, high(m.Pix[y*m.Stride:][:8*w]), 4) }).markRange(false)
	case *image.NRGBA64:
		return byRow(w, h, 3, func(row []uint8, y int) { straightRow(row, high(m.Pix[y*m.Stride:][:8*w]), 4) }).markRange(false)
	}
	return byRow(w, h, 3, func(row []uint8, y int) {
		for x := range w {
			c := color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			straightRow(row[3*x:3*x+3], []uint8{c.R, c.G, c.B, c.A}, 4)
		}
	})
}

// byRow makes a page by filling its rows.
func byRow(w, h, channels int, fill func(row []uint8, y int)) *Page {
	p := newPage(w, h, channels)
	stride := w * channels
	for y := range h {
		fill(p.Pix[y*stride:][:stride], y)
	}
	return p
}

// packed makes a page of rows that are as a page's are.
func packed(w, h, channels int, row func(y int) []uint8) *Page {
	return byRow(w, h, channels, func(dst []uint8, y int) { copy(dst, row(y)) })
}

// high returns the upper bytes of big-endian 16-bit samples.
func high(pix []uint8) []uint8 {
	out := make([]uint8, len(pix)/2)
	for i := range out {
		out[i] = pix[2*i]
	}
	return out
}

// fromYCbCr converts a lossy WebP; no other decoder here returns planes.
func fromYCbCr(m *image.YCbCr) *Page {
	p := newPage(m.Rect.Dx(), m.Rect.Dy(), 3)
	chroma.WebP(p.Pix, m)
	return p
}

// overWhite blends an RGB page with the alpha of its rows.
func overWhite(p *Page, alpha func(y int) []uint8) *Page {
	for y := range p.Height {
		a := alpha(y)
		row := p.Pix[3*p.Width*y:][:3*p.Width]
		for i, c := range row {
			row[i] = over(c, a[i/3])
		}
	}
	return p
}

// straightRow converts pixels of n samples, the first four R, G, B and alpha.
func straightRow(row, src []uint8, n int) {
	for i := 0; i+2 < len(row); i += 3 {
		out, in := row[i:i+3], src[i/3*n:][:4]
		if in[3] == 0xff {
			copy(out, in)
			continue
		}
		for c := range out {
			out[c] = over(in[c], in[3])
		}
	}
}

// premultipliedRow is straightRow for colours that alpha has been multiplied
// into: what shows is colour + white · (1 − alpha).
func premultipliedRow(row, src []uint8, n int) {
	for i := 0; i+2 < len(row); i += 3 {
		out, in := row[i:i+3], src[i/3*n:][:4]
		white := 0xff - int(in[3])
		for c := range out {
			out[c] = uint8(min(0xff, int(in[c])+white))
		}
	}
}

// fromPalette keeps a palette of greys in one channel. An index beyond the
// palette is black, as libpng and giflib leave it.
func fromPalette(m *image.Paletted, w, h int) *Page {
	var table [256][3]uint8
	grey := true
	for i, c := range m.Palette[:min(len(m.Palette), len(table))] {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		table[i] = [3]uint8{over(n.R, n.A), over(n.G, n.A), over(n.B, n.A)}
		grey = grey && table[i][0] == table[i][1] && table[i][1] == table[i][2]
	}
	channels := 3
	if grey {
		channels = 1
	}
	return byRow(w, h, channels, func(row []uint8, y int) {
		for x, v := range m.Pix[y*m.Stride:][:w] {
			copy(row[channels*x:][:channels], table[v][:])
		}
	})
}

// cmykRow converts pixels of n samples, the first four C, M, Y and K, without a
// colour profile, as Pillow does (Convert.c, cmyk2rgb).
func cmykRow(row, src []uint8, n int) {
	for i := 0; i+2 < len(row); i += 3 {
		out, in := row[i:i+3], src[i/3*n:][:4]
		light := 0xff - int(in[3])
		for c := range out {
			t := int(in[c])*light + 128
			out[c] = uint8(max(0, light-(t>>8+t)>>8))
		}
	}
}
