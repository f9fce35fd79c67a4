// Package png decodes PNG files (third edition, W3C 2025): all depths and colour types,
// interlaced or not, of an animation the still image. What Pillow and browsers show of
// files that keep to the rules loosely is shown: without an end, with more behind it, with
// wrong checksums of chunks that are not needed. Pixels that are missing are an error, and
// so is a palette. (image/png reads none of these, and takes about twice as long.)
package png

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"

	"cutpoint/pipeline/raster/inflate"
)

// The colour types (11.2.1).
const (
	colorGrey      = 0
	colorRGB       = 2
	colorPalette   = 3
	colorGreyAlpha = 4
	colorRGBA      = 6
)

// Header is what a file says of its image.
type Header struct {
	Width, Height int
	EXIF, XMP     []byte // a TIFF structure, and an XMP packet

	depth, color int
	interlaced   bool
	palette      [][3]uint8
	transparency []byte // tRNS as it stands
	channels     int
	pixels       []byte // the file from its first IDAT on
	packed       int    // bytes of compressed data
}

// Deep reports whether samples have 16 bits.
func (h *Header) Deep() bool { return h.depth == 16 }

// Channels returns 1 for greys, of a palette too, and 3 for colours. Alpha is none: the
// page is shown on white.
func (h *Header) Channels() int { return h.channels }

// BytesPerPixel is what Decode allocates at most for a pixel: of the rows with their
// filters, a copy of the compressed data, and the page.
func (h *Header) BytesPerPixel() int {
	pixels := h.Width * h.Height
	n := (h.filtered() + h.packed + pixels - 1) / pixels
	if !h.direct() {
		n += h.Channels()
	}
	return n
}

// filtered is the size of the rows with a byte for the filter of each.
func (h *Header) filtered() (size int) {
	for _, p := range h.passes() {
		size += p.height * (1 + h.stride(p.width))
	}
	return size
}

// samples returns how many a pixel has.
func (h *Header) samples() int {
	return map[int]int{colorGrey: 1, colorRGB: 3, colorPalette: 1, colorGreyAlpha: 2, colorRGBA: 4}[h.color]
}

func (h *Header) bits() int { return h.depth * h.samples() }

// direct reports whether rows are the page's once their filters are undone.
func (h *Header) direct() bool {
	return h.depth == 8 && !h.interlaced && h.transparency == nil && (h.color == colorGrey || h.color == colorRGB)
}

// DecodeHeader reads everything but the pixels.
func DecodeHeader(file []byte) (*Header, error) {
	h := new(Header)
	if err := h.readChunks(file); err != nil {
		return nil, err
	}
	return h, h.check()
}

// check makes sure that there is what the pixels need, and drops what they cannot have.
func (h *Header) check() error {
	depths := map[int]string{colorGrey: "\x01\x02\x04\x08\x10", colorRGB: "\x08\x10", colorPalette: "\x01\x02\x04\x08", colorGreyAlpha: "\x08\x10", colorRGBA: "\x08\x10"}
	needs := map[int]int{colorGrey: 2, colorRGB: 6, colorPalette: 1}[h.color]
	switch {
	case h.Width < 1 || h.Height < 1:
		return fmt.Errorf("the image is %d × %d pixels", h.Width, h.Height)
	case h.depth > 16 || bytes.IndexByte([]byte(depths[h.color]), byte(h.depth)) < 0:
		return fmt.Errorf("there is no image of %d bits and colour type %d", h.depth, h.color)
	case h.pixels == nil:
		return fmt.Errorf("the pixels: %w", io.ErrUnexpectedEOF)
	case h.color == colorPalette && h.palette == nil:
		return errors.New("the image has no palette for its indices")
	case needs == 0 || len(h.transparency) < needs:
		h.transparency = nil
	}
	h.channels = 3
	if h.color == colorGrey || h.color == colorGreyAlpha || h.color == colorPalette && h.greyPalette() {
		h.channels = 1
	}
	for piece := range h.data() {
		h.packed += len(piece)
	}
	return nil
}

// Decode returns the image's pixels on white. incomplete says that the compressed data
// ends as it should, but before the last row: what is missing is black, as with Pillow.
//
//	pix  (Height, Width, Channels): grey or RGB
func (h *Header) Decode(ctx context.Context) (pix []uint8, incomplete bool, err error) {
	stream, err := inflate.New(h.filtered(), h.data())
	if err != nil {
		return nil, false, err
	}
	d := &decoding{Header: h, ctx: ctx, stream: stream, table: h.table(), sum: adler32.New()}
	d.words = h.packedGreys(d.table)
	d.pix = stream.Buffer()
	if !h.direct() {
		d.pix = make([]uint8, h.Width*h.Height*h.Channels())
	}
	at := 0
	for _, p := range h.passes() {
		if at, err = d.pass(p, at); err != nil {
			return nil, false, err
		}
	}
	if err := d.finish(); err != nil {
		return nil, false, err
	}
	return d.pix[:h.Width*h.Height*h.Channels()], d.incomplete, nil
}

func (h *Header) stride(width int) int { return (width*h.bits() + 7) / 8 }

// pass is a part of an interlaced image (8.2), or all of another.
type pass struct{ x, y, dx, dy, width, height int }

func (h *Header) passes() []pass {
	if !h.interlaced {
		return []pass{{0, 0, 1, 1, h.Width, h.Height}}
	}
	var list []pass
	for _, p := range []pass{{0, 0, 8, 8, 0, 0}, {4, 0, 8, 8, 0, 0}, {0, 4, 4, 8, 0, 0}, {2, 0, 4, 4, 0, 0}, {0, 2, 2, 4, 0, 0}, {1, 0, 2, 2, 0, 0}, {0, 1, 1, 2, 0, 0}} {
		p.width, p.height = (h.Width-p.x+p.dx-1)/p.dx, (h.Height-p.y+p.dy-1)/p.dy
		if p.width > 0 && p.height > 0 {
			list = append(list, p)
		}
	}
	return list
}

// paletteOf takes a PLTE chunk; entries that are not whole do not count.
func paletteOf(data []byte) [][3]uint8 {
	palette := make([][3]uint8, min(len(data)/3, 256))
	for i := range palette {
		palette[i] = [3]uint8(data[3*i:])
	}
	return palette
}

func uint16At(b []byte, i int) uint16 { return binary.BigEndian.Uint16(b[2*i:]) }
