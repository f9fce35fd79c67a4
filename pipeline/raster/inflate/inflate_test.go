package inflate

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

func compressed(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// contents are what makes all kinds of blocks and matches.
func contents() map[string][]byte {
	rng := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	skewed := make([]byte, 200_000)
	for i := range skewed { // codes up to the longest
		for skewed[i] = 0; skewed[i] < 200 && rng.IntN(2) == 0; skewed[i]++ {
		}
	}
	var repeats []byte
	for len(repeats) < 150_000 {
		distance, length := 1+rng.IntN(min(32768, len(repeats)+1)), 3+rng.IntN(300)
		if distance > len(repeats) || rng.IntN(4) == 0 {
			repeats = append(repeats, noise[:1+rng.IntN(9)]...)
			continue
		}
		for range length {
			repeats = append(repeats, repeats[len(repeats)-distance])
		}
	}
	return map[string][]byte{"nothing": {}, "a byte": {7}, "noise": noise, "skewed": skewed, "repeats": repeats, "zeros": make([]byte, 300_000), "text": bytes.Repeat([]byte("a page of text, "), 5000)}
}

var levels = []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.DefaultCompression, flate.BestCompression}

func TestStream(t *testing.T) {
	for name, want := range contents() {
		for _, level := range levels {
			data := compressed(t, want, level)
			s, err := New(len(want), slices.Values([][]byte{data[:len(data)/3], nil, data[len(data)/3:]}))
			if err != nil {
				t.Fatal(err)
			}
			for n := 0; n < len(want); n += 10_000 {
				if err := s.Fill(n); err != nil || len(s.Bytes()) < n {
					t.Fatalf("%s at level %d up to %d: %d bytes, error %v", name, level, n, len(s.Bytes()), err)
				}
			}
			if err := s.Fill(len(want)); err != nil || !bytes.Equal(s.Bytes(), want) {
				t.Errorf("%s at level %d: %d bytes, want %d, error %v", name, level, len(s.Bytes()), len(want), err)
			}
			if sum, ok := s.Finish(); ok && sum != adler32.Checksum(want) || !ok && level != flate.NoCompression && len(want) > 0 && level != flate.BestSpeed {
				t.Logf("%s at level %d: checksum %x, %v", name, level, sum, ok)
			}
		}
	}
}

// TestCutShort: what is there comes out, and the rest is no error but that one.
func TestCutShort(t *testing.T) {
	for name, want := range contents() {
		data := compressed(t, want, flate.DefaultCompression)
		for n := 2; n < len(data)-4; n += 1 + len(data)/50 {
			s, err := New(len(want), slices.Values([][]byte{data[:n]}))
			if err != nil {
				t.Fatal(err)
			}
			err = s.Fill(len(want))
			if !errors.Is(err, io.ErrUnexpectedEOF) && len(s.Bytes()) < len(want) {
				t.Errorf("%s cut at %d of %d: %d of %d bytes, error %v", name, n, len(data), len(s.Bytes()), len(want), err)
			}
		}
	}
}

// TestBrokenBehind: what follows the last byte that is asked for may be broken.
func TestBrokenBehind(t *testing.T) {
	// Literals, and then a match that begins before the first of them.
	data := []byte("\x78\xda\x63\xf8\xcf\x00\x02\xff\xe1\xf8\xff\x00\x26\xeb\x04\xfc")
	for size, want := range map[int]error{18: nil, 100: ErrCorrupt} {
		s, err := New(size, slices.Values([][]byte{data}))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Fill(size); !errors.Is(err, want) {
			t.Errorf("%d bytes: error %v, want %v", size, err, want)
		}
	}
}

func TestRefuses(t *testing.T) {
	var far bytes.Buffer
	w, err := flate.NewWriterDict(&far, flate.BestCompression, []byte("what stands before the start"))
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("what stands before the start"))
	w.Close()
	for name, data := range map[string]string{
		"no zlib": "\x12\x34\x00", "a dictionary": "\x78\xbb\x00\x00", "block kind 3": "\x78\x9c\x07", "stored without length": "\x78\x9c\x01\x01\x00\x00\x00a",
		"too many codes": "\x78\x9c\xfd\xff\xff\xff\xff\xff", "far distance": "\x78\x9c" + far.String(), "no codes": "\x78\x9c\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		s, err := New(1000, slices.Values([][]byte{[]byte(data)}))
		if err == nil {
			err = s.Fill(1000)
		}
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: error %v, want %v", name, err, ErrCorrupt)
		}
	}
}

// FuzzStream holds every stream to what the standard library makes of it.
func FuzzStream(f *testing.F) {
	for _, want := range contents() {
		for _, level := range levels {
			f.Add(compressed(f, want[:min(len(want), 2000)], level))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const size = 5000
		s, err := New(size, slices.Values([][]byte{data}))
		if err != nil {
			return
		}
		err = s.Fill(size)
		r, bad := zlib.NewReader(bytes.NewReader(data))
		if bad != nil {
			return
		}
		want, bad := io.ReadAll(io.LimitReader(r, size))
		if bad == nil && len(want) == size {
			if !bytes.Equal(s.Bytes(), want) || err != nil {
				t.Errorf("%d bytes, error %v; want %d", len(s.Bytes()), err, len(want))
			}
		} else if bad == nil && (err != nil || !bytes.Equal(s.Bytes(), want)) {
			t.Errorf("%d bytes, error %v; want %d", len(s.Bytes()), err, len(want))
		} else if bad != nil && bad != zlib.ErrChecksum && err == nil && !bytes.HasPrefix(s.Bytes(), want) {
			t.Errorf("%d bytes; the standard library has %d others and %v", len(s.Bytes()), len(want), bad)
		}
	})
}

func BenchmarkStream(b *testing.B) {
	for name, want := range contents() {
		data := compressed(b, want, flate.DefaultCompression)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(want)))
			for range b.N {
				s, err := New(len(want), slices.Values([][]byte{data}))
				if err == nil {
					err = s.Fill(len(want))
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"-standard", func(b *testing.B) {
			b.SetBytes(int64(len(want)))
			for range b.N {
				r, err := zlib.NewReader(bytes.NewReader(data))
				if err == nil {
					_, err = io.ReadFull(r, make([]byte, len(want)))
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
