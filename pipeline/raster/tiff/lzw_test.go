package tiff

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// lzwWriter is the encoder of TIFF 6.0, section 13, and its predecessor of other
// bit order that lengthens codes one later.
type lzwWriter struct {
	out   []byte
	hold  uint64
	held  uint
	width uint
	old   bool
}

func (w *lzwWriter) put(code int) {
	if w.old {
		w.hold |= uint64(code) << w.held
	} else {
		w.hold = w.hold<<w.width | uint64(code)
	}
	for w.held += w.width; w.held >= 8; w.held -= 8 {
		if w.old {
			w.out = append(w.out, byte(w.hold))
			w.hold >>= 8
		} else {
			w.out = append(w.out, byte(w.hold>>(w.held-8)))
		}
	}
}

func encodeLZW(data []byte, old bool) []byte {
	w := lzwWriter{width: 9, old: old}
	early := 1
	if old {
		early = 0
	}
	table := map[string]int{}
	reset := func() {
		w.put(lzwClear)
		clear(table)
		w.width = 9
	}
	code := func(s []byte) int {
		if len(s) == 1 {
			return int(s[0])
		}
		return table[string(s)]
	}
	reset()
	next, start := lzwFirst, 0
	for i := 1; i <= len(data); i++ {
		if _, known := table[string(data[start:i])]; known || i == start+1 {
			continue
		}
		w.put(code(data[start : i-1]))
		table[string(data[start:i])] = next
		start = i - 1
		// The decoder is one string behind.
		if next++; next-1+early == 1<<w.width {
			w.width++
		}
		if next == 4094 {
			reset()
			next = lzwFirst
		}
	}
	w.put(code(data[start:]))
	if next+early == 1<<w.width && w.width < lzwWidth {
		w.width++
	}
	w.put(lzwEnd)
	w.put(0) // flush
	return w.out
}

func TestLZW(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, old := range []bool{false, true} {
		for _, n := range []int{1, 2, 3, 100, 5000, 60000} {
			for _, values := range []int{1, 2, 256} {
				want := make([]byte, n)
				for i := range want {
					want[i] = byte(rng.IntN(values))
				}
				got := make([]byte, n)
				if err := new(lzw).decode(got, encodeLZW(want, old)); err != nil {
					t.Errorf("%d bytes of %d values, old %v: %v", n, values, old, err)
				} else if !bytes.Equal(got, want) {
					t.Errorf("%d bytes of %d values, old %v: other bytes come back", n, values, old)
				}
			}
		}
	}
}

func TestLZWRefuses(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing": nil, "clear only": {0x80, 0}, "cut short": encodeLZW(make([]byte, 100), false)[:4],
		"a code before its string": {0x80, 0x7f, 0xff, 0xff},
	} {
		if err := new(lzw).decode(make([]byte, 200), data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPackBits(t *testing.T) {
	got := make([]byte, 24) // the example of TIFF 6.0, page 42
	err := packBits(got, []byte("\xfe\xaa\x02\x80\x00\x2a\xfd\xaa\x03\x80\x00\x2a\x22\xf7\xaa"))
	if want := "\xaa\xaa\xaa\x80\x00\x2a\xaa\xaa\xaa\xaa\x80\x00\x2a\x22\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"; err != nil || string(got) != want {
		t.Errorf("unpacked % x, error %v; want % x", got, err, want)
	}
	if err := packBits(make([]byte, 24), []byte("\xfe\xaa")); err == nil {
		t.Error("data cut short gave no error")
	}
}

func FuzzLZW(f *testing.F) {
	for _, old := range []bool{false, true} {
		f.Add(encodeLZW([]byte("a rose is a rose is a rose is a rose"), old), uint16(36))
		f.Add(encodeLZW(make([]byte, 5000), old), uint16(5000))
	}
	z := new(lzw)
	f.Fuzz(func(t *testing.T, data []byte, size uint16) {
		got, again := make([]byte, size), make([]byte, size)
		err := z.decode(got, data)
		if other := new(lzw).decode(again, data); (err == nil) != (other == nil) || err == nil && !bytes.Equal(got, again) {
			t.Errorf("a kept table gives %v, a new one %v", err, other)
		}
	})
}

// FuzzPackBits compares with decoding byte by byte.
func FuzzPackBits(f *testing.F) {
	f.Add([]byte("\xfe\xaa\x02\x80\x00\x2a\xfd\xaa\x03\x80\x00\x2a\x22\xf7\xaa"), uint16(24))
	f.Add(append(bytes.Repeat([]byte("\x81\x07\x80\x00\x01"), 200), "\x7f"...), uint16(9000))
	f.Fuzz(func(t *testing.T, data []byte, size uint16) {
		got, want := make([]byte, size), make([]byte, size)
		err := packBits(got, data)
		if n := packBitsEnd(want, data); (err == nil) != (n == len(want)) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("%v; byte by byte %d of %d bytes, equal %v", err, n, size, bytes.Equal(got, want))
		}
	})
}
