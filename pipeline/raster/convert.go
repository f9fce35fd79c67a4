package raster

import (
	"image"
	"image/color"
)

// convert makes a page of what a decoder returns. Sixteen bits are cut to the
// high eight; alpha is blended over white; grey stays one channel.
func convert(img image.Image) *Page {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	switch m := img.(type) {
	case *image.Gray:
		p := newPage(w, h, 1)
		for y := range h {
			copy(p.Pix[y*w:(y+1)*w], m.Pix[y*m.Stride:])
		}
		return p
	case *image.Gray16:
		p := newPage(w, h, 1)
		for y := range h {
			for x := range w {
				p.Pix[y*w+x] = m.Pix[y*m.Stride+2*x]
			}
		}
		return p
	case *image.YCbCr:
		return convertRows(w, h, func(x, y int) (uint8, uint8, uint8) {
			i := m.COffset(b.Min.X+x, b.Min.Y+y)
			return color.YCbCrToRGB(m.Y[m.YOffset(b.Min.X+x, b.Min.Y+y)], m.Cb[i], m.Cr[i])
		})
	case *image.CMYK:
		return convertRows(w, h, func(x, y int) (uint8, uint8, uint8) {
			i := y*m.Stride + 4*x
			return cmyk(m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3])
		})
	case *image.Paletted:
		return convertPaletted(m, w, h)
	case *image.RGBA: // BMP's and PNG's opaque images, so that alpha is 255
		return convertRows(w, h, func(x, y int) (uint8, uint8, uint8) {
			i := y*m.Stride + 4*x
			return blend(color.NRGBAModel.Convert(color.RGBA{m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3]}).(color.NRGBA))
		})
	case *image.NRGBA:
		return convertRows(w, h, func(x, y int) (uint8, uint8, uint8) {
			i := y*m.Stride + 4*x
			return blend(color.NRGBA{m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3]})
		})
	case *image.NRGBA64:
		return convertRows(w, h, func(x, y int) (uint8, uint8, uint8) {
			i := y*m.Stride + 8*x
			return blend(color.NRGBA{m.Pix[i], m.Pix[i+2], m.Pix[i+4], m.Pix[i+6]})
		})
	}
	return convertRows(w, h, func(x, y int) (uint8, uint8, uint8) {
		return blend(color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA))
	})
}

func convertRows(w, h int, at func(x, y int) (r, g, b uint8)) *Page {
	p := newPage(w, h, 3)
	for y := range h {
		row := p.Pix[3*w*y:][:3*w]
		for x := range w {
			row[3*x], row[3*x+1], row[3*x+2] = at(x, y)
		}
	}
	return p
}

func blend(c color.NRGBA) (uint8, uint8, uint8) {
	if c.A == 0xff {
		return c.R, c.G, c.B
	}
	return over(c.R, c.A), over(c.G, c.A), over(c.B, c.A)
}

// convertPaletted keeps a palette of greys in one channel.
func convertPaletted(m *image.Paletted, w, h int) *Page {
	var table [256][3]uint8
	grey := true
	for i, c := range m.Palette {
		r, g, b := blend(color.NRGBAModel.Convert(c).(color.NRGBA))
		table[i] = [3]uint8{r, g, b}
		grey = grey && r == g && g == b
	}
	if !grey {
		return convertRows(w, h, func(x, y int) (uint8, uint8, uint8) {
			c := table[m.Pix[y*m.Stride+x]]
			return c[0], c[1], c[2]
		})
	}
	p := newPage(w, h, 1)
	for y := range h {
		for x := range w {
			p.Pix[y*w+x] = table[m.Pix[y*m.Stride+x]][0]
		}
	}
	return p
}

// cmyk converts without a colour profile, as Pillow does (Convert.c, cmyk2rgb).
func cmyk(c, m, y, k uint8) (uint8, uint8, uint8) {
	light := 255 - int(k)
	ink := func(v uint8) uint8 {
		t := int(v)*light + 128
		return uint8(max(0, light-((t>>8)+t)>>8))
	}
	return ink(c), ink(m), ink(y)
}
