package kerneltest

import (
	"math"
	"testing"
)

// TestF16: every fp16 number comes back, and what lies between two goes to the nearer one.
func TestF16(t *testing.T) {
	for h := range 0x7c00 {
		v, next := FromF16(uint16(h)), FromF16(uint16(h+1))
		if got := F16(v); got != uint16(h) {
			t.Fatalf("%g is %#x, want %#x", v, got, h)
		}
		if h == 0x7bff {
			next = 65536
		}
		middle := (v + next) / 2
		if got, even := F16(middle), uint16(h+h&1); got != even {
			t.Fatalf("%g is %#x, want %#x", middle, got, even)
		}
		if below := math.Nextafter32(middle, 0); F16(below) != uint16(h) || F16(-below) != uint16(h)|0x8000 {
			t.Fatalf("%g is %#x, want %#x", below, F16(below), h)
		}
	}
	if F16(float32(math.Inf(-1))) != 0xfc00 || !math.IsNaN(float64(FromF16(F16(float32(math.NaN()))))) {
		t.Error("infinities or NaN")
	}
}
