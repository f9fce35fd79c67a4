package webp

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/vp8l"
)

// decodeAlpha decodes the alpha of a lossy image (RFC 9649, 2.7.1.2).
func (f *File) decodeAlpha() ([]uint8, error) {
	if len(f.alpha) < 1 {
		return nil, fmt.Errorf("alpha: %w", io.ErrUnexpectedEOF)
	}
	width, height := f.image.X, f.image.Y
	head, data := f.alpha[0], f.alpha[1:]
	alpha := make([]uint8, width*height)
	switch head & 3 {
	case 0:
		if copy(alpha, data) < len(alpha) {
			return nil, fmt.Errorf("alpha: %w", io.ErrUnexpectedEOF)
		}
	case 1: // a lossless image without its header, in whose green it is
		w, h := uint32(width-1), uint32(height-1)
		header := []byte{0x2f, uint8(w), uint8(w>>8) | uint8(h<<6), uint8(h >> 2), uint8(h >> 10)}
		m, err := vp8l.Decode(io.MultiReader(bytes.NewReader(header), bytes.NewReader(data)))
		if err != nil {
			return nil, fmt.Errorf("alpha: %w", err)
		}
		pixels := m.(*image.NRGBA).Pix
		for i := range alpha {
			alpha[i] = pixels[4*i+1]
		}
	default:
		return nil, errors.New("alpha has an unknown compression")
	}
	if filter := head >> 2 & 3; filter != 0 {
		for y := range height {
			undo(filter, alpha, y*width, width)
		}
	}
	return alpha, nil
}

// undo undoes the filter of a row that begins at a pixel.
func undo(filter byte, alpha []uint8, at, width int) {
	row := alpha[at:][:width]
	if at == 0 { // each pixel follows from the one to the left
		filter = 1
	} else {
		row[0] += alpha[at-width]
	}
	for x := 1; x < width; x++ {
		switch left := row[x-1]; filter {
		case 1:
			row[x] += left
		case 2:
			row[x] += alpha[at-width+x]
		default:
			gradient := int(left) + int(alpha[at-width+x]) - int(alpha[at-width+x-1])
			row[x] += uint8(min(max(gradient, 0), 255))
		}
	}
}
