package bmp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// decode returns a file's pixels, grey as RGB.
func decode(data []byte) (h *Header, pix []uint8, err error) {
	if h, err = DecodeHeader(data); err != nil {
		return h, nil, err
	}
	if pix, err = h.Decode(context.Background()); err != nil || h.Channels() != 1 {
		return h, pix, err
	}
	rgb := make([]uint8, 0, 3*len(pix))
	for _, v := range pix {
		rgb = append(rgb, v, v, v)
	}
	return h, rgb, nil
}

// TestGolden holds every file to what Pillow shows of it.
func TestGolden(t *testing.T) {
	var golden []struct {
		File, SHA256, Error string
		Width, Height       int
	}
	if err := json.Unmarshal(read(t, "golden.json"), &golden); err != nil || len(golden) < 20 {
		t.Fatalf("%d files, %v", len(golden), err)
	}
	for _, want := range golden {
		h, pix, err := decode(read(t, want.File))
		if (err != nil) != (want.Error != "") {
			t.Errorf("%s: %v, Pillow says %q", want.File, err, want.Error)
		}
		if err != nil || want.Error != "" {
			continue
		}
		sum := sha256.Sum256(pix)
		if h.Width != want.Width || h.Height != want.Height || hex.EncodeToString(sum[:]) != want.SHA256 {
			t.Errorf("%s is %d × %d × %d with other pixels, want %+v", want.File, h.Width, h.Height, h.Channels(), want)
		}
	}
}

func TestRefuses(t *testing.T) {
	whole := read(t, "palette-4.bmp")
	changed := func(at int, b ...byte) []byte {
		data := append([]byte{}, whole...)
		copy(data[at:], b)
		return data
	}
	for name, c := range map[string]struct {
		data        []byte
		want        string
		unsupported bool
	}{
		"nothing": {nil, "EOF", false}, "cut in the header": {whole[:30], "EOF", false}, "odd header": {changed(14, 16), "16 bytes", true},
		"no width": {changed(18, 0, 0, 0, 0), "0 × 7", false}, "JPEG inside": {changed(30, 4), "compression 4", true},
		"3 bits": {changed(28, 3), "3 bits", true}, "pixels elsewhere": {changed(10, 0xff, 0xff), "EOF", false},
	} {
		_, _, err := decode(c.data)
		var u UnsupportedError
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &u) != c.unsupported {
			t.Errorf("decode %s: error %v, want %q", name, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/*.bmp")
	if err != nil || len(names) == 0 {
		f.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		f.Add(read(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := DecodeHeader(data)
		if err != nil || h.Width > 1<<18/h.Height {
			return
		}
		if pix, err := h.Decode(context.Background()); err == nil && len(pix) != h.Width*h.Height*h.Channels() {
			t.Fatalf("%d × %d × %d with %d values", h.Width, h.Height, h.Channels(), len(pix))
		}
	})
}
