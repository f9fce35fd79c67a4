package weights

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// TestConvertFloat32 is what big-endian machines do.
func TestConvertFloat32(t *testing.T) {
	want := []float32{1, -2.5, 0, 3e-39, math.MaxFloat32}
	got := make([]float32, len(want))
	convert(got, encode(want, f32), f32)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBytesOf(t *testing.T) {
	if !littleEndian() {
		t.Skip("a big-endian machine")
	}
	if b := bytesOf([]float32{1, -2}); binary.LittleEndian.Uint64(b) != 0xc0000000_3f800000 {
		t.Errorf("bytes of 1, -2: % x", b)
	}
	if b := bytesOf(nil); len(b) != 0 {
		t.Errorf("got %d bytes of no values", len(b))
	}
}

func TestNotFinite(t *testing.T) {
	for _, test := range []struct {
		values []float32
		want   int
	}{
		{nil, -1},
		{[]float32{0, -math.MaxFloat32, 1e-45}, -1},
		{[]float32{0, float32(math.NaN())}, 1},
		{[]float32{float32(math.Inf(-1)), 1}, 0},
	} {
		if got := notFinite(test.values); got != test.want {
			t.Errorf("notFinite(%v) = %d, want %d", test.values, got, test.want)
		}
	}
}

// TestTranspose goes through sizes around the tile's.
func TestTranspose(t *testing.T) {
	for _, positions := range []int{1, 4, 9} {
		for _, channels := range []int{1, 3, 5, 16} {
			for _, n := range []int{1, 15, bandRows} {
				in, out, first := channels*positions, n+7, 3
				rows := make([]float32, n*in)
				for i := range rows {
					rows[i] = float32(i + 1)
				}
				got := make([]float32, in*out)
				transpose(got[first:], rows, n, in, out, positions)
				for i, v := range got {
					o, in1 := i%out-first, i/out // in1 counts positions × channels
					want := float32(0)
					if o >= 0 && o < n {
						want = rows[o*in+in1%channels*positions+in1/channels]
					}
					if v != want {
						t.Fatalf("%d positions, %d channels, %d rows: value %d is %v, want %v", positions, channels, n, i, v, want)
					}
				}
			}
		}
	}
}
