package raster

import (
	"context"

	"cutpoint/pipeline/raster/webp"
)

// webpDocument is a WebP file; of an animated one the first frame is shown, where it
// stands on its canvas.
type webpDocument struct {
	file        *webp.File
	orientation int
}

func openWebP(data []byte) (decoder, error) {
	f, err := webp.Open(data)
	if err != nil {
		return nil, err
	}
	return webpDocument{f, orientation(f.EXIF, f.XMP)}, nil
}

func (d webpDocument) pages() int { return 1 }

// measure counts the two images that the lossless decoder keeps, the page, and that on its
// canvas or upright.
func (d webpDocument) measure(int) (extent, error) {
	return extent{d.file.Width, d.file.Height, 4 + 4 + 3 + 3}, nil
}

func (d webpDocument) decode(ctx context.Context, _ int) (*Page, error) {
	img, err := d.file.Decode(ctx)
	if err != nil {
		return nil, err
	}
	p, err := convert(img)
	if err != nil {
		return nil, err
	}
	if p.Width != d.file.Width || p.Height != d.file.Height {
		p = p.onWhite(d.file.Width, d.file.Height, d.file.Left, d.file.Top)
	}
	return p.upright(d.orientation), nil
}
