package raster

import (
	"bytes"
	"image"
	encoder "image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/pipeline/raster/jpeg"
)

// TestJPEG compares decoded pixels with Pillow's, upright. The inverse transforms
// of libjpeg and the standard library round differently; colours and interpolated
// chroma must add nothing to that.
func TestJPEG(t *testing.T) {
	names, err := filepath.Glob("testdata/*.jpg")
	if err != nil || len(names) < 4 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	const tolerance = 0
	for _, name := range names {
		got := decodeFile(t, name)
		want := decodeFile(t, strings.TrimSuffix(name, ".jpg")+".want.png")
		if got.Width != want.Width || got.Height != want.Height || got.Channels != want.Channels {
			t.Errorf("%s is %d × %d × %d, want %d × %d × %d", name, got.Width, got.Height, got.Channels, want.Width, want.Height, want.Channels)
			continue
		}
		largest := 0
		for i, v := range got.Pix {
			d := int(v) - int(want.Pix[i])
			largest = max(largest, d, -d)
		}
		if t.Logf("%s: largest difference %d", name, largest); largest > tolerance {
			t.Errorf("%s differs by %d, want at most %d", name, largest, tolerance)
		}
	}
}

func decodeFile(t *testing.T, name string) *Page {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), data, DefaultLimits(), Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Decode(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFastDecode: large files alone come smaller, as far as Pillow's draft goes, and
// upright; a page's limit is that of the file.
func TestFastDecode(t *testing.T) {
	for _, c := range []struct{ width, height, scale int }{{895, 2000, 1}, {896, 2000, 2}, {1792, 1800, 4}, {3000, 3585, 4}, {3584, 3585, 8}} {
		d := jpegDocument{header: jpeg.Header{Width: c.width, Height: c.height}, fast: true}
		if got := d.scale(); got != c.scale {
			t.Errorf("%d × %d is decoded at 1/%d, want 1/%d", c.width, c.height, got, c.scale)
		}
		if d.fast = false; d.scale() != 1 {
			t.Errorf("%d × %d is decoded smaller unasked", c.width, c.height)
		}
	}
	var b bytes.Buffer
	if err := encoder.Encode(&b, image.NewGray(image.Rect(0, 0, 1001, 897)), nil); err != nil {
		t.Fatal(err)
	}
	for fast, want := range map[bool]int{false: 1001, true: 501} {
		d, err := Open(t.Context(), b.Bytes(), Limits{}, Decoding{FastDecode: fast})
		if err != nil {
			t.Fatal(err)
		}
		p, err := d.Decode(t.Context(), 0)
		if err != nil || p.Width != want {
			t.Errorf("decode with fast %v: %+v, error %v", fast, p, err)
		}
	}
	if d, err := Open(t.Context(), b.Bytes(), Limits{MaxPixels: 1000 * 897}, Decoding{FastDecode: true}); err == nil {
		if _, err := d.Decode(t.Context(), 0); err == nil {
			t.Error("the limit is that of the smaller page")
		}
	}
}

// TestMessages holds the sentences that people get to read.
func TestMessages(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, letter()); err != nil {
		t.Fatal(err)
	}
	_, err := mustOpen(t, b.Bytes()[:30]).Decode(t.Context(), 0)
	if err == nil || err.Error() != "png: the file is cut short (unexpected EOF)" {
		t.Errorf("cut short: %v", err)
	}
	_, err = mustOpen(t, tiffOf(8, 1, 1, 34712, []byte{0})).Decode(t.Context(), 0)
	const want = "tiff: compression 34712 (JPEG 2000) is not read; convert the page to 8-bit grey or RGB with LZW compression"
	if err == nil || err.Error() != want {
		t.Errorf("compression: %v, want %s", err, want)
	}
}

func mustOpen(t *testing.T, data []byte) *Document {
	t.Helper()
	d, err := Open(t.Context(), data, DefaultLimits(), Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
