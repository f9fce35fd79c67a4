package raster

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"cutpoint/pipeline/raster/tiff"
)

// codec is a decoder of the standard library or golang.org/x/image.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

func codecOf(format string) codec {
	switch format {
	case "png":
		return codec{png.DecodeConfig, png.Decode}
	case "jpeg":
		return codec{jpeg.DecodeConfig, jpeg.Decode}
	case "gif":
		return codec{gif.DecodeConfig, gif.Decode} // the first frame
	case "bmp":
		return codec{bmp.DecodeConfig, bmp.Decode}
	}
	return codec{webp.DecodeConfig, webp.Decode}
}

func (d *Document) decodeStandard() (*Page, error) {
	c := codecOf(d.format)
	config, err := c.config(bytes.NewReader(d.data))
	if err != nil {
		return nil, err
	}
	if err := d.checkSize(config.Width, config.Height); err != nil {
		return nil, err
	}
	img, err := c.decode(bytes.NewReader(d.data))
	if err != nil {
		return nil, err
	}
	screen := image.Rect(0, 0, config.Width, config.Height)
	if d.format == "gif" && img.Bounds() != screen {
		img = onWhite(img, screen)
	}
	p := convert(img, d.format)
	if d.format == "jpeg" {
		p = p.upright(exifOrientation(d.data))
	}
	return p, nil
}

func isUnsupported(err error) bool {
	var (
		p png.UnsupportedError
		j jpeg.UnsupportedError
		t tiff.UnsupportedError
	)
	return errors.As(err, &p) || errors.As(err, &j) || errors.As(err, &t) || errors.Is(err, bmp.ErrUnsupported)
}

// onWhite draws a GIF frame that does not fill its screen.
func onWhite(frame image.Image, screen image.Rectangle) image.Image {
	canvas := image.NewNRGBA(screen)
	for i := range canvas.Pix {
		canvas.Pix[i] = 0xff
	}
	area := frame.Bounds().Intersect(screen)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c := color.NRGBAModel.Convert(frame.At(x, y)).(color.NRGBA)
			canvas.SetNRGBA(x, y, color.NRGBA{over(c.R, c.A), over(c.G, c.A), over(c.B, c.A), 0xff})
		}
	}
	return canvas
}
