// Package webp takes WebP files apart (RFC 9649) as libwebp does, which Pillow and browsers
// use, and decodes what is in them; lossless images with golang.org/x/image/vp8l. Of an
// animation it shows the first frame.
package webp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"iter"

	"golang.org/x/image/vp8l"

	"cutpoint/pipeline/raster/vp8"
)

// File is what a file says of its image.
type File struct {
	Width, Height int    // of the canvas
	Left, Top     int    // of the image on it
	EXIF, XMP     []byte // a TIFF structure, and an XMP packet

	image    image.Point // its size
	data     []byte      // of the image's chunk
	alpha    []byte      // of the chunk ALPH; nil if it does not count
	lossy    bool
	animated bool
	clear    bool // a lossless image has alpha that counts
}

// The flags of an extended header (RFC 9649, 2.7).
const (
	flagAnimation = 0x02
	flagXMP       = 0x04
	flagEXIF      = 0x08
	flagAlpha     = 0x10
)

// Open reads everything but the pixels.
func Open(data []byte) (*File, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WEBP" {
		return nil, errors.New("there is no WebP signature")
	}
	size := int64(binary.LittleEndian.Uint32(data[4:])) + 8
	if size > int64(len(data)) {
		return nil, io.ErrUnexpectedEOF
	}
	f := new(File)
	if err := f.readChunks(data[12:max(size, 12)]); err != nil {
		return nil, err
	}
	if f.data == nil {
		return nil, errors.New("there is no image")
	}
	return f, f.check()
}

// readChunks reads a file's chunks, all but the image and its alpha at most once.
func (f *File) readChunks(data []byte) error {
	flags, extended, order := byte(0), false, 0
	for name, chunk := range chunks(data) {
		order++
		switch {
		case name == "VP8X" && order == 1:
			if len(chunk) < 10 {
				return errors.New("the header is too short")
			}
			extended, flags = true, chunk[0]
			f.Width, f.Height = 1+uint24(chunk[4:]), 1+uint24(chunk[7:])
		case (name == "VP8 " || name == "VP8L" || name == "ALPH") && (order == 1 || extended && flags&flagAnimation == 0):
			if err := f.readImage(name, chunk, flags&flagAlpha != 0); err != nil {
				return err
			}
		case name == "ANMF" && extended && flags&flagAnimation != 0 && f.data == nil:
			if err := f.readFrame(chunk); err != nil {
				return err
			}
		case name == "EXIF" && flags&flagEXIF != 0 && f.EXIF == nil:
			f.EXIF = chunk
		case name == "XMP " && flags&flagXMP != 0 && f.XMP == nil:
			f.XMP = chunk
		}
		if !extended { // nothing else is looked at
			break
		}
	}
	return nil
}

// readImage takes the chunks of an image. Alpha that the header does not announce is none.
func (f *File) readImage(name string, chunk []byte, announced bool) error {
	switch {
	case f.data != nil:
		return fmt.Errorf("there is a chunk %s behind the image", name)
	case name == "ALPH" && f.alpha != nil || name == "VP8L" && f.alpha != nil:
		return errors.New("there is alpha twice")
	case name == "ALPH":
		f.alpha = chunk
		return nil
	}
	f.data, f.lossy = chunk, name == "VP8 "
	if !announced {
		f.alpha = nil
	}
	return f.readSize()
}

// readSize reads the header of the image itself.
func (f *File) readSize() error {
	if f.lossy {
		width, height, err := vp8.Size(f.data)
		f.image = image.Pt(width, height)
		return err
	}
	config, err := vp8l.DecodeConfig(bytes.NewReader(f.data))
	if err != nil {
		return err
	}
	f.image, f.clear = image.Pt(config.Width, config.Height), f.data[4]&0x10 != 0
	return nil
}

// readFrame reads an animation's frame.
func (f *File) readFrame(chunk []byte) error {
	if len(chunk) < 16 {
		return errors.New("the animation is broken")
	}
	f.animated = true
	f.Left, f.Top = 2*uint24(chunk), 2*uint24(chunk[3:])
	for name, part := range chunks(chunk[16:]) {
		if (name == "VP8 " || name == "VP8L" || name == "ALPH") && f.data == nil {
			if err := f.readImage(name, part, true); err != nil {
				return err
			}
		}
	}
	if f.image != image.Pt(1+uint24(chunk[6:]), 1+uint24(chunk[9:])) {
		return errors.New("the animation's first frame has another size than its image")
	}
	return nil
}

// check holds the image's size against the canvas, and what there was no header for.
func (f *File) check() error {
	if f.Width == 0 {
		f.Width, f.Height = f.image.X, f.image.Y
	}
	switch {
	case !f.animated && f.image != image.Pt(f.Width, f.Height):
		return errors.New("the image has another size than its canvas")
	case f.Left+f.image.X > f.Width || f.Top+f.image.Y > f.Height:
		return errors.New("the image leaves its canvas")
	}
	return nil
}

// RGBX is an image whose fourth samples mean nothing.
type RGBX struct{ *image.NRGBA }

// Decode returns the image: *image.YCbCr, *image.NYCbCrA, *image.NRGBA or RGBX.
func (f *File) Decode(ctx context.Context) (image.Image, error) {
	if !f.lossy {
		m, err := vp8l.Decode(bytes.NewReader(f.data))
		if m, ok := m.(*image.NRGBA); ok && !f.clear {
			return RGBX{m}, err
		}
		return m, err
	}
	m, err := vp8.Decode(ctx, f.data)
	if err != nil || f.alpha == nil {
		return m, err
	}
	alpha, err := f.decodeAlpha()
	return &image.NYCbCrA{YCbCr: *m, A: alpha, AStride: f.image.X}, err
}

// chunks yields a file's chunks; a last one that is cut short is left out.
func chunks(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for len(data) >= 8 {
			size := int64(binary.LittleEndian.Uint32(data[4:]))
			if size > int64(len(data)-8) || !yield(string(data[:4]), data[8:8+size]) {
				return
			}
			data = data[min(8+size+size&1, int64(len(data))):]
		}
	}
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
