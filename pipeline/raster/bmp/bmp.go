// Package bmp decodes Windows and OS/2 bitmaps: 1, 4 and 8 bits with a palette, plain or
// run-length coded, 16, 24 and 32 bits, with masks or without. What Pillow reads comes
// out as Pillow shows it. (golang.org/x/image/bmp reads no run lengths, no 16 bits, no
// masks but the usual ones and no OS/2 headers, and refuses palettes that have gaps
// behind them.)
package bmp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// UnsupportedError names a variant that is not read.
type UnsupportedError string

func (e UnsupportedError) Error() string { return string(e) + " is not read; save it as PNG" }

// The values of a header's compression (BITMAPINFOHEADER, biCompression).
const (
	compressionNone      = 0
	compressionRLE8      = 1
	compressionRLE4      = 2
	compressionMasks     = 3
	compressionAlphaMask = 6
)

// Header is what a file says of its image.
type Header struct {
	Width, Height int
	bits          int
	compression   uint32
	topDown       bool
	masks         [4]uint32 // red, green, blue and alpha, of 16 and 32 bits
	palette       [256][3]uint8
	grey          bool // all of the palette is
	data          []byte
}

// Channels returns 1 for a palette of greys, 4 where there is alpha, else 3.
func (h *Header) Channels() int {
	switch {
	case h.bits <= 8 && h.grey:
		return 1
	case h.bits >= 16 && h.masks[3] != 0:
		return 4
	}
	return 3
}

// DecodeHeader reads everything but the pixels. Nothing is allocated by what the file
// claims.
func DecodeHeader(file []byte) (*Header, error) {
	if len(file) < 18 || string(file[:2]) != "BM" {
		return nil, fmt.Errorf("the header: %w", io.ErrUnexpectedEOF)
	}
	offset, size := binary.LittleEndian.Uint32(file[10:]), binary.LittleEndian.Uint32(file[14:])
	if uint64(14)+uint64(size) > uint64(len(file)) {
		return nil, fmt.Errorf("the header: %w", io.ErrUnexpectedEOF)
	}
	info, rest := file[14:14+size], file[14+size:]
	h := new(Header)
	used, err := h.readInfo(info, &rest)
	if err != nil {
		return nil, err
	}
	if h.bits <= 8 {
		h.readPalette(file, rest, used, int(offset), size == 12)
	}
	if uint64(offset) > uint64(len(file)) {
		return nil, fmt.Errorf("the pixels: %w", io.ErrUnexpectedEOF)
	}
	h.data = file[offset:]
	return h, nil
}

// readInfo reads the information header, of any of its versions, and the masks behind
// the oldest of them; it returns the number of colours in the palette, 0 if not given.
func (h *Header) readInfo(info []byte, rest *[]byte) (used int, err error) {
	var width, height int32
	switch {
	case len(info) == 12: // BITMAPCOREHEADER
		width, height = int32(binary.LittleEndian.Uint16(info[4:])), int32(binary.LittleEndian.Uint16(info[6:]))
		h.bits = int(binary.LittleEndian.Uint16(info[10:]))
	case len(info) >= 40:
		width, height = int32(binary.LittleEndian.Uint32(info[4:])), int32(binary.LittleEndian.Uint32(info[8:]))
		h.bits, h.compression = int(binary.LittleEndian.Uint16(info[14:])), binary.LittleEndian.Uint32(info[16:])
		used = int(min(binary.LittleEndian.Uint32(info[32:]), 1<<16))
	default:
		return 0, UnsupportedError(fmt.Sprintf("a bitmap header of %d bytes", len(info)))
	}
	if h.topDown = height < 0; h.topDown {
		height = -height
	}
	if width < 1 || height < 1 {
		return 0, fmt.Errorf("the image is %d × %d pixels", width, height)
	}
	h.Width, h.Height = int(width), int(height)
	if err := h.checkVariant(); err != nil {
		return 0, err
	}
	return used, h.readMasks(info, rest)
}

func (h *Header) checkVariant() error {
	plain := h.compression == compressionNone
	masked := h.compression == compressionMasks || h.compression == compressionAlphaMask
	switch h.bits {
	case 1:
		if plain {
			return nil
		}
	case 24:
		if plain || h.compression == compressionMasks {
			return nil
		}
	case 4:
		if plain || h.compression == compressionRLE4 {
			return nil
		}
	case 8:
		if plain || h.compression == compressionRLE8 {
			return nil
		}
	case 16, 32:
		if plain || masked {
			return nil
		}
	}
	return UnsupportedError(fmt.Sprintf("a bitmap of %d bits with compression %d", h.bits, h.compression))
}

