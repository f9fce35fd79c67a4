package pnm

import (
	"bytes"
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

func decode(data []byte) (*Header, []uint8, error) {
	h, err := DecodeHeader(data)
	if err != nil {
		return nil, nil, err
	}
	pix, err := h.Decode(context.Background())
	return h, pix, err
}

// TestGolden holds every file to what Pillow shows of it.
func TestGolden(t *testing.T) {
	var golden []struct {
		File, SHA256, Error     string
		Width, Height, Channels int
	}
	if err := json.Unmarshal(read(t, "golden.json"), &golden); err != nil || len(golden) < 30 {
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
		if h.Width != want.Width || h.Height != want.Height || h.Channels() != want.Channels || hex.EncodeToString(sum[:]) != want.SHA256 {
			t.Errorf("%s is %d × %d × %d, pixels %v, want %+v", want.File, h.Width, h.Height, h.Channels(), pix, want)
		}
	}
}

func TestPixels(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []uint8
	}{
		"bits without spaces":               {"P1 3 1 010", []uint8{255, 0, 255}},
		"nothing behind the last value":     {"P2 1 1 9 9", []uint8{255}},
		"leading zeros":                     {"P2 001 1 000000000000009 000000000000000009", []uint8{255}},
		"a comment ends a number":           {"P2#grey\n2#wide\r1 9 9#nine\n0", []uint8{255, 0}},
		"pixels like a comment":             {"P5 2 1 255\n#\n", []uint8{'#', '\n'}},
		"a comment before binary pixels":    {"P5 2 1 255#all\nab", []uint8{'a', 'b'}},
		"the bits behind a row":             {"P4 1 2\n\x7f\xff", []uint8{255, 0}},
		"sixteen bits lose the lower eight": {"P5 2 1 65535\n\x12\xff\xff\x00", []uint8{0x12, 0xff}},
	} {
		if _, got, err := decode([]byte(c.file)); err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("decode %s: %v, error %v; want %v", name, got, err, c.want)
		}
	}
}

func TestRefuses(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"another kind":           {"P7 1 1 255\n\x00", "no portable bitmap"},
		"nothing":                {"", "no portable bitmap"},
		"cut in the header":      {"P5 17", "the height: unexpected EOF"},
		"a comment without end":  {"P5 # 17 1 255", "the width: unexpected EOF"},
		"no number":              {"P5 wide 1 255", `the width: 'w' stands where a number should`},
		"a number with a letter": {"P5 1x 1 255", `the width: 'x' stands where a number should`},
		"a negative size":        {"P5 -1 1 255", `the width: '-' stands where a number should`},
		"no width":               {"P4 0 1 ", "0 × 1"},
		"far too wide":           {"P4 99999999999999999999 1 ", "the width: a number is above 2147483647"},
		"more than there is":     {"P6 2147483647 2147483647 65535\n", "the pixels: unexpected EOF"},
		"text, more than fits":   {"P3 2147483647 2147483647 65535\n1 2 3", "the pixels: unexpected EOF"},
		"text that is short":     {"P2 2 1 255\n10         ", "row 0: unexpected EOF"},
		"greatest value 0":       {"P6 1 1 0\n\x00\x00\x00", "the greatest value is 0"},
		"no bit":                 {"P1 2 1\n12", `row 0: '2' stands where 0 or 1 should`},
		"above the greatest":     {"P2 1 1 15\n16", "row 0: a number is above 15"},
	} {
		if _, _, err := decode([]byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("decode %s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestDecodeEndsWithItsContext(t *testing.T) {
	h, err := DecodeHeader(read(t, "binary.ppm"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.Decode(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/*.p?m")
	if err != nil || len(names) == 0 {
		f.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		f.Add(read(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, pix, err := decode(data)
		if err != nil {
			return
		}
		if len(pix) != h.Width*h.Height*h.Channels() || len(pix) > 8*len(data) {
			t.Fatalf("%d × %d × %d with %d values from %d bytes", h.Width, h.Height, h.Channels(), len(pix), len(data))
		}
	})
}
