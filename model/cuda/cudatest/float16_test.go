package cudatest

import (
	"math"
	"testing"
)

// Every value of 16 bits comes back, and what lies between two goes to the nearer one, from
// the middle to the even one.
func TestFormats16(t *testing.T) {
	for _, f := range formats16 {
		infinity := uint32(0x7c00)
		if f.name == "bf16" {
			infinity = 0x7f80
		}
		for u := range infinity {
			for _, sign := range []uint32{0, 0x8000} {
				v := float64(f.value(u | sign))
				if got := f.round(v, nearest); got != u|sign {
					t.Fatalf("%s: %#x is %g and rounds to %#x", f.name, u|sign, v, got)
				}
			}
			v, above := float64(f.value(u)), float64(f.value(u+1))
			if u+1 == infinity {
				above = 2*v - float64(f.value(u-1))
			}
			middle := (v + above) / 2
			for _, c := range []struct {
				at   float64
				r    rounding
				want uint32
			}{
				{math.Nextafter(middle, 0), nearest, u},
				{middle, nearest, u + u&1},
				{math.Nextafter(middle, above), nearest, u + 1},
				{math.Nextafter(above, 0), toZero, u},
			} {
				if got := f.round(c.at, c.r); got != c.want {
					t.Fatalf("%s: %g rounds to %#x, want %#x", f.name, c.at, got, c.want)
				}
			}
		}
		for _, v := range []float64{math.Inf(1), math.NaN()} {
			if got := float64(f.value(f.round(v, nearest))); got != v && (v == v || got == got) {
				t.Errorf("%s: %g rounded becomes %g, want it unchanged", f.name, v, got)
			}
		}
	}
}
