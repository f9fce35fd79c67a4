package raster

import (
	"context"

	"cutpoint/pipeline/raster/bmp"
)

// bmpDocument is a Windows bitmap.
type bmpDocument struct{ header *bmp.Header }

func openBMP(data []byte) (decoder, error) {
	h, err := bmp.DecodeHeader(data)
	return bmpDocument{h}, err
}

func (d bmpDocument) pages() int { return 1 }

// measure counts what the decoder returns, and the page if there is alpha in that.
func (d bmpDocument) measure(int) (extent, error) {
	return extent{d.header.Width, d.header.Height, d.header.Channels() + 3}, nil
}

func (d bmpDocument) decode(ctx context.Context, _ int) (*Page, error) {
	pix, err := d.header.Decode(ctx)
	if err != nil {
		return nil, err
	}
	w, h, channels := d.header.Width, d.header.Height, d.header.Channels()
	if channels == 4 {
		return byRow(w, h, 3, func(row []uint8, y int) { straightRow(row, pix[4*w*y:], 4) }), nil
	}
	return &Page{Width: w, Height: h, Channels: channels, Pix: pix}, nil
}