// readMasks sets where the colours are in 16 and 32 bits.
func (h *Header) readMasks(info []byte, rest *[]byte) error {
	switch {
	case h.bits != 16 && h.bits != 32:
		return nil
	case h.compression == compressionNone && h.bits == 16:
		h.masks = [4]uint32{0x7c00, 0x03e0, 0x001f}
		return nil
	case h.compression == compressionNone: // the fourth byte means nothing
		h.masks = [4]uint32{0xff0000, 0x00ff00, 0x0000ff}
		return nil
	}
	fields := info[min(len(info), 40):]
	if len(info) == 40 { // the masks follow the header
		n := 12
		if h.compression == compressionAlphaMask {
			n = 16
		}
		if len(*rest) < n {
			return fmt.Errorf("the masks: %w", io.ErrUnexpectedEOF)
		}
		fields, *rest = (*rest)[:n], (*rest)[n:]
	}
	for i := range h.masks {
		if len(fields) >= 4*i+4 {
			h.masks[i] = binary.LittleEndian.Uint32(fields[4*i:])
		}
	}
	if h.bits == 32 && h.masks == [4]uint32{} {
		h.masks = [4]uint32{0xff0000, 0xff00, 0xff, 0xff000000}
	}
	if h.masks[0] == 0 || h.masks[1] == 0 || h.masks[2] == 0 {
		return errors.New("a colour has no mask")
	}
	return nil
}

// readPalette takes as many colours as there are between the header and the pixels;
// what lies beyond them is black.
func (h *Header) readPalette(file, rest []byte, used, offset int, triples bool) {
	entry := 4
	if triples {
		entry = 3
	}
	if used == 0 || used > 1<<h.bits {
		used = 1 << h.bits
	}
	start := len(file) - len(rest)
	if offset > start && offset <= len(file) {
		used = min(used, (offset-start)/entry)
	}
	h.grey = true
	for i := range min(used, len(rest)/entry) {
		c := rest[i*entry:]
		h.palette[i] = [3]uint8{c[2], c[1], c[0]}
		h.grey = h.grey && c[0] == c[1] && c[1] == c[2]
	}
}

// Decode returns the image's pixels, top row first.
//
//	pix  (Height, Width, Channels): grey, RGB, or RGB and alpha that is not multiplied in
func (h *Header) Decode(ctx context.Context) (pix []uint8, err error) {
	pix = make([]uint8, h.Width*h.Height*h.Channels())
	if h.compression == compressionRLE8 || h.compression == compressionRLE4 {
		return pix, h.decodeRuns(ctx, pix)
	}
	stride := (h.Width*h.bits + 31) / 32 * 4
	if len(h.data)/stride < h.Height && len(h.data) < stride*(h.Height-1)+(h.Width*h.bits+7)/8 {
		return nil, fmt.Errorf("the pixels: %w", io.ErrUnexpectedEOF)
	}
	for y := range h.Height {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h.row(h.line(pix, y), h.data[y*stride:])
	}
	if h.Channels() == 4 {
		fillAlpha(pix)
	}
	return pix, nil
}

// fillAlpha makes an image opaque whose alpha is 0 everywhere: programs that know nothing
// of it leave it so.
func fillAlpha(pix []uint8) {
	for i := 3; i < len(pix); i += 4 {
		if pix[i] != 0 {
			return
		}
	}
	for i := 3; i < len(pix); i += 4 {
		pix[i] = 0xff
	}
}

// line returns the row of pixels that stands y-th in the file.
func (h *Header) line(pix []uint8, y int) []uint8 {
	if !h.topDown {
		y = h.Height - 1 - y
	}
	n := h.Width * h.Channels()
	return pix[y*n:][:n]
}

func (h *Header) row(dst, src []byte) {
	switch {
	case h.bits <= 8:
		perByte := 8 / h.bits
		for x := range h.Width {
			shift := 8 - h.bits*(x%perByte+1)
			h.set(dst, x, src[x/perByte]>>shift&(1<<h.bits-1))
		}
	case h.bits == 24:
		for i := 0; i < len(dst); i += 3 {
			dst[i], dst[i+1], dst[i+2] = src[i+2], src[i+1], src[i]
		}
	default:
		h.maskedRow(dst, src)
	}
}

// set writes a pixel of the palette.
func (h *Header) set(dst []uint8, x int, index uint8) {
	if h.grey {
		dst[x] = h.palette[index][0]
		return
	}
	copy(dst[3*x:], h.palette[index][:])
}
