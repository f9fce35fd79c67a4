package pnm

import (
	"encoding/binary"
	"math"
)

// scale returns what each value that can be stored is in 8 bits, as Pillow scales it
// (PpmImagePlugin.py, PpmDecoder): greys of more than 8 bits to 16, of which the upper 8
// are kept, as everywhere here; all else to 8. A half is rounded to even.
func (h *Header) scale() []uint8 {
	most, shift := 255.0, 0
	if h.Channels() == 1 && h.maxval > math.MaxUint8 {
		most, shift = math.MaxUint16, 8
	}
	table := make([]uint8, 1<<(8*h.bytes()))
	for v := range table {
		scaled := math.RoundToEven(float64(v) / float64(h.maxval) * most)
		table[v] = uint8(int(min(most, scaled)) >> shift)
	}
	return table
}

func scaleNarrow(row []uint8, src, table []uint8) {
	for i, v := range src {
		row[i] = table[v]
	}
}

func scaleWide(row []uint8, src, table []uint8) {
	for i := range row {
		row[i] = table[binary.BigEndian.Uint16(src[2*i:])]
	}
}

// unpack expands bits, the first in the highest place; 1 is black.
func unpack(row []uint8, src []byte) {
	for i := range row {
		row[i] = (src[i/8]>>(7-i%8))&1 - 1
	}
}
