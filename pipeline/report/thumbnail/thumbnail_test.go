package thumbnail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/raster"
)

// file writes a file into a folder of the test's own.
func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// drawn is a PNG whose left half is one colour and right half another.
func drawn(t *testing.T, width, height int, left, right color.RGBA) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := left
			if 2*x >= width {
				c = right
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	red  = color.RGBA{200, 30, 30, 255}
	blue = color.RGBA{30, 30, 200, 255}
)

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSizes(t *testing.T) {
	for _, c := range []struct{ width, height, w, h int }{
		{1600, 2260, 160, 226}, {1000, 100, 160, 16}, {100, 1000, 23, 226}, {40, 30, 40, 30}, {1, 1, 1, 1}, {3000, 1, 160, 1}, {1, 3000, 1, 226}, {161, 227, 160, 226},
	} {
		data, err := Read(t.Context(), file(t, "page.png", drawn(t, c.width, c.height, red, blue)), "", 0, Limits())
		if err != nil {
			t.Fatal(err)
		}
		if m := decode(t, data); m.Bounds().Dx() != c.w || m.Bounds().Dy() != c.h {
			t.Errorf("%d × %d becomes %v, want %d × %d", c.width, c.height, m.Bounds(), c.w, c.h)
		}
	}
}

func TestColours(t *testing.T) {
	data, err := Read(t.Context(), file(t, "page.png", drawn(t, 801, 400, red, blue)), "", 0, Limits())
	if err != nil {
		t.Fatal(err)
	}
	m := decode(t, data)
	for _, c := range []struct {
		x    int
		want color.RGBA
	}{{20, red}, {140, blue}} {
		r, g, b, _ := m.At(c.x, 40).RGBA()
		for i, v := range []uint32{r, g, b} {
			want := []uint8{c.want.R, c.want.G, c.want.B}[i]
			if d := int(v>>8) - int(want); d < -12 || d > 12 {
				t.Errorf("channel %d at %d is %d, want %d", i, c.x, v>>8, want)
			}
		}
	}
}

// TestMeans: every pixel counts, and equally, where blocks divide the page.
func TestMeans(t *testing.T) {
	p := &raster.Page{Width: 4, Height: 2, Channels: 1, Pix: []uint8{0, 10, 100, 200, 20, 30, 50, 250}}
	m := shrink(p, 2, 1).(*image.Gray)
	if m.Pix[0] != 15 || m.Pix[1] != 150 {
		t.Errorf("shrunk pixels are %v, want the means 15 and 150", m.Pix)
	}
}

func TestOf(t *testing.T) {
	data := drawn(t, 30, 30, red, blue)
	sum := sha256.Sum256(data)
	o := compare.Outcome{DocumentID: hex.EncodeToString(sum[:]), Page: -1, Path: file(t, "a.png", data)}
	if _, err := Of(t.Context())(o); err != nil {
		t.Errorf("a document's first page: %v", err)
	}
	o.Page = 1
	if _, err := Of(t.Context())(o); err == nil {
		t.Error("a page that is not there has a picture")
	}
	o.Page, o.DocumentID = 0, strings.Repeat("0", 64)
	if _, err := Of(t.Context())(o); !errors.Is(err, ErrChanged) {
		t.Errorf("another document: %v", err)
	}
}

// TestRefusals: what is no document is refused quickly, and the path is left out.
func TestRefusals(t *testing.T) {
	good := file(t, "good.png", drawn(t, 30, 30, red, blue))
	folder := filepath.Dir(good)
	link, fifo := filepath.Join(folder, "link.png"), filepath.Join(folder, "fifo.png")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	small := Limits()
	small.MaxBytes = 50
	few := Limits()
	few.MaxPixels = 100
	for _, c := range []struct {
		path   string
		limits raster.Limits
		want   string
	}{
		{filepath.Join(folder, "absent.tif"), Limits(), "no such file"}, {link, Limits(), "symbolic link"},
		{fifo, Limits(), "not a regular file"}, {folder, Limits(), "not a regular file"}, {good, small, "the limit is 50"},
		{good, few, "the limit is 100 pixels"}, {file(t, "text.tif", []byte("hello")), Limits(), "no document"},
		{file(t, "short.png", drawn(t, 30, 30, red, blue)[:60]), Limits(), "the file is cut short"}, {file(t, "empty.png", nil), Limits(), "empty"},
		{"bad\x00name", Limits(), "invalid argument"},
	} {
		_, err := Read(t.Context(), c.path, "", 0, c.limits)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), folder) {
			t.Errorf("%s: %v, want %q without the folder", filepath.Base(c.path), err, c.want)
		}
	}
	if _, err := Read(t.Context(), filepath.Join(folder, "absent.tif"), "", 0, Limits()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
}

// TestRealPages draws scanned pages, and what only looks like one.
func TestRealPages(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "..", "shared", "data")
	scans, _ := filepath.Glob(filepath.Join(shared, "pages5", "*", "*0.tif"))
	var hostile []string
	err := filepath.WalkDir(filepath.Join(shared, "hostile"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			hostile = append(hostile, path)
		}
		return err
	})
	if len(scans) == 0 || errors.Is(err, fs.ErrNotExist) {
		t.Skip("data: ../shared/data/pages5 or hostile is absent")
	}
	if err != nil || len(hostile) == 0 {
		t.Fatalf("%d hostile files, error %v", len(hostile), err)
	}
	for _, path := range scans {
		data, err := Read(t.Context(), path, "", 0, Limits())
		if err != nil {
			t.Errorf("thumbnail of %s: %v", filepath.Base(path), err)
		} else if len(data) > 16<<10 {
			t.Errorf("%s: the thumbnail has %d bytes", filepath.Base(path), len(data))
		}
	}
	for i, path := range hostile {
		if i%16 == 0 {
			if data, err := Read(t.Context(), path, "", 0, Limits()); err == nil {
				decode(t, data)
			}
		}
	}
	t.Logf("%d scans, a sixteenth of %d hostile files", len(scans), len(hostile))
}
