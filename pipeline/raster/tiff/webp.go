package tiff

import (
	"context"
	"fmt"
	"image"

	"cutpoint/pipeline/raster/chroma"
	"cutpoint/pipeline/raster/webp"
)

// webpSegment decodes a strip or tile that is a WebP of its own (libtiff,
// tif_webp.c).
func (d *pageDecoder) webpSegment(ctx context.Context, p region, data []byte) error {
	n := d.img.PerPixel
	if d.img.planar != 1 || n != 3 && n != 4 {
		return UnsupportedError("a WebP of other than RGB or RGBA")
	}
	f, err := webp.Open(data)
	if err != nil {
		return err
	}
	if err := d.checkEmbedded("WebP", p, f.Width, f.Height); err != nil {
		return err
	}
	m, err := f.Decode(ctx)
	if err != nil {
		return err
	}
	if m.Bounds().Size() != image.Pt(f.Width, f.Height) {
		return UnsupportedError("an animated WebP")
	}
	switch m := m.(type) {
	case *image.YCbCr:
		rgb := make([]uint8, 3*f.Width*f.Height)
		chroma.WebP(rgb, m)
		d.copyRGB(p, rgb, nil, f.Width)
	case *image.NYCbCrA:
		rgb := make([]uint8, 3*f.Width*f.Height)
		chroma.WebP(rgb, &m.YCbCr)
		d.copyRGB(p, rgb, m, f.Width)
	case *image.NRGBA:
		d.copyRGBA(p, m, false)
	case webp.RGBX:
		d.copyRGBA(p, m.NRGBA, true)
	default:
		return UnsupportedError("this kind of WebP")
	}
	return nil
}

// copyRGBA copies RGBA pixels, or the first three samples of each if the page has no more.
func (d *pageDecoder) copyRGBA(p region, m *image.NRGBA, opaque bool) {
	n := d.img.PerPixel
	for y := range p.height {
		out, in := d.pixels(p, y), m.Pix[y*m.Stride:]
		for x := range p.width {
			copy(out[x*n:][:n], in[4*x:])
			if opaque && n == 4 {
				out[x*n+3] = 0xff
			}
		}
	}
}

// copyRGB copies RGB pixels and, if the page has it, alpha; opaque without.
func (d *pageDecoder) copyRGB(p region, rgb []uint8, alpha *image.NYCbCrA, width int) {
	n := d.img.PerPixel
	for y := range p.height {
		out := d.pixels(p, y)
		for x := range p.width {
			copy(out[x*n:][:3], rgb[3*(y*width+x):])
			switch {
			case n == 4 && alpha != nil:
				out[x*n+3] = alpha.A[y*alpha.AStride+x]
			case n == 4:
				out[x*n+3] = 0xff
			}
		}
	}
}

// checkEmbedded compares the size of an image within a segment with the segment's.
// The last strip's may be as high as the others.
func (d *pageDecoder) checkEmbedded(what string, p region, width, height int) error {
	if width < p.width || width > d.grid.width || height < p.height || height > d.grid.height {
		return fmt.Errorf("its %s is %d × %d pixels instead of %d × %d", what, width, height, d.grid.width, p.rows)
	}
	return nil
}
