package jpeg

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	standard "image/jpeg"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
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

// TestGolden holds every file to what Pillow decodes of it.
func TestGolden(t *testing.T) {
	var golden []struct {
		File, SHA256, Error     string
		Width, Height, Channels int
		Scaled                  map[int]string
	}
	if err := json.Unmarshal(read(t, "golden.json"), &golden); err != nil || len(golden) < 30 {
		t.Fatalf("%d files, %v", len(golden), err)
	}
	scaled := 0
	for _, want := range golden {
		data := read(t, want.File)
		got, err := Decode(context.Background(), data, Options{})
		if (err != nil) != (want.Error != "") {
			t.Errorf("%s: %v, Pillow says %q", want.File, err, want.Error)
		}
		if err != nil {
			continue
		}
		sum := sha256.Sum256(got.Pix)
		if got.Width != want.Width || got.Height != want.Height || got.Channels != want.Channels || hex.EncodeToString(sum[:]) != want.SHA256 {
			t.Errorf("%s is %d × %d × %d with other pixels, want %+v", want.File, got.Width, got.Height, got.Channels, want)
		}
		scaled += len(want.Scaled)
		checkScaled(t, want.File, data, want.Scaled)
		if h, err := DecodeHeader(data); err != nil || h.Width != want.Width || h.Height != want.Height || h.Components != want.Channels {
			t.Errorf("%s: header %+v, %v", want.File, h, err)
		}
	}
	if scaled < 100 {
		t.Errorf("%d smaller sizes were compared, want at least 100", scaled)
	}
}

// checkScaled compares the hashes of the pixels at a fraction of the size.
func checkScaled(t *testing.T, name string, data []byte, want map[int]string) {
	t.Helper()
	for scale, want := range want {
		got, err := Decode(context.Background(), data, Options{Scale: scale})
		if err != nil {
			t.Errorf("%s at 1/%d: %v", name, scale, err)
			continue
		}
		if sum := sha256.Sum256(got.Pix); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s at 1/%d: %d × %d × %d with other pixels than Pillow's", name, scale, got.Width, got.Height, got.Channels)
		}
	}
}

func TestHeader(t *testing.T) {
	for name, want := range map[string]Header{
		"grey-50x37.jpg":       {50, 37, 1, Gray, false, nil, nil, 0},
		"colour-420-17x33.jpg": {17, 33, 3, YCbCr, false, nil, nil, 0},
		"progressive-420.jpg":  {50, 37, 3, YCbCr, true, nil, nil, 5},
		"rgb.jpg":              {50, 37, 3, RGB, false, nil, nil, 0},
		"cmyk.jpg":             {50, 37, 4, CMYK, false, nil, nil, 0},
	} {
		if got, err := DecodeHeader(read(t, name)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: header %+v, error %v; want %+v", name, got, err, want)
		}
	}
}

// TestTablesApart decodes a file whose tables come in a stream of their own, as in TIFF.
func TestTablesApart(t *testing.T) {
	data := read(t, "grey-50x37.jpg")
	want, err := Decode(context.Background(), data, Options{})
	if err != nil {
		t.Fatal(err)
	}
	tables, rest := []byte{0xff, markerSOI}, []byte{0xff, markerSOI}
	d := newDecoder(data, Options{})
	d.pos = 2
	for {
		m := d.nextMarker()
		if m == markerSOS {
			rest = append(rest, data[d.pos-2:]...)
			break
		}
		start := d.pos - 2
		if _, err := d.segment(m); err != nil {
			t.Fatal(err)
		}
		if m == markerDQT || m == markerDHT {
			tables = append(tables, data[start:d.pos]...)
		} else {
			rest = append(rest, data[start:d.pos]...)
		}
	}
	if _, err := Decode(context.Background(), rest, Options{}); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("without its tables: %v", err)
	}
	got, err := Decode(context.Background(), rest, Options{Tables: append(tables, 0xff, markerEOI)})
	if err != nil || !bytes.Equal(got.Pix, want.Pix) {
		t.Errorf("with its tables: %v, the pixels differ", err)
	}
}

func TestColorAsTold(t *testing.T) {
	data, rgb := read(t, "colour-444-50x37.jpg"), RGB
	stored, err := Decode(context.Background(), data, Options{Color: &rgb})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := Decode(context.Background(), data, Options{})
	if err != nil || bytes.Equal(stored.Pix, shown.Pix) {
		t.Errorf("the components are converted although they are said to be RGB (%v)", err)
	}
	cmyk := read(t, "cmyk.jpg")
	plain, err := Decode(context.Background(), cmyk, Options{})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Decode(context.Background(), cmyk, Options{Raw: true})
	inverted := func(a, b uint8) bool { return a == ^b }
	if err != nil || !slices.EqualFunc(raw.Pix, plain.Pix, inverted) {
		t.Errorf("raw CMYK is inverted (%v)", err)
	}
}

