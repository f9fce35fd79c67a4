package vp8

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// samples draws a plane with edges of all heights: some rows go on as the one above.
func samples(rng *rand.Rand, stride, height int) []uint8 {
	pix := make([]uint8, stride*height)
	spread := []int{1, 4, 16, 64, 256}[rng.IntN(5)]
	base := rng.IntN(256)
	for i := range pix {
		if rng.IntN(12) == 0 {
			base = min(max(base+rng.IntN(2*spread)-spread, 0), 255)
		}
		pix[i] = clip(base + rng.IntN(spread) - spread/2)
		if i >= stride && rng.IntN(3) == 0 {
			pix[i] = pix[i-stride]
		}
	}
	return pix
}

// TestFilterAgainstTwin filters random planes by every strength.
func TestFilterAgainstTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const stride, height = 37, 24
	changed := 0
	for n := range 20_000 {
		d := decoder{filter: filterHeader{sharpness: n % 8}}
		s := d.strengthOf(1 + rng.IntN(63))
		outer := n/8%2 == 0
		if outer {
			s.limit += 4
		}
		p, q := samples(rng, stride, height), samples(rng, stride, height)
		got, gotToo := bytes.Clone(p), bytes.Clone(q)
		want, wantToo := bytes.Clone(p), bytes.Clone(q)
		i, j := 8*stride+4+rng.IntN(24), 8*stride+4+rng.IntN(24)
		if n/16%2 == 0 {
			s.columns(got, gotToo, i, j, stride, outer)
			s.columnsGeneric(want, wantToo, i, j, stride, outer)
		} else {
			s.lines(got, gotToo, i, j, stride, outer)
			s.linesGeneric(want, wantToo, i, j, stride, outer)
		}
		if !bytes.Equal(got, want) || !bytes.Equal(gotToo, wantToo) {
			t.Fatalf("filter %d of strength %+v (outer: %v) differs from its twin", n, s, outer)
		}
		if !bytes.Equal(got, p) {
			changed++
		}
	}
	if changed < 5_000 {
		t.Errorf("only %d planes were changed", changed)
	}
}

// TestReadBlockAgainstTwin reads blocks of random data by random probabilities, from where
// the data are long to their end.
func TestReadBlockAgainstTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 300 {
		data := make([]byte, 4*mostBytes)
		for i := range data {
			data[i] = uint8(rng.Uint32())
		}
		var probs [8][3][11]uint8
		for i := range probs {
			for j := range probs[i] {
				for k := range probs[i][j] {
					probs[i][j][k] = []uint8{uint8(rng.Uint32()), uint8(rng.IntN(20)), uint8(255 - rng.IntN(20))}[rng.IntN(3)]
				}
			}
		}
		factors := [2]int32{rng.Int32N(157) + 4, rng.Int32N(440) + 4}
		got, want := newBoolDecoder(data), newBoolDecoder(data)
		for block := 0; !want.ended; block++ {
			first, p := block%2, &probs[block%2][rng.IntN(3)]
			var a, b [16]int16
			i := got.readBlock(&probs, p, &factors, first, &a)
			j := want.readBlockGeneric(&probs, p, &factors, first, &b)
			if i != j || a != b || got.bit(128) != want.bit(128) || got.span != want.span || got.ended != want.ended {
				t.Fatalf("case %d, block %d: %v up to %d, want %v up to %d", n, block, a, i, b, j)
			}
		}
	}
}
