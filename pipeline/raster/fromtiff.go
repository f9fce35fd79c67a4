package raster

import (
	"cutpoint/pipeline/raster/tiff"
)

func (d *Document) decodeTIFF(page int) (*Page, error) {
	h, err := d.tiff.Header(page)
	if err != nil {
		return nil, err
	}
	if err := d.checkSize(h.Width, h.Height*h.PerPixel); err != nil {
		return nil, err
	}
	img, err := d.tiff.Decode(page)
	if err != nil {
		return nil, err
	}
	p, err := colors(img)
	if err != nil {
		return nil, err
	}
	return p.upright(h.Orientation), nil
}

// colors interprets a TIFF's samples (TIFF 6.0, PhotometricInterpretation).
func colors(img *tiff.Image) (*Page, error) {
	n, s := img.PerPixel, img.Samples
	at := func(x, y int) []uint8 { return s[(y*img.Width+x)*n:][:n] }
	switch {
	case img.Photometric == tiff.WhiteIsZero || img.Photometric == tiff.BlackIsZero:
		return greys(img), nil
	case img.Photometric == tiff.Palette && n == 1:
		return paletted(img)
	case (img.Photometric == tiff.RGB || img.Photometric == tiff.YCbCr) && n >= 3:
		alpha := alphaOf(img, 3)
		return convertRows(img.Width, img.Height, func(x, y int) (uint8, uint8, uint8) {
			p := at(x, y)
			return withAlpha(p[0], p[1], p[2], p, alpha)
		}), nil
	case img.Photometric == tiff.CMYK && n >= 4:
		return convertRows(img.Width, img.Height, func(x, y int) (uint8, uint8, uint8) {
			p := at(x, y)
			return cmyk(p[0], p[1], p[2], p[3])
		}), nil
	}
	return nil, tiff.UnsupportedError("this colour model")
}

// alphaKind is where a pixel's alpha stands, and how colours relate to it.
type alphaKind struct {
	index      int // -1: there is none
	associated bool
}

func alphaOf(img *tiff.Image, colors int) alphaKind {
	if len(img.Extra) > 0 && img.PerPixel > colors && (img.Extra[0] == tiff.AlphaAssociated || img.Extra[0] == tiff.AlphaUnassociated) {
		return alphaKind{colors, img.Extra[0] == tiff.AlphaAssociated}
	}
	return alphaKind{index: -1}
}

func withAlpha(r, g, b uint8, p []uint8, k alphaKind) (uint8, uint8, uint8) {
	if k.index < 0 {
		return r, g, b
	}
	a := p[k.index]
	if k.associated { // colour + white · (1 − alpha)
		add := func(c uint8) uint8 { return uint8(min(255, int(c)+255-int(a))) }
		return add(r), add(g), add(b)
	}
	return over(r, a), over(g, a), over(b, a)
}

func greys(img *tiff.Image) *Page {
	p := newPage(img.Width, img.Height, 1)
	alpha := alphaOf(img, 1)
	for i := range p.Pix {
		s := img.Samples[i*img.PerPixel:][:img.PerPixel]
		v := s[0]
		if img.Photometric == tiff.WhiteIsZero {
			v = 255 - v
		}
		p.Pix[i], _, _ = withAlpha(v, v, v, s, alpha)
	}
	return p
}

// paletted looks indices up; the map holds all reds, then greens, then blues.
func paletted(img *tiff.Image) (*Page, error) {
	size := len(img.ColorMap) / 3
	if size == 0 {
		return nil, tiff.UnsupportedError("a palette page without a palette")
	}
	return convertRows(img.Width, img.Height, func(x, y int) (uint8, uint8, uint8) {
		i := min(int(img.Samples[y*img.Width+x]), size-1)
		return uint8(img.ColorMap[i] >> 8), uint8(img.ColorMap[size+i] >> 8), uint8(img.ColorMap[2*size+i] >> 8)
	}), nil
}
