package tiff

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"

	"cutpoint/pipeline/raster/chroma"
)

// jpegSegment decodes a strip or tile that is a JPEG of its own, with tables that
// all segments share (TIFF Technical Note 2).
func (d *pageDecoder) jpegSegment(_ context.Context, p place, data []byte) error {
	if d.img.planar != 1 || d.img.bits != 8 {
		return UnsupportedError("a planar JPEG, or one of other than 8 bits,")
	}
	data, err := d.withTables(data)
	if err != nil {
		return err
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if err := d.checkEmbedded("JPEG", p, config.Width, config.Height); err != nil {
		return err
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	samples, stride, n := samplesOf(m, d.img.Photometric)
	if n != d.img.PerPixel {
		return UnsupportedError(fmt.Sprintf("a JPEG of another colour model than the page's %d samples", d.img.PerPixel))
	}
	for y := range p.height {
		copy(d.img.Samples[((p.y+y)*d.img.Width+p.x)*n:][:p.width*n], samples[y*stride:])
	}
	return nil
}

// withTables puts the shared tables, without their end, before the segment's data,
// without its beginning.
func (d *pageDecoder) withTables(data []byte) ([]byte, error) {
	tables, err := d.values(d.directory, tagJPEGTables)
	if err != nil || len(tables) <= 4 || len(data) <= 2 {
		return data, err
	}
	joined := make([]byte, 0, len(tables)+len(data))
	for _, b := range tables[:len(tables)-2] {
		joined = append(joined, byte(b))
	}
	return append(joined, data[2:]...), nil
}

// samplesOf returns a JPEG's samples, how many lie between rows, and how many make
// a pixel; none of a colour model that is not read. The decoder takes three
// components for YCbCr; if the page says RGB, they are what they are.
func samplesOf(m image.Image, photometric int) (samples []uint8, stride, n int) {
	switch m := m.(type) {
	case *image.Gray:
		return m.Pix, m.Stride, 1
	case *image.CMYK:
		return m.Pix, m.Stride, 4
	case *image.YCbCr:
		w, h := m.Rect.Dx(), m.Rect.Dy()
		samples = make([]uint8, 3*w*h)
		if photometric == RGB {
			interleave(samples, m)
		} else {
			chroma.JPEG(samples, m)
		}
		return samples, 3 * w, 3
	case *image.RGBA: // the JPEG itself says that it is RGB
		for i := range len(m.Pix) / 4 {
			samples = append(samples, m.Pix[4*i:][:3]...)
		}
		return samples, m.Stride / 4 * 3, 3
	}
	return nil, 0, 0
}

func interleave(dst []uint8, m *image.YCbCr) {
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			c := m.COffset(x, y)
			dst[0], dst[1], dst[2] = m.Y[m.YOffset(x, y)], m.Cb[c], m.Cr[c]
			dst = dst[3:]
		}
	}
}
