package raster

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"iter"

	"golang.org/x/image/webp"
)

// webpDocument is a WebP file; of an animated one the first frame is shown, where it
// stands on its canvas.
type webpDocument struct {
	still       []byte // a file of one image
	canvas      extent
	left, top   int // of the image on the canvas
	orientation int
}

// openWebP takes the container apart (RFC 9649).
func openWebP(data []byte) (decoder, error) {
	d := webpDocument{still: data, orientation: 1}
	extended := false
	for name, chunk := range riffChunks(data) {
		switch {
		case name == "VP8X" && len(chunk) >= 10:
			extended = true
			d.canvas.width, d.canvas.height = 1+int(uint24(chunk[4:])), 1+int(uint24(chunk[7:]))
		case name == "ANMF" && len(d.still) == len(data):
			if !extended || len(chunk) < 16 {
				return nil, errors.New("the animation is broken")
			}
			d.left, d.top = 2*int(uint24(chunk)), 2*int(uint24(chunk[3:]))
			d.still = stillOf(chunk[:12], chunk[16:])
		case name == "EXIF":
			d.orientation = orientationTag(bytes.TrimPrefix(chunk, []byte("Exif\x00\x00")))
		}
	}
	config, err := webp.DecodeConfig(bytes.NewReader(d.still))
	if err != nil {
		return nil, err
	}
	if !d.animated(data) {
		d.canvas.width, d.canvas.height = config.Width, config.Height
	} else if d.left+config.Width > d.canvas.width || d.top+config.Height > d.canvas.height {
		return nil, errors.New("the animation's first frame leaves its canvas")
	}
	// The lossless decoder keeps two images; then there is the page, and that on its
	// canvas or upright.
	d.canvas.perPixel = 4 + 4 + 3 + 3
	return d, nil
}

func (d webpDocument) animated(data []byte) bool { return len(d.still) != len(data) }

func (d webpDocument) pages() int                  { return 1 }
func (d webpDocument) measure(int) (extent, error) { return d.canvas, nil }

func (d webpDocument) decode(context.Context, int) (*Page, error) {
	img, err := webp.Decode(bytes.NewReader(d.still))
	if err != nil {
		return nil, err
	}
	p := convert(img)
	if p.Width != d.canvas.width || p.Height != d.canvas.height {
		p = p.onWhite(d.canvas.width, d.canvas.height, d.left, d.top)
	}
	return p.upright(d.orientation), nil
}

// riffChunks yields the chunks of a file; a last one that is cut short is left out.
func riffChunks(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for at := 12; at+8 <= len(data); {
			size := int64(binary.LittleEndian.Uint32(data[at+4:]))
			if size > int64(len(data)-at-8) {
				return
			}
			if !yield(string(data[at:at+4]), data[at+8:at+8+int(size)]) {
				return
			}
			at += 8 + int(size) + int(size&1)
		}
	}
}

// stillOf makes a file of a frame: of its size, in the form of a frame's header, and its
// chunks.
func stillOf(header, chunks []byte) []byte {
	const alphaFlag = 0x10
	extended := make([]byte, 10)
	if bytes.HasPrefix(chunks, []byte("ALPH")) {
		extended[0] = alphaFlag
	}
	copy(extended[4:], header[6:12]) // both sides less one
	b := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00")
	b = append(append(b, extended...), chunks...)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
