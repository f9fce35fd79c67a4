package main

import (
	"crypto/sha256"
	"image"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"cutpoint/pipeline/raster"
)

// TestCorpus draws a small corpus twice: the same bytes, the pages asked for, all
// of which decode, in every class.
func TestCorpus(t *testing.T) {
	const want = 60
	var sums [2][32]byte
	for i := range sums {
		dir := t.TempDir()
		if err := drawCorpus(dir, want, 7); err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		pages, labels := 0, map[string]bool{}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			h.Write(data)
			labels[filepath.Base(filepath.Dir(path))] = true
			pages += decoded(t, path, data)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if pages != want || len(labels) != len(classes) {
			t.Errorf("%d pages in %d classes", pages, len(labels))
		}
		h.Sum(sums[i][:0])
	}
	if sums[0] != sums[1] {
		t.Error("the same seed draws other pages")
	}
}

func decoded(t *testing.T, path string, data []byte) int {
	t.Helper()
	d, err := raster.Open(t.Context(), data, raster.DefaultLimits(), raster.Decoding{})
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	for p := range d.Pages() {
		if _, err := d.Decode(t.Context(), p); err != nil {
			t.Errorf("%s page %d: %v", path, p, err)
		}
	}
	return d.Pages()
}

// TestPaletteKeepsGreys: every grey goes to the nearest of the palette, white paper too.
func TestPaletteKeepsGreys(t *testing.T) {
	page := scan{RGBA: image.NewRGBA(image.Rect(0, 0, 256, 1))}
	for v := range 256 {
		page.SetRGBA(v, 0, color.RGBA{uint8(v), uint8(v), uint8(v), 255})
	}
	p := greyPalette(page)
	for v := range 256 {
		got := int(p.At(v, 0).(color.Gray).Y)
		if d := got - v; d < -8 || d > 8 {
			t.Errorf("grey %d became %d", v, got)
		}
	}
}
