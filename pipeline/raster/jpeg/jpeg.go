// Package jpeg decodes JPEG files (ITU-T T.81 | ISO/IEC 10918-1): baseline, extended
// and progressive, Huffman-coded, of 8 bits. The samples are those that libjpeg-turbo
// gives with its defaults, to the last bit, broken data included where that library
// only warns; a file that ends too early is an error, as it is in Pillow. Two things are
// different: a sequential file whose data are whole is read without its end marker, and a
// scan may name its components in any order.
package jpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ErrTooLarge is wrapped by errors about limits.
var ErrTooLarge = errors.New("beyond the limit")

// UnsupportedError names a variant that is not read.
type UnsupportedError string

func (e UnsupportedError) Error() string {
	return string(e) + " is not read; save it as PNG, or as baseline JPEG"
}

// Color is what the components are.
type Color int

// The kinds of components.
const (
	Gray Color = iota
	YCbCr
	RGB
	CMYK
	YCCK
)

// Header is what a file says before its first scan.
type Header struct {
	Width, Height int
	Components    int
	Color         Color
	Progressive   bool
	EXIF, XMP     []byte // what is said of the image: a TIFF structure, and an XMP packet
	// CoefficientBytes is what Decode keeps of coefficients, in bytes a pixel, rounded
	// up: none where a single scan has all.
	CoefficientBytes int
}

// Options say how to decode.
type Options struct {
	MaxPixels int64  // 0 = no limit
	Tables    []byte // an abbreviated stream of tables that comes first, as TIFF has it
	Color     *Color // what the components are, whatever the file says; nil = as it says
	Raw       bool   // leave CMYK as stored; otherwise Adobe's inversion is undone
	OldTIFF   bool   // as libtiff reads old-style JPEG: samples of lower resolution are repeated instead of interpolated, and what follows the image does not count
	Scale     int    // 2, 4 or 8: make the image smaller by this factor, by smaller inverse DCTs; 0 or 1 = as it is
}

// Image is a decoded file, row-major without padding. Its sides are those of the file
// divided by Options.Scale, rounded up.
type Image struct {
	Width, Height int
	Channels      int     // 1 grey, 3 RGB, 4 CMYK (0 is no ink)
	Pix           []uint8 // (Height, Width, Channels)
	Lost          int     // lines of which some is grey, because a marker came too early
}

// DecodeHeader reads up to the first scan.
func DecodeHeader(data []byte) (Header, error) {
	d := newDecoder(data, Options{})
	d.metadata = true
	s, err := d.untilScan()
	if err != nil {
		return Header{}, err
	}
	h := Header{Width: d.width, Height: d.height, Components: len(d.components), Color: d.color(), Progressive: d.progressive, EXIF: d.exif, XMP: d.xmp}
	if d.keepsCoefficients(s) {
		for i := range d.components {
			c := &d.components[i]
			h.CoefficientBytes += (3*c.h*c.v + d.maxH*d.maxV - 1) / (d.maxH * d.maxV)
		}
	}
	return h, nil
}

// Decode decodes a file. It ends soon after ctx is done, with its error.
func Decode(ctx context.Context, data []byte, opt Options) (*Image, error) {
	d := newDecoder(data, opt)
	switch opt.Scale {
	case 0, 1, 2, 4, 8:
	default:
		return nil, fmt.Errorf("scale: %d is none of 1, 2, 4 and 8", opt.Scale)
	}
	if len(opt.Tables) > 0 {
		if err := d.readTables(opt.Tables); err != nil {
			return nil, fmt.Errorf("shared tables: %w", err)
		}
	}
	s, err := d.untilScan()
	if err != nil {
		return nil, err
	}
	if opt.MaxPixels > 0 && int64(d.width)*int64(d.height) > opt.MaxPixels {
		return nil, fmt.Errorf("%w: the image is %d × %d pixels, the limit is %d pixels", ErrTooLarge, d.width, d.height, opt.MaxPixels)
	}
	out, err := newOutput(d)
	if err != nil {
		return nil, err
	}
	if d.keepsCoefficients(s) {
		err = d.decodeScans(ctx, s, out)
	} else {
		err = d.decodeOnly(ctx, s, out)
	}
	if err != nil {
		return nil, err
	}
	out.image.Lost = min(d.lost*d.maxV*d.unit, out.image.Height)
	return out.image, nil
}

// keepsCoefficients reports whether samples can be made only after the last scan.
func (d *decoder) keepsCoefficients(s scan) bool {
	return d.progressive || len(s.components) < len(d.components)
}

// errShort is a file that ends in the middle of something.
func errShort(where string) error { return fmt.Errorf("%s: %w", where, io.ErrUnexpectedEOF) }
