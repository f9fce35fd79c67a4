package raster

import (
	"bufio"
	"encoding/json"
	"errors"
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
		case known[want.Path] != "":
		case (err != nil) != (want.Error != ""):
			t.Errorf("decode %s: error %v; Pillow's is %q", want.Path, err, want.Error)
		case err == nil && (p.Width != want.Width || p.Height != want.Height):
			t.Errorf("%s: %d × %d, want %d × %d", want.Path, p.Width, p.Height, want.Width, want.Height)
		case err == nil && shaOf(p) != want.SHA256:
			t.Errorf("%s differs from what Pillow shows", want.Path)
		}
	}
}

// TestTIFFsOfOnePicture compares what Pillow does not read, or not as it is meant, with
// the same picture in another form.
func TestTIFFsOfOnePicture(t *testing.T) {
	for name, same := range map[string]string{
		"rgb-webp.tif":             "rgb.tif",
		"grey-16-of-12.tif":        "grey-8-black-is-zero.tif",
		"grey-16-of-12-lies.tif":   "grey-16-little.tif",
		"old-no-end.tif":           "old-stream.tif",
		"old-stream-elsewhere.tif": "old-stream.tif",
		"old-tags-missing.tif":     "old-stream.tif",
		"old-tiles.tif":            "old-tiles-as-stream.tif",
		"old-planes-unnamed.tif":   "old-planes.tif",
	} {
		if shaOfFile(t, name) != shaOfFile(t, same) {
			t.Errorf("%s differs from %s", name, same)
		}
	}
}

func shaOfFile(t *testing.T, name string) string {
	t.Helper()
	p, err := pageOf(t, filepath.Join("testdata/tiff", name), 0)
	if err != nil {
		t.Fatalf("decode %s: %v", name, err)
	}
	return shaOf(p)
}

// TestACutOldJPEGIsCorrupt: no page is shown of which most is missing.
func TestACutOldJPEGIsCorrupt(t *testing.T) {
	_, err := pageOf(t, "testdata/tiff/old-cut.tif", 0)
	var e *Error
	if !errors.As(err, &e) || e.Class != Corrupt {
		t.Errorf("decode: error %v, want class %s", err, Corrupt)
	}
}
