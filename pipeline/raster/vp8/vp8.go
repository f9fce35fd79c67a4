// Package vp8 decodes the image of a lossy WebP file: a key frame of VP8 (RFC 6386), as
// libwebp does, bit for bit. (golang.org/x/image/vp8 gives the same, but takes much longer.)
package vp8

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
)

// decoder is a frame on its way.
type decoder struct {
	img           *image.YCbCr // whole macroblocks
	width, height int          // in macroblocks

	modes  boolDecoder // of the first partition
	tokens [8]boolDecoder
	parts  int // of tokens; a power of 2

	segments   segments
	filter     filterHeader
	quant      [4]quantisation
	strengths  [4][2]strength // by segment, and whether luma is predicted in blocks
	probs      tokenProbs
	skipProb   uint8
	skipsKnown bool // macroblocks say whether they have coefficients

	above []context8 // of the macroblocks in the row above
	left  context8
	top   [3][]uint8 // the last line of the row above before its filter: luma, both chromas
	work  workspace

	row []strength // of the macroblocks at hand
}

// context8 is what a macroblock tells its neighbours: the modes of its last row or column of
// blocks, and which of these blocks have coefficients.
type context8 struct {
	modes         [4]uint8
	luma          [4]uint8
	chroma        [4]uint8 // two of each
	secondaryLuma uint8    // of the transform of averages
}

// Size reads the size from the frame's header (9.1).
func Size(data []byte) (width, height int, err error) {
	if len(data) < 10 {
		return 0, 0, fmt.Errorf("the frame's header: %w", io.ErrUnexpectedEOF)
	}
	head := uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16
	width, height = int(data[6])|int(data[7])<<8, int(data[8])|int(data[9])<<8
	width, height = width&0x3fff, height&0x3fff
	switch {
	case head&1 != 0 || head>>1&7 > 3 || head>>4&1 == 0 || string(data[3:6]) != "\x9d\x01\x2a":
		return 0, 0, errors.New("the frame is no image of its own")
	case width == 0 || height == 0:
		return 0, 0, fmt.Errorf("the image is %d × %d pixels", width, height)
	case int(head>>5) >= len(data):
		return 0, 0, fmt.Errorf("the first partition: %w", io.ErrUnexpectedEOF)
	}
	return width, height, nil
}

// Decode decodes a frame. It ends soon after ctx is done, with its error.
func Decode(ctx context.Context, data []byte) (*image.YCbCr, error) {
	width, height, err := Size(data)
	if err != nil {
		return nil, err
	}
	d := &decoder{width: (width + 15) / 16, height: (height + 15) / 16}
	first := int(uint32(data[0])|uint32(data[1])<<8|uint32(data[2])<<16) >> 5
	data = data[10:]
	if first > len(data) {
		return nil, fmt.Errorf("the first partition: %w", io.ErrUnexpectedEOF)
	}
	if err := d.readHeader(data[:first], data[first:]); err != nil {
		return nil, err
	}
	d.img = image.NewYCbCr(image.Rect(0, 0, 16*d.width, 16*d.height), image.YCbCrSubsampleRatio420)
	d.above = make([]context8, d.width)
	d.row = make([]strength, d.width)
	d.top = [3][]uint8{make([]uint8, 16*d.width+4), make([]uint8, 8*d.width), make([]uint8, 8*d.width)}
	for y := range d.height {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := d.decodeRow(y); err != nil {
			return nil, err
		}
	}
	return d.img.SubImage(image.Rect(0, 0, width, height)).(*image.YCbCr), nil
}

func (d *decoder) decodeRow(y int) error {
	tokens := &d.tokens[y&(d.parts-1)]
	d.left = context8{}
	for x := range d.width {
		m := d.readModes(&d.above[x])
		found := !m.skip && d.readCoefficients(tokens, &m, &d.above[x])
		if m.skip {
			d.skipCoefficients(&m, &d.above[x])
		}
		if tokens.ended {
			return fmt.Errorf("row %d of the image: %w", y, io.ErrUnexpectedEOF)
		}
		d.row[x] = d.strengths[m.segment][m.blocksIndex()]
		d.row[x].inner = d.row[x].inner || found
		d.reconstruct(&m, x, y, found)
	}
	if d.modes.ended {
		return fmt.Errorf("the first partition: %w", io.ErrUnexpectedEOF)
	}
	d.keepLast(y)
	if d.filter.level != 0 {
		d.filterRow(y)
	}
	return nil
}

// keepLast keeps the last lines of a row, as they are before the filter.
func (d *decoder) keepLast(y int) {
	luma := d.img.Y[(16*y+15)*d.img.YStride:][:16*d.width]
	copy(d.top[0], luma)
	for i := range 4 { // beyond the right edge the last sample goes on
		d.top[0][len(luma)+i] = luma[len(luma)-1]
	}
	at := (8*y + 7) * d.img.CStride
	copy(d.top[1], d.img.Cb[at:][:8*d.width])
	copy(d.top[2], d.img.Cr[at:][:8*d.width])
}
