package raster

import (
	"context"

	"cutpoint/pipeline/raster/jpeg"
)

// jpegDocument is a JPEG file.
type jpegDocument struct {
	data   []byte
	header jpeg.Header
	fast   bool // decode it smaller if it is large
}

func openJPEG(data []byte, fast bool) (decoder, error) {
	h, err := jpeg.DecodeHeader(data)
	return jpegDocument{data, h, fast}, err
}

// draftSide is what both sides keep at least when a file is decoded smaller: twice what
// the trunk takes, as with the reducing_gap of 2 that Pillow's thumbnail has.
const draftSide = 448

// scale returns by how much the file is decoded smaller: as Pillow's draft(None, (448,
// 448)) chooses it.
func (d jpegDocument) scale() int {
	scale := 1
	for d.fast && scale < 8 && min(d.header.Width, d.header.Height) >= 2*scale*draftSide {
		scale *= 2
	}
	return scale
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
	img, err := jpeg.Decode(ctx, d.data, jpeg.Options{Scale: d.scale()})
	if err != nil {
		return nil, err
	}
	p := &Page{Width: img.Width, Height: img.Height, Channels: img.Channels, Pix: img.Pix}
	if img.Channels == 4 {
		p = byRow(img.Width, img.Height, 3, func(row []uint8, y int) { cmykRow(row, img.Pix[4*img.Width*y:], 4) })
	}
	if img.Lost > 0 {
		p.Warning = Incomplete
	}
	return p.upright(orientation(d.header.EXIF, d.header.XMP)), nil
}
