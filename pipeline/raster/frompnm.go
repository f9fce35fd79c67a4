package raster

import (
	"context"

	"cutpoint/pipeline/raster/pnm"
)

// pnmDocument is a portable bitmap, greymap or pixmap.
type pnmDocument struct{ header *pnm.Header }

func openPNM(data []byte) (decoder, error) {
	h, err := pnm.DecodeHeader(data)
	return pnmDocument{h}, err
}

func (d pnmDocument) pages() int { return 1 }

// measure counts the page, which is what the decoder returns.
func (d pnmDocument) measure(int) (extent, error) {
	return extent{d.header.Width, d.header.Height, d.header.Channels()}, nil
}

func (d pnmDocument) decode(ctx context.Context, _ int) (*Page, error) {
	pix, err := d.header.Decode(ctx)
	if err != nil {
		return nil, err
	}
	p := &Page{Width: d.header.Width, Height: d.header.Height, Channels: d.header.Channels(), Pix: pix}
	if d.header.Deep() {
		p.markRange(false)
	}
	return p, nil
}
