package vp8

import (
	"bytes"
	"encoding/binary"
	"image"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/vp8"
)

// frames returns the frames of lossy files.
func frames(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../testdata/*.webp")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if at := bytes.Index(data, []byte("VP8 ")); at >= 0 {
			size := binary.LittleEndian.Uint32(data[at+4:])
			all[filepath.Base(name)] = data[at+8:][:size]
		}
	}
	if len(all) < 5 {
		t.Fatalf("%d files have a lossy frame", len(all))
	}
	return all
}

// other decodes with golang.org/x/image.
func other(data []byte) (*image.YCbCr, error) {
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(data), len(data))
	if _, err := d.DecodeFrameHeader(); err != nil {
		return nil, err
	}
	return d.DecodeFrame()
}

// different says in which plane two images of a size differ.
func different(a, b *image.YCbCr) string {
	w, h := a.Rect.Dx(), a.Rect.Dy()
	for y := range h {
		if !bytes.Equal(a.Y[y*a.YStride:][:w], b.Y[y*b.YStride:][:w]) {
			return "luma"
		}
	}
	for y := range (h + 1) / 2 {
		if !bytes.Equal(a.Cb[y*a.CStride:][:(w+1)/2], b.Cb[y*b.CStride:][:(w+1)/2]) {
			return "the first chroma"
		}
		if !bytes.Equal(a.Cr[y*a.CStride:][:(w+1)/2], b.Cr[y*b.CStride:][:(w+1)/2]) {
			return "the second chroma"
		}
	}
	return ""
}

func TestDecode(t *testing.T) {
	for name, data := range frames(t) {
		got, err := Decode(t.Context(), data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := other(data)
		if err != nil || got.Rect != want.Rect {
			t.Fatalf("%s is %v, want %v, error %v", name, got.Rect, want.Rect, err)
		}
		if plane := different(got, want); plane != "" {
			t.Errorf("%s differs in %s", name, plane)
		}
	}
}

// TestChangedFrames holds changed frames to the other decoder: most of them are frames,
// too, with all modes, segments and filters. In some the coefficients are so large that it
// is the one decoder that wraps around, not both; there libwebp is as ours.
func TestChangedFrames(t *testing.T) {
	equal, others := 0, 0
	for _, data := range frames(t) {
		for at := 10; at < min(len(data), 300); at++ {
			changed := bytes.Clone(data)
			changed[at] ^= byte(1 + at*37)
			got, err := Decode(t.Context(), changed)
			want, bad := other(changed)
			if err != nil || bad != nil {
				continue // they find different ends of broken data
			}
			if different(got, want) == "" {
				equal++
			} else {
				others++
			}
		}
	}
	if equal < 300 || others > equal/10 {
		t.Errorf("of the changed frames %d are as with the other decoder, %d are not", equal, others)
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range frames(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		width, height, err := Size(data)
		if err != nil || width*height > 1<<16 {
			return
		}
		got, err := Decode(t.Context(), data)
		if err != nil {
			return
		}
		if got.Rect != image.Rect(0, 0, width, height) {
			t.Fatalf("the image is %v, want %d × %d", got.Rect, width, height)
		}
	})
}
