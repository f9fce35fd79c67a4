package raster

import (
	"encoding/binary"
	"fmt"
	"image"

	"cutpoint/pipeline/raster/chroma"
	"cutpoint/pipeline/raster/webp"
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
	case webp.RGBX:
		return byRow(w, h, 3, func(row []uint8, y int) { firstThree(row, m.Pix[y*m.Stride:]) }), nil
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

// firstThree takes the first three of four samples.
func firstThree(row, src []uint8) {
	for ; len(row) >= 12; row, src = row[12:], src[16:] {
		firstThreeOfFour((*[12]uint8)(row), (*[16]uint8)(src))
	}
	for ; len(row) >= 3; row, src = row[3:], src[4:] {
		copy(row[:3], src)
	}
}

// firstThreeOfFour does so with four pixels.
func firstThreeOfFour(row *[12]uint8, src *[16]uint8) {
	const low, high = 0xffffff, 0xffffff000000
	a, b := binary.LittleEndian.Uint64(src[:8]), binary.LittleEndian.Uint64(src[8:])
	a, b = a&low|a>>8&high, b&low|b>>8&high // of 6 bytes
	binary.LittleEndian.PutUint64(row[:8], a|b<<48)
	binary.LittleEndian.PutUint32(row[8:], uint32(b>>16))
}

// straightRow converts pixels of n samples, the first four R, G, B and alpha; where there
// are no more, four at a time while they are opaque.
func straightRow(row, src []uint8, n int) {
	for ; n == 4 && len(row) >= 12; row, src = row[12:], src[16:] {
		if src[3]&src[7]&src[11]&src[15] == 0xff {
			firstThreeOfFour((*[12]uint8)(row), (*[16]uint8)(src))
		} else {
			straightPixels(row[:12], src, n)
		}
	}
	straightPixels(row, src, n)
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
