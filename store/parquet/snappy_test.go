package parquet

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/s2"
)

func decodesTo(t *testing.T, raw []byte, at int) (size int) {
	t.Helper()
	packed := appendSparse(nil, raw, at)
	if limit := s2.MaxEncodedLen(len(raw)); len(packed) > limit {
		t.Fatalf("%d bytes take %d, more than %d", len(raw), len(packed), limit)
	}
	got, err := s2.Decode(nil, packed)
	if err != nil || !bytes.Equal(got, raw) {
		t.Fatalf("%d bytes, values from %d on: other bytes, or %v", len(raw), at, err)
	}
	return len(packed)
}

// TestSparse sweeps lengths, alignments and densities.
func TestSparse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		for _, odds := range []int{0, 1, 3, 20} { // one word in odds is not zero
			raw := make([]byte, n)
			for i := n % 7; i+4 <= n; i += 4 {
				if odds > 0 && r.IntN(odds) == 0 {
					raw[i+r.IntN(4)] = byte(r.IntN(256))
				}
			}
			for at := range min(n, 9) {
				decodesTo(t, raw, at)
			}
		}
	}
	for _, literal := range []int{59, 60, 61, 255, 256, 257, 2000, 2040, 2048, 65535, 65536, 65537, 70000, 1 << 24, 1<<24 + 4} {
		raw := append(make([]byte, 400), bytes.Repeat([]byte{1}, literal)...)
		raw = append(raw, make([]byte, 100)...)
		raw = append(raw, 1, 2, 3, 4, 0, 0, 0, 0, 5)
		for at := range 4 {
			decodesTo(t, raw, at)
		}
	}
}

// TestSparseSize compares with a matcher that tries everything.
func TestSparseSize(t *testing.T) {
	for _, odds := range []int{1, 2, 3, 20} {
		r := rand.New(rand.NewPCG(3, 4))
		v := make([]float32, 1<<18)
		for i := range v {
			if r.IntN(odds) == 0 {
				v[i] = float32(r.ExpFloat64())
			}
		}
		raw := memory(v)
		ours, other := decodesTo(t, raw, 0), len(s2.EncodeSnappyBetter(nil, raw))
		t.Logf("one in %d: %.1f %%, %.1f %%", odds, 100*float64(ours)/float64(len(raw)), 100*float64(other)/float64(len(raw)))
		if float64(ours) > 1.02*float64(other) {
			t.Errorf("one in %d: %d bytes, not %d", odds, ours, other)
		}
	}
}

func FuzzSparse(f *testing.F) {
	f.Add([]byte("abc\x00\x00\x00\x00\x00\x00\x00\x00defg\x00\x00\x00\x00\x00"), 3)
	f.Fuzz(func(t *testing.T, raw []byte, at int) {
		if at < 0 || at > len(raw) {
			return
		}
		decodesTo(t, raw, at)
	})
}

func BenchmarkSparse(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	v := make([]float32, 1<<18)
	for i := range v {
		if r.IntN(3) == 0 {
			v[i] = float32(r.ExpFloat64())
		}
	}
	raw, dst := memory(v), make([]byte, s2.MaxEncodedLen(1<<20))
	for name, encode := range map[string]func() []byte{
		"sparse": func() []byte { return appendSparse(dst[:0], raw, 0) },
		"fast":   func() []byte { return s2.EncodeSnappy(dst, raw) },
		"better": func() []byte { return s2.EncodeSnappyBetter(dst, raw) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			n := 0
			for b.Loop() {
				n = len(encode())
			}
			b.ReportMetric(100*float64(n)/float64(len(raw)), "%")
		})
	}
}
