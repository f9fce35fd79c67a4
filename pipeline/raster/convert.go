package raster

import (
	"encoding/binary"
	"fmt"
	"image"

	"cutpoint/pipeline/raster/chroma"
)

// convert makes a page of what the decoder of WebP returns: alpha is blended over white.
func convert(img image.Image) (*Page, error) {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	switch m := img.(type) {
	case *image.YCbCr:
		return fromYCbCr(m), nil
	case *image.NYCbCrA:
		return overWhite(fromYCbCr(&m.YCbCr), func(y int) []uint8 { return m.A[y*m.AStride:] }), nil
	case *image.NRGBA:
		return byRow(w, h, 3, func(row []uint8, y int) { straightRow(row, m.Pix[y*m.Stride:], 4) }), nil
	}
	return nil, fmt.Errorf("there is no page of %T", img)
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

// fromYCbCr converts a lossy WebP.
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

// straightRow converts pixels of n samples, the first four R, G, B and alpha; where there
// are no more, four at a time while they are opaque.
func straightRow(row, src []uint8, n int) {
	for ; n == 4 && len(row) >= 12; row, src = row[12:], src[16:] {
		if !opaqueFour(row, src) {
			straightPixels(row[:12], src, n)
		}
	}
	straightPixels(row, src, n)
}

// opaqueFour converts four pixels if they are opaque.
func opaqueFour(row, src []uint8) bool {
	const opaque, low, high = 0xff000000ff000000, 0xffffff, 0xffffff000000
	a, b := binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(src[8:])
	if a&b&opaque != opaque {
		return false
	}
	a, b = a&low|a>>8&high, b&low|b>>8&high // of 6 bytes
	binary.LittleEndian.PutUint64(row, a|b<<48)
	binary.LittleEndian.PutUint32(row[8:], uint32(b>>16))
	return true
}

func straightPixels(row, src []uint8, n int) {
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
