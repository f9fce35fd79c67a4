package raster

import (
	"context"

	"cutpoint/pipeline/raster/png"
)

// pngDocument is a PNG file; of an animated one the still image is shown. What is wrong
// with its header is the page's failure.
type pngDocument struct {
	header      *png.Header
	orientation int
	err         error
}

func openPNG(data []byte) decoder {
	h, err := png.DecodeHeader(data)
	if err != nil {
		return pngDocument{err: err}
	}
	return pngDocument{header: h, orientation: orientation(h.EXIF, h.XMP)}
}

func (d pngDocument) pages() int { return 1 }

// measure counts what the decoder needs, and the page turned upright.
func (d pngDocument) measure(int) (extent, error) {
	if d.err != nil {
		return extent{}, d.err
	}
	e := extent{d.header.Width, d.header.Height, d.header.BytesPerPixel()}
	if d.orientation > 1 {
		e.perPixel += d.header.Channels()
	}
	return e, nil
}

func (d pngDocument) decode(ctx context.Context, _ int) (*Page, error) {
	pix, incomplete, err := d.header.Decode(ctx)
	if err != nil {
		return nil, err
	}
	p := (&Page{Width: d.header.Width, Height: d.header.Height, Channels: d.header.Channels(), Pix: pix}).upright(d.orientation)
	if d.header.Deep() {
		p.markRange(false)
	}
	if incomplete {
		p.Warning = Incomplete
	}
	return p, nil
}
