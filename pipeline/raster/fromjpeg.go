package raster

import (
	"context"

	"cutpoint/pipeline/raster/jpeg"
)

// jpegDocument is a JPEG file.
type jpegDocument struct {
	data   []byte
	header jpeg.Header
}

func openJPEG(data []byte) (decoder, error) {
	h, err := jpeg.DecodeHeader(data)
	return jpegDocument{data, h}, err
}

func (d jpegDocument) pages() int { return 1 }

// measure counts what the decoder returns, the coefficients of a progressive file, the
// page if it is not what the decoder returns, and that turned upright.
func (d jpegDocument) measure(int) (extent, error) {
	e := extent{d.header.Width, d.header.Height, 2*d.header.Components + d.header.CoefficientBytes}
	if d.header.Components == 4 {
		e.perPixel += 3
	}
	return e, nil
}

func (d jpegDocument) decode(ctx context.Context, _ int) (*Page, error) {
	img, err := jpeg.Decode(ctx, d.data, jpeg.Options{})
	if err != nil {
		return nil, err
	}
	p := &Page{img.Width, img.Height, img.Channels, img.Pix}
	if img.Channels == 4 {
		p = byRow(img.Width, img.Height, 3, func(row []uint8, y int) { cmykRow(row, img.Pix[4*img.Width*y:], 4) })
	}
	return p.upright(exifOrientation(d.data)), nil
}
