package tiff

import (
	"context"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"cutpoint/pipeline/raster/ccitt"
)

// pageDecoder decodes the segments of one page.
type pageDecoder struct {
	*File
	directory directory
	img       *Image
	grid      grid
	levels    *levels
	colors    *ycbcr // of packed YCbCr samples
	lzw       lzw
	zlib      io.ReadCloser // decompressors are kept between segments
	zstd      *zstd.Decoder
	scratch   []byte // a segment's packed samples
	turned    []byte // a segment's data with the bits of its bytes reversed
}

// Decode decodes page n. It looks at the context before every strip or tile, and
// within those that may be long.
func (f *File) Decode(ctx context.Context, n int) (*Image, error) {
	h, err := f.Header(n)
	if err != nil {
		return nil, err
	}
	d := &pageDecoder{File: f, directory: f.pages[n], levels: h.levels()}
	defer d.close()
	img, err := d.decode(ctx, h)
	if err != nil || !d.levels.beyond {
		return img, err
	}
	h.depth = 0 // more bits are in use than the directory says
	d.levels = h.levels()
	return d.decode(ctx, h)
}

func (d *pageDecoder) decode(ctx context.Context, h Header) (img *Image, err error) {
	if h.compression == compressionOldJPEG {
		img, err = d.decodeOldJPEG(ctx, h)
	} else {
		img, err = d.decodeSegments(ctx, h)
	}
	if err == nil && 2*img.Lost > h.Height {
		err = fmt.Errorf("%d of %d lines are damaged or missing", min(img.Lost, h.Height), h.Height)
	}
	return img, err
}

func (d *pageDecoder) decodeSegments(ctx context.Context, h Header) (img *Image, err error) {
	if d.grid, err = d.layGrid(d.directory, h); err != nil {
		return nil, err
	}
	if h.isPackedYCbCr() {
		if d.colors, err = d.ycbcr(d.directory, h.planar); err != nil {
			return nil, err
		}
	}
	d.img = &Image{Header: h, Samples: make([]uint8, h.Width*h.Height*h.PerPixel)}
	for i := range d.grid.offsets {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := d.segment(ctx, i); err != nil {
			return nil, fmt.Errorf("%s %d: %w", d.grid.name, i, err)
		}
	}
	return d.finish(), nil
}

// finish brings the image to what its comment promises.
func (d *pageDecoder) finish() *Image {
	img := d.img
	if img.Photometric == WhiteIsZero {
		for i := 0; i < len(img.Samples) && img.PerPixel > 1; i += img.PerPixel {
			img.Samples[i] = ^img.Samples[i]
		}
		img.Photometric = BlackIsZero
	}
	if d.colors != nil && img.planar == 2 {
		d.colors.convert(img.Samples)
	}
	switch {
	case img.Photometric == YCbCr && img.PerPixel == 3:
		img.Photometric = RGB
	case img.Photometric == YCbCr && img.PerPixel == 1:
		img.Photometric = BlackIsZero
	}
	return img
}

// segment decodes strip or tile i into the image.
func (d *pageDecoder) segment(ctx context.Context, i int) error {
	p := d.grid.region(i, d.img.Header)
	data, err := d.segmentData(i, p)
	if err != nil {
		return err
	}
	switch h := d.img.Header; {
	case h.compression == compressionJPEG:
		return d.jpegSegment(ctx, p, data)
	case h.compression == compressionWebP:
		return d.webpSegment(ctx, p, data)
	case h.isFax():
		return d.faxSegment(ctx, p, data)
	case h.isPackedYCbCr():
		return d.ycbcrSegment(p, data)
	}
	return d.packedSegment(p, data)
}

// segmentData returns the data of a segment. Uncompressed data is as long as it must
// be, whatever the file says of it.
func (d *pageDecoder) segmentData(i int, p region) ([]byte, error) {
	at, n := d.grid.offsets[i], d.grid.counts[i]
	raw := uint64(d.rawSize(p))
	switch {
	case d.img.compression == compressionNone:
		n = raw
	case n > 1<<20 && n > 10*raw+4096: // a lie; libtiff's TIFFFillStrip corrects it so
		n = 10*raw + 4096
	}
	data, err := d.bytes(at, n)
	if err != nil || d.img.fillOrder != 2 || !d.img.isTurned() {
		return data, err
	}
	d.turned = append(d.turned[:0], data...)
	reverse(d.turned)
	return d.turned, nil
}

// rawSize is the size of a segment's packed samples in bytes.
func (d *pageDecoder) rawSize(p region) int {
	if d.colors != nil && d.img.planar == 1 {
		return d.colors.size(d.grid.width, p.rows)
	}
	return p.rows * d.stride(p)
}

// stride is the size of a row of a segment's packed samples in bytes.
func (d *pageDecoder) stride(p region) int {
	return (d.grid.width*p.perPixel*d.img.bits + 7) / 8
}

// raw returns room for a segment's packed samples.
func (d *pageDecoder) raw(size int) []byte {
	if cap(d.scratch) < size {
		d.scratch = make([]byte, size)
	}
	return d.scratch[:size]
}

// pixels returns the image from where a segment begins.
func (d *pageDecoder) pixels(p region, y int) []uint8 {
	return d.img.Samples[((p.y+y)*d.img.Width+p.x)*d.img.PerPixel+p.plane:]
}

// packedSegment decodes samples that stand in rows, straight into the image if they
// stand there as they do in the file.
func (d *pageDecoder) packedSegment(p region, data []byte) error {
	stride := d.stride(p)
	whole := p.perPixel == d.img.PerPixel && d.grid.width == d.img.Width && p.rows == p.height
	inPlace := d.img.bits == 8 && whole && !d.levels.invert
	raw := data
	switch {
	case inPlace:
		raw = d.pixels(p, 0)[:p.rows*stride]
	case d.img.compression != compressionNone:
		raw = d.raw(p.rows * stride)
	}
	if inPlace || d.img.compression != compressionNone {
		if err := d.decompress(raw, data); err != nil {
			return err
		}
	}
	if d.img.predicts() && d.img.predictor == predictorHorizontal {
		undifference(raw, stride, p.perPixel, d.img.bits, d.order)
	}
	if inPlace {
		return nil
	}
	d.unpackRows(p, raw, stride)
	return nil
}

// unpackRows writes rows of samples, stride bytes apart, into the image.
func (d *pageDecoder) unpackRows(p region, raw []byte, stride int) {
	step := d.img.PerPixel
	if p.perPixel == step {
		step = 1 // pixel by pixel, all samples follow each other
	}
	for y := range p.height {
		d.levels.unpack(d.pixels(p, y), raw[y*stride:], p.width*p.perPixel, step, d.order)
	}
}

// faxSegment decodes a bilevel segment.
func (d *pageDecoder) faxSegment(ctx context.Context, p region, data []byte) error {
	stride := d.img.Width
	return ccitt.Decode(ctx, data, ccitt.Image{
		Mode: d.img.faxMode(), Width: d.grid.width, Height: p.height, LowFirst: d.img.fillOrder == 2,
		Colors: [2]uint8{d.levels.of[0], d.levels.of[1]},
		Pix:    d.pixels(p, 0), Stride: stride, Visible: p.width,
		Whole: d.grid.more || p.y+p.rows < d.img.Height, Lost: &d.img.Lost,
	})
}
