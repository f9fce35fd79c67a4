package raster

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestGoldenTIFF compares the files of testdata/tiff with what Pillow shows.
func TestGoldenTIFF(t *testing.T) {
	f, err := os.Open("testdata/tiff/pages.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var want struct {
			Path, SHA256, Error string
			Page, Width, Height int
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		p, err := pageOf(t, filepath.Join("testdata/tiff", want.Path), want.Page)
		switch {
		case want.Path == "rgb-webp.tif": // see TestWebPInTIFF
		case (err != nil) != (want.Error != ""):
			t.Errorf("decode %s: error %v; Pillow's is %q", want.Path, err, want.Error)
		case err == nil && (p.Width != want.Width || p.Height != want.Height):
			t.Errorf("%s: %d × %d, want %d × %d", want.Path, p.Width, p.Height, want.Width, want.Height)
		case err == nil && shaOf(p) != want.SHA256:
			t.Errorf("%s differs from what Pillow shows", want.Path)
		}
	}
}

// TestWebPInTIFF compares what Pillow does not read with the same drawing.
func TestWebPInTIFF(t *testing.T) {
	var sums []string
	for _, name := range []string{"rgb.tif", "rgb-webp.tif"} {
		p, err := pageOf(t, filepath.Join("testdata/tiff", name), 0)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, shaOf(p))
	}
	if sums[0] != sums[1] {
		t.Error("the lossless WebP differs")
	}
}
