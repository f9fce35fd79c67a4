package bmp

import (
	"encoding/binary"
	"math/bits"
)

// field is where a colour is in a pixel.
type field struct {
	shift int
	most  uint64 // its greatest value
}

func fieldOf(mask uint32) field {
	shift := bits.TrailingZeros32(mask)
	if mask == 0 {
		return field{}
	}
	return field{shift, uint64(mask >> shift)}
}

// of scales a colour to 0…255.
func (f field) of(pixel uint32) uint8 {
	if f.most == 0 {
		return 0xff
	}
	return uint8(uint64(pixel>>f.shift) & f.most * 255 / f.most)
}

func (h *Header) maskedRow(dst, src []byte) {
	channels := h.Channels()
	var fields [4]field
	for i, m := range h.masks {
		fields[i] = fieldOf(m)
	}
	for x := range h.Width {
		var pixel uint32
		if h.bits == 16 {
			pixel = uint32(binary.LittleEndian.Uint16(src[2*x:]))
		} else {
			pixel = binary.LittleEndian.Uint32(src[4*x:])
		}
		for c := range channels {
			dst[x*channels+c] = fields[c].of(pixel)
		}
	}
}
