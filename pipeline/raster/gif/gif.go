// Package gif decodes the first frame of GIF files (GIF89a specification) as Pillow shows
// it: the screen grows to hold it, and without a palette it is grey. (image/gif refuses
// both, and files without an end.)
package gif

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Header is what a file says of its screen and its first frame.
type Header struct {
	Width, Height int // of the screen, or more if the frame leaves it

	left, top, width, height int // of the frame
	interlaced               bool
	transparent              int // an index; -1 = none
	palette                  palette
	bits                     int    // of the first codes
	data                     []byte // from the first block of pixels on
}

// palette is what indices show; those beyond a short one are black.
type palette [256][3]uint8

func (p *palette) grey() bool {
	for _, c := range p {
		if c[0] != c[1] || c[1] != c[2] {
			return false
		}
	}
	return true
}

// Channels returns 1 for a palette of greys, else 3.
func (h *Header) Channels() int {
	if h.palette.grey() {
		return 1
	}
	return 3
}

// reader takes a file apart; once it is used up, all that it returns is empty.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.rest, r.short = nil, true
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte { return r.take(1)[0] }

// DecodeHeader reads up to the pixels of the first frame.
func DecodeHeader(file []byte) (*Header, error) {
	r := &reader{rest: file}
	if start := r.take(6); !bytes.HasPrefix(start, []byte("GIF8")) {
		return nil, errors.New("there is no GIF signature")
	}
	h := &Header{transparent: -1}
	screen := r.take(7)
	h.Width, h.Height = uint16At(screen, 0), uint16At(screen, 1)
	h.palette = r.palette(screen[4], greys())
	for !r.short {
		switch r.byte() {
		case '!':
			h.readExtension(r)
		case ',':
			return h, h.readFrame(r)
		case ';':
			return nil, errors.New("there is no frame")
		}
	}
	return nil, fmt.Errorf("the first frame: %w", io.ErrUnexpectedEOF)
}

func uint16At(b []byte, i int) int { return int(binary.LittleEndian.Uint16(b[2*i:])) }

// greys is what there is without a palette.
func greys() (p palette) {
	for i := range p {
		p[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
	}
	return p
}

// palette reads the one that flags announce, or returns another. One whose greys are their
// own indices counts as none, so that it goes on beyond its end.
func (r *reader) palette(flags byte, other palette) (p palette) {
	if flags&0x80 == 0 {
		return other
	}
	entries := r.take(3 << (flags&7 + 1))
	for i := range len(entries) / 3 {
		p[i] = [3]uint8(entries[3*i:])
	}
	if none := greys(); p == none || bytes.Equal(entries, flat(none)[:len(entries)]) {
		return none
	}
	return p
}

func flat(p palette) (b []byte) {
	for _, c := range p {
		b = append(b, c[:]...)
	}
	return b
}

// readExtension looks for a transparent index; the last one counts.
func (h *Header) readExtension(r *reader) {
	control := r.byte() == 0xf9
	for first := true; ; first = false {
		n := r.byte()
		if n == 0 {
			return
		}
		block := r.take(int(n))
		if control && first && n >= 4 && block[0]&1 != 0 && !r.short {
			h.transparent = int(block[3])
		}
	}
}

func (h *Header) readFrame(r *reader) error {
	b := r.take(9)
	h.left, h.top, h.width, h.height = uint16At(b, 0), uint16At(b, 1), uint16At(b, 2), uint16At(b, 3)
	h.Width, h.Height = max(h.Width, h.left+h.width), max(h.Height, h.top+h.height)
	h.interlaced = b[8]&0x40 != 0
	h.palette = r.palette(b[8], h.palette)
	h.bits = int(r.byte())
	h.data = r.rest
	switch {
	case r.short:
		return fmt.Errorf("the first frame: %w", io.ErrUnexpectedEOF)
	case h.width == 0 || h.height == 0:
		return fmt.Errorf("the first frame is %d × %d pixels", h.width, h.height)
	case h.bits > 12:
		return fmt.Errorf("the pixels have codes of %d bits", h.bits)
	}
	return nil
}

// Decode returns the screen's pixels. Around the frame it has what the transparent index
// shows, which is white, or else the first index.
//
//	pix  (Height, Width, Channels): grey or RGB
func (h *Header) Decode(ctx context.Context) ([]uint8, error) {
	indices, err := h.decompress(ctx)
	if err != nil {
		return nil, err
	}
	colors, around := h.palette, 0
	if h.transparent >= 0 {
		around = h.transparent
		colors[around] = [3]uint8{0xff, 0xff, 0xff}
	}
	channels := h.Channels()
	pix := make([]uint8, h.Width*h.Height*channels)
	if h.width < h.Width || h.height < h.Height {
		for i := 0; i < len(pix); i += channels {
			copy(pix[i:i+channels], colors[around][:])
		}
	}
	for n, y := range h.rows() {
		line := pix[((h.top+y)*h.Width+h.left)*channels:][:h.width*channels]
		colors.lookUp(line, indices[n*h.width:][:h.width])
	}
	return pix, nil
}

// lookUp writes what indices show to a line of one channel or three.
func (p *palette) lookUp(line, indices []uint8) {
	if len(line) == len(indices) {
		for x, v := range indices {
			line[x] = p[v][0]
		}
		return
	}
	for _, v := range indices {
		c := &p[v]
		line[0], line[1], line[2] = c[0], c[1], c[2]
		line = line[3:]
	}
}

// rows returns where the rows of pixels stand, in the order of the file.
func (h *Header) rows() []int {
	passes := [][2]int{{0, 1}}
	if h.interlaced {
		passes = [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}}
	}
	rows := make([]int, 0, h.height)
	for _, p := range passes {
		for y := p[0]; y < h.height; y += p[1] {
			rows = append(rows, y)
		}
	}
	return rows
}
