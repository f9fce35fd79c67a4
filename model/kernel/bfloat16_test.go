package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// hardware skips where there is no VDPBF16PS.
func hardware(t testing.TB) BFloat16 {
	k, ok := SelectBFloat16()
	if !ok {
		t.Skip("this machine, or this build, has no AVX512_BF16")
	}
	return k
}

// TestDotLane holds one step of the instruction against the twin, bit for bit.
func TestDotLane(t *testing.T) {
	k := hardware(t)
	r := rand.New(rand.NewPCG(1, 2))
	special := []uint32{0, 0x8000, 1, 0x8001, 0x7f, 0x80, 0x3f80, 0xbf80, 0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0, 0xffc1}
	value := func() uint32 {
		switch r.IntN(8) {
		case 0:
			return special[r.IntN(len(special))]
		case 1:
			return r.Uint32() & 0xffff
		}
		return uint32(r.IntN(2))<<15 | uint32(0x3c00+r.IntN(0x700))
	}
	src, panel, init := make([]Pair, 1), make([]Pair, 32), make([]float32, 32)
	got, want := make([]float32, 32), make([]float32, 32)
	wrong := 0
	for range 20000 {
		src[0] = Pair(value()<<16 | value())
		for i := range panel {
			panel[i] = Pair(value()<<16 | value())
			init[i] = math.Float32frombits(value()<<16 | r.Uint32()&0xffff)
		}
		p := PairProduct{Sums: got, Src: src, Panel: panel, Init: init, Offsets: []int{0}, Length: 1}
		k.Multiply(1, &p)
		p.Sums = want
		BFloat16{}.Multiply(1, &p)
		for i := range want {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) && (got[i] == got[i] || want[i] == want[i]) {
				if wrong++; wrong < 10 {
					t.Errorf("%x (%v) + %x·%x = %v, want %v", math.Float32bits(init[i]), init[i], src[0], panel[i], got[i], want[i])
				}
			}
		}
	}
	if wrong > 0 { t.Error(wrong, "of", 20000*32) }
}
