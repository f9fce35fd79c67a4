package raster

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"

	"cutpoint/pipeline/raster/bmp"
	"cutpoint/pipeline/raster/jpeg"
	"cutpoint/pipeline/raster/pdf"
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
	}
	return codec{gif.DecodeConfig, gif.Decode} // the first frame
}

// standard reads a document of one page with such a decoder.
type standard struct {
	format string
	data   []byte
}

func (s *standard) pages() int { return 1 }

func (s *standard) measure(int) (extent, error) {
	config, err := codecOf(s.format).config(bytes.NewReader(s.data))
	if err != nil {
		return extent{}, err
	}
	e := extent{config.Width, config.Height, perPixel(config.ColorModel)}
	if s.format == "png" && pngOrientation(s.data) > 1 {
		e.perPixel += 3
	}
	return e, nil
}

// perPixel is what decoding takes for a pixel: what the decoder returns and a page of it.
func perPixel(m color.Model) int {
	switch {
	case m == color.GrayModel:
		return 2
	case m == color.Gray16Model:
		return 3
	case m == color.RGBA64Model || m == color.NRGBA64Model:
		return 8 + 3
	}
	return 4 + 4 + 3 // a GIF may be drawn on its screen
}

func (s *standard) decode(_ context.Context, _ int) (*Page, error) {
	c := codecOf(s.format)
	config, err := c.config(bytes.NewReader(s.data))
	if err != nil {
		return nil, err
	}
	img, err := c.decode(bytes.NewReader(s.data))
	if err != nil {
		return nil, err
	}
	screen := image.Rect(0, 0, config.Width, config.Height)
	if s.format == "gif" && img.Bounds() != screen {
		img = onWhite(img, screen)
	}
	p := convert(img)
	if s.format == "png" {
		p = p.upright(pngOrientation(s.data))
	}
	return p, nil
}

func isUnsupported(err error) bool {
	var (
		p png.UnsupportedError
		j jpeg.UnsupportedError
		t tiff.UnsupportedError
		d pdf.UnsupportedError
		b bmp.UnsupportedError
	)
	return errors.As(err, &p) || errors.As(err, &j) || errors.As(err, &t) || errors.As(err, &d) || errors.As(err, &b)
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