func TestRefuses(t *testing.T) {
	whole := read(t, "colour-420-50x37.jpg")
	frame := bytes.Index(whole, []byte{0xff, markerSOF0})
	changed := func(at int, b ...byte) []byte {
		data := bytes.Clone(whole)
		copy(data[frame+at:], b)
		return data
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing": {nil, "no JPEG marker"}, "cut at the start": {whole[:3], "unexpected EOF"}, "no scan": {[]byte{0xff, 0xd8, 0xff, 0xd9}, "no image"},
		"lossless": {changed(1, 0xc3), "lossless"}, "arithmetic": {changed(1, 0xc9), "arithmetic"}, "12 bits": {changed(4, 12), "12 bits"},
		"height later": {changed(5, 0, 0), "height"}, "no width": {changed(7, 0, 0), "× 37 pixels"}, "sampling 0": {changed(11, 0), "sampled 0 × 0"},
		"uneven sampling": {changed(11, 0x31, 0, 2, 0x21), "is not read"},
	} {
		if _, err := Decode(context.Background(), c.data, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("decode %s: error %v, want %q", name, err, c.want)
		}
	}
	if _, err := Decode(context.Background(), whole, Options{MaxPixels: 50*37 - 1}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("beyond the limit: %v", err)
	}
	if _, err := Decode(context.Background(), whole, Options{Scale: 3}); err == nil || !strings.Contains(err.Error(), "scale") {
		t.Errorf("scale 3: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, name := range []string{"colour-420-50x37.jpg", "progressive-420.jpg"} {
		if _, err := Decode(ctx, read(t, name), Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s after its end: %v", name, err)
		}
	}
}

// TestCutAnywhere: a file is whole, or its end is missing; nothing in between.
func TestCutAnywhere(t *testing.T) {
	for _, name := range []string{"colour-420-17x33.jpg", "progressive-grey.jpg", "restarts.jpg"} {
		data := read(t, name)
		for n := range data[:len(data)-8] {
			if _, err := Decode(context.Background(), data[:n], Options{}); err == nil {
				t.Errorf("%s cut to %d of %d bytes is decoded", name, n, len(data))
			} else if n > 100 && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s cut to %d bytes: %v", name, n, err)
			}
		}
	}
}

func TestTooManyScans(t *testing.T) {
	data := read(t, "progressive-grey.jpg")
	scan := bytes.LastIndex(data, []byte{0xff, markerSOS})
	end := len(data) - 2
	bomb := append(bytes.Clone(data[:scan]), bytes.Repeat(data[scan:end], maxScans+1)...)
	if _, err := Decode(context.Background(), append(bomb, 0xff, markerEOI), Options{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("decoding %d scans: error %v, want %v", maxScans+1, err, ErrTooLarge)
	}
}

// FuzzDecode: what the standard library reads as well has the same size, and what is read
// is read at a fraction of its size too.
func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/*.jpg")
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
	f.Fuzz(func(t *testing.T, data []byte) {
		header, headerErr := DecodeHeader(data)
		m, err := Decode(context.Background(), data, Options{MaxPixels: 1 << 18})
		if err != nil {
			return
		}
		if headerErr != nil || m.Width != header.Width || m.Height != header.Height || len(m.Pix) != m.Width*m.Height*m.Channels {
			t.Fatalf("%d × %d × %d with %d values; the header says %+v, %v", m.Width, m.Height, m.Channels, len(m.Pix), header, headerErr)
		}
		if other, err := standard.Decode(bytes.NewReader(data)); err == nil && other.Bounds() != image.Rect(0, 0, m.Width, m.Height) {
			t.Fatalf("%d × %d, the standard library has %v", m.Width, m.Height, other.Bounds())
		}
		for _, scale := range []int{2, 4, 8} {
			s, err := Decode(context.Background(), data, Options{Scale: scale})
			if err != nil || s.Width != ceil(m.Width, scale) || s.Height != ceil(m.Height, scale) || len(s.Pix) != s.Width*s.Height*m.Channels {
				t.Fatalf("%d × %d at 1/%d: %+v, %v", m.Width, m.Height, scale, s, err)
			}
		}
	})
}
