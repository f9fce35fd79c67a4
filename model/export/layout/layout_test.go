package layout

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
)

func valuesOf(t *testing.T, a Array) []float32 {
	t.Helper()
	var b bytes.Buffer
	n, err := a.WriteTo(&b)
	if err != nil || n != int64(b.Len()) || n != 4*a.Len() {
		t.Fatalf("%d bytes written, %d said, %d wanted, error %v", b.Len(), n, 4*a.Len(), err)
	}
	values := make([]float32, n/4)
	binary.Read(&b, binary.LittleEndian, values)
	return values
}

func count(n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i)
	}
	return values
}

func TestStraight(t *testing.T) {
	for _, n := range []int{0, 1, 7, pieceValues, 2*pieceValues + 3} {
		if got := valuesOf(t, Straight(count(n), n)); !slices.Equal(got, count(n)) {
			t.Errorf("%d values differ", n)
		}
	}
}

// TestOutFirst compares with the definition, value by value.
func TestOutFirst(t *testing.T) {
	for _, s := range []struct{ positions, channels, out int }{
		{1, 1, 1}, {1, 5, 3}, {9, 3, 64}, {9, 2, 17}, {49, 4, 16}, {1, 4, 33}, {9, 700, 33},
	} {
		kernel := count(s.positions * s.channels * s.out)
		got := valuesOf(t, OutFirst(kernel, s.positions, s.out, s.out, s.channels, s.positions))
		for o := range s.out {
			for c := range s.channels {
				for p := range s.positions {
					want := kernel[(p*s.channels+c)*s.out+o]
					if g := got[(o*s.channels+c)*s.positions+p]; g != want {
						t.Fatalf("%v: value (%d, %d, %d) is %v, want %v", s, o, c, p, g, want)
					}
				}
			}
		}
	}
}

func TestOutFirstScaled(t *testing.T) {
	// rows (position 0, channel 0), (0, 1), (1, 0), (1, 1) of two outputs
	got := valuesOf(t, OutFirstScaled([]float32{1, 2, 3, 4, 5, 6, 7, 8}, []float32{1, 10, 100, 0}, 2, 2, 2, 4))
	if want := []float32{1, 500, 30, 0, 2, 600, 40, 0}; !slices.Equal(got, want) {
		t.Errorf("reordered and scaled: %v, want %v", got, want)
	}
}

// TestStops: who has enough gets no more, and a full disk's error comes back.
func TestStops(t *testing.T) {
	for _, a := range []Array{Straight(count(3*pieceValues), 3*pieceValues), OutFirst(count(9*64), 9, 64, 64, 1, 9)} {
		pieces := 0
		for range a.Pieces {
			pieces++
			break
		}
		if pieces != 1 {
			t.Errorf("written in %d pieces, want 1", pieces)
		}
		full := errors.New("no space left on device")
		r, w := io.Pipe()
		r.CloseWithError(full)
		if _, err := a.WriteTo(w); !errors.Is(err, full) {
			t.Errorf("write to a full disk: error %v, want %v", err, full)
		}
	}
}
