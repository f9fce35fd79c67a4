package raster

import (
	"context"

	"cutpoint/pipeline/raster/gif"
)

// gifDocument is a GIF file, of which the first frame is shown. What is wrong with its
// header is the page's failure.
type gifDocument struct {
	header *gif.Header
	err    error
}

func openGIF(data []byte) decoder {
	h, err := gif.DecodeHeader(data)
	return gifDocument{h, err}
}

func (d gifDocument) pages() int { return 1 }

// measure counts the frame's indices and the page.
func (d gifDocument) measure(int) (extent, error) {
	if d.err != nil {
		return extent{}, d.err
	}
	return extent{d.header.Width, d.header.Height, 1 + d.header.Channels()}, nil
}

func (d gifDocument) decode(ctx context.Context, _ int) (*Page, error) {
	pix, err := d.header.Decode(ctx)
	if err != nil {
		return nil, err
	}
	return &Page{Width: d.header.Width, Height: d.header.Height, Channels: d.header.Channels(), Pix: pix}, nil
}
