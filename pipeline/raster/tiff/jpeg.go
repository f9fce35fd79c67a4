package tiff

import (
	"context"
	"errors"
	"fmt"
	"io"

	"cutpoint/pipeline/raster/jpeg"
)

// jpegSegment decodes a strip or tile that is a JPEG of its own, with tables that
// all segments share (TIFF Technical Note 2).
func (d *pageDecoder) jpegSegment(ctx context.Context, p region, data []byte) error {
	color, err := d.jpegColor(p)
	if err != nil {
		return err
	}
	tables, err := d.opaque(d.directory, tagJPEGTables)
	if err != nil {
		return err
	}
	opt := jpeg.Options{MaxPixels: int64(d.grid.width) * int64(d.grid.height), Tables: tables, Color: &color, Raw: true}
	m, err := jpeg.Decode(ctx, data, opt)
	if errors.Is(err, io.ErrUnexpectedEOF) { // libtiff puts ends where the data ends
		m, err = jpeg.Decode(ctx, append(data[:len(data):len(data)], jpegEnds...), opt)
	}
	if err != nil {
		return err
	}
	d.img.Lost += (m.Lost*p.width + d.img.Width - 1) / d.img.Width
	if err := d.checkEmbedded("JPEG", p, m.Width, m.Height); err != nil {
		return err
	}
	d.unpackRows(p, m.Pix, m.Width*m.Channels)
	return nil
}

// jpegEnds are end markers, more than the header takes that is cut short.
const jpegEnds = "\xff\xd9\xff\xd9\xff\xd9\xff\xd9\xff\xd9\xff\xd9\xff\xd9\xff\xd9"

// jpegColor returns what the components of a segment are: what the page says, not the
// JPEG, as in libtiff (tif_jpeg.c, JPEGPreDecode).
func (d *pageDecoder) jpegColor(p region) (jpeg.Color, error) {
	switch {
	case p.perPixel == 1:
		return jpeg.Gray, nil
	case p.perPixel == 3 && d.img.Photometric == YCbCr:
		return jpeg.YCbCr, nil
	case p.perPixel == 3:
		return jpeg.RGB, nil
	case p.perPixel == 4:
		return jpeg.CMYK, nil
	}
	return 0, UnsupportedError(fmt.Sprintf("a JPEG of %d components", p.perPixel))
}
