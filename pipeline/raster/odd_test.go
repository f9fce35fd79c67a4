package raster

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"testing"
)

// odd returns the files of testdata/odd.zip, which odd.py made: broken or unusual ones.
func odd(t testing.TB) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader("testdata/odd.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// otherwise are the odd files that are not as with Pillow, on purpose.
var otherwise = map[string]string{
	// Browsers show these, and nothing of the image is missing.
	"sum-of-text-bad.png": "shown", "sum-of-transparency-bad.png": "shown", "palette-too-long.png": "shown", "transparent-rgb-short.png": "shown",
	"chunk-long-after.png": "shown", "chunk-cut-after.png": "shown", "physical-short.png": "shown", "gamma-short.png": "shown",
	"scan-out-of-order.jpg": "shown", "tail-missing.jpg": "shown", "turned-exif-broken.webp": "shown",
	// Pillow shows these in black, browsers do not show them.
	"palette-missing.png": "refused", "palette-missing-4.png": "refused", "palette-late.png": "refused",
	"palette-first.png": "different", // Pillow does not know yet that the palette matters
	// Alpha that is 0 everywhere is none: Windows shows these.
	"alpha-zero-56.bmp": "different", "alpha-zero-108.bmp": "different", "alpha-zero-124.bmp": "different",
}

// TestOdd compares every odd file with what Pillow makes of it.
func TestOdd(t *testing.T) {
	files := odd(t)
	lines := json.NewDecoder(bytes.NewReader(files["pages.json"]))
	for lines.More() {
		var want struct{ Path, SHA256, Error string }
		if err := lines.Decode(&want); err != nil {
			t.Fatal(err)
		}
		p, err := decodedData(files[want.Path], 0)
		got := "as with Pillow"
		switch {
		case err != nil && want.Error == "":
			got = "refused"
		case err == nil && want.Error != "":
			got = "shown"
		case err == nil && digest(p, "squash bilinear") != want.SHA256:
			got = "different"
		}
		if expected, ok := otherwise[want.Path]; got != expected && (ok || got != "as with Pillow") {
			t.Errorf("%s is %s (error %v; Pillow: %s), want %s", want.Path, got, err, want.Error, expected)
		}
	}
}

// TestOddWarnings: rows that are missing without an error are marked, and nothing else is.
func TestOddWarnings(t *testing.T) {
	for name, data := range odd(t) {
		p, err := decodedData(data, 0)
		if err != nil {
			continue
		}
		want := Warning("")
		if name == "rows-missing.png" {
			want = Incomplete
		}
		if p.Warning != want {
			t.Errorf("%s has the warning %q, want %q", name, p.Warning, want)
		}
	}
}

// TestAlphaThatIsNone: the same colours are in all of these files.
func TestAlphaThatIsNone(t *testing.T) {
	files := odd(t)
	want, err := decodedData(files["alpha-unused.bmp"], 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alpha-zero-56.bmp", "alpha-zero-108.bmp", "alpha-zero-124.bmp"} {
		p, err := decodedData(files[name], 0)
		if err != nil || !bytes.Equal(p.Pix, want.Pix) {
			t.Errorf("%s is not shown as without alpha (error %v)", name, err)
		}
	}
}

// TestTurned: what an orientation of 6 turns lies on its side no more, wherever it stands.
func TestTurned(t *testing.T) {
	files := odd(t)
	for name, upright := range map[string]bool{
		"turned-fill-bytes.jpg": false, "turned-type-4.jpg": false, "turned-xmp.jpg": false, "turned-xmp-element.jpg": false, "turned-type-2.jpg": true,
		"turned-exif-prefix.png": false, "turned-raw-packed.png": false, "turned-xmp-after.png": false, "turned-xmp-quote.png": true,
		"turned-xmp.webp": false, "turned-exif-prefix.webp": false, "turned-xmp-unflagged.webp": true,
	} {
		p, err := decodedData(files[name], 0)
		if err != nil || (p.Width > p.Height) != upright {
			t.Errorf("%s is %d × %d, turned: %v; error %v", name, p.Width, p.Height, !upright, err)
		}
	}
}
