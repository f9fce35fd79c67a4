package raster

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestStraightRow holds rows of all lengths to one pixel at a time: opaque in parts, and
// with fourth samples that mean nothing.
func TestStraightRow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for width := range 40 {
		src := make([]uint8, 4*width)
		for i := range src {
			if src[i] = uint8(rng.Uint32()); i%4 == 3 && rng.IntN(8) > 0 {
				src[i] = 0xff
			}
		}
		got, want := make([]uint8, 3*width), make([]uint8, 3*width)
		straightRow(got, src, 4)
		straightPixels(want, src, 4)
		if !bytes.Equal(got, want) {
			t.Errorf("%d pixels are %v, want %v", width, got, want)
		}
		for i := 3; i < len(src); i += 4 {
			src[i] = 0xff
		}
		straightPixels(want, src, 4)
		for i := 3; i < len(src); i += 4 {
			src[i] = uint8(rng.Uint32())
		}
		if firstThree(got, src); !bytes.Equal(got, want) {
			t.Errorf("%d pixels without alpha are %v, want %v", width, got, want)
		}
	}
}
