package raster

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// small keeps a test's memory low; a bomb must be refused at any limit.
var small = Limits{MaxPixels: 4_000_000, MaxPages: 50, MaxBytes: 64 << 20}

// became counts what became of a document's pages: the class of the failure, or "read".
type became map[Class]int

// exercise reads a document to the end: every failure must be an *Error, every
// page consistent.
func exercise(t *testing.T, data []byte) became {
	t.Helper()
	seen := became{}
	check := func(err error) bool {
		if err == nil {
			return true
		}
		var e *Error
		if !errors.As(err, &e) || e.Class == "" {
			t.Errorf("untyped error %v", err)
			e = &Error{Class: "untyped"}
		}
		seen[e.Class]++
		return false
	}
	d, err := Open(t.Context(), data, small, Decoding{})
	if !check(err) {
		return seen
	}
	defer d.Close()
	dst := make([]uint8, 224*224*3)
	for n := range d.Pages() {
		p, err := d.Decode(t.Context(), n)
		if !check(err) {
			continue
		}
		if p.Width < 1 || p.Height < 1 || len(p.Pix) != p.Width*p.Height*p.Channels {
			t.Fatalf("page of %d × %d × %d has %d values", p.Width, p.Height, p.Channels, len(p.Pix))
		}
		p.Prepare(dst, 224, Preparation{})
		seen["read"]++
	}
	return seen
}

// TestHostile reads the shared collection of broken and odd files.
func TestHostile(t *testing.T) {
	root := "../../../shared/data/hostile"
	if _, err := os.Stat(root); err != nil {
		t.Skip("data: ../shared/data/hostile is absent")
	}
	files, seen := map[string]int{}, map[string]became{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got := exercise(t, data)
		if len(got) == 0 {
			t.Errorf("%s gave neither a page nor a failure", path)
		}
		format := cmp.Or(sniff(data), "no known format")
		if seen[format] == nil {
			seen[format] = became{}
		}
		files[format]++
		for class, n := range got {
			seen[format][class] += n
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("files of %d formats, error %v", len(files), err)
	}
	for _, format := range slices.Sorted(maps.Keys(files)) {
		t.Logf("%s: %d files, pages %v", format, files[format], seen[format])
	}
}

// FuzzOpen is seeded with a file of each format.
func FuzzOpen(f *testing.F) { fuzz(f, "*.*", "") }

// FuzzPNG, FuzzGIF and FuzzWebP begin with the odd files, too; the other formats have
// targets in their packages.
func FuzzPNG(f *testing.F)  { fuzz(f, "*.png", "png") }
func FuzzGIF(f *testing.F)  { fuzz(f, "*.gif", "gif") }
func FuzzWebP(f *testing.F) { fuzz(f, "*.webp", "webp") }

// fuzz tries what is of the format, or everything.
func fuzz(f *testing.F, seeds, format string) {
	names, err := filepath.Glob("testdata/" + seeds)
	if err != nil || len(names) == 0 {
		f.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for name, data := range odd(f) {
		if format != "" && sniff(data) == format && len(data) < 4000 && name != "pages.json" {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if format == "" || sniff(data) == format {
			exercise(t, data)
		}
	})
}

func TestTruncatedAnywhere(t *testing.T) {
	for _, name := range []string{"pages.tif", "bilevel-group4.tif", "mode-P.tif", "rgb.bmp", "mode-RGBA.png", "palette.gif", "lossless.webp", "animated-moved.webp"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(data); n += 1 + len(data)/400 {
			exercise(t, data[:n])
		}
	}
}

func TestLimits(t *testing.T) {
	data, err := os.ReadFile("testdata/pages.tif")
	if err != nil {
		t.Fatal(err)
	}
	for name, limits := range map[string]Limits{
		"pixels": {MaxPixels: 100, MaxPages: 50, MaxBytes: 1 << 20},
		"pages":  {MaxPixels: 1 << 30, MaxPages: 2, MaxBytes: 1 << 20},
		"bytes":  {MaxPixels: 1 << 30, MaxPages: 50, MaxBytes: 100},
	} {
		d, err := Open(t.Context(), data, limits, Decoding{})
		if err == nil {
			_, err = d.Decode(t.Context(), 0)
		}
		var e *Error
		if !errors.As(err, &e) || e.Class != TooLarge {
			t.Errorf("decoding %s with small limits: error %v, want class %s", name, err, TooLarge)
		}
	}
}
