package raster

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"
)

// TestPagesThatAreNearlyBlack: samples of twelve bits in sixteen are told of, unless the
// file says that they have twelve.
func TestPagesThatAreNearlyBlack(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	deepPNG := func(greatest uint16) []byte {
		m := image.NewGray16(image.Rect(0, 0, 3, 2))
		m.SetGray16(1, 1, color.Gray16{greatest})
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		data []byte
		want Warning
	}{
		"twelve bits":                {read(tiffs + "grey-16-dark.tif"), Dark},
		"twelve bits that are named": {read(tiffs + "grey-16-of-12.tif"), ""},
		"sixteen bits":               {read(tiffs + "grey-16-big.tif"), ""},
		"signed samples":             {read(tiffs + "grey-16-signed.tif"), ""},
		"TIFF, the last dark level":  {tiffOf(1, 1, 16, 1, []byte{0xff, 0x0f}), Dark},
		"TIFF, the next level":       {tiffOf(1, 1, 16, 1, []byte{0x00, 0x10}), ""},
		"a black page of 8 bits":     {tiffOf(1, 1, 8, 1, []byte{0}), ""},
		"PNG, the last dark level":   {deepPNG(4095), Dark},
		"PNG, the next level":        {deepPNG(4096), ""},
		"PNM, dark":                  {[]byte("P5 1 1 65535 \x0f\xff"), Dark},
		"PNM, scaled":                {[]byte("P5 1 1 4095 \x0f\xff"), ""},
		"PNM, black of 8 bits":       {[]byte("P5 1 1 255 \x00"), ""},
	} {
		d, err := Open(t.Context(), c.data, Limits{}, Decoding{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p, err := d.Decode(t.Context(), 0)
		if err != nil || p.Warning != c.want {
			t.Errorf("%s: page %v, error %v; want the warning %q", name, p, err, c.want)
		}
		d.Close()
	}
}

// TestLostLines: a fax that lacks lines is marked, one that lacks most of them fails.
func TestLostLines(t *testing.T) {
	whole, err := os.ReadFile(tiffs + "fax-no-counts.tif")
	if err != nil {
		t.Fatal(err)
	}
	cut := func(data []byte, n int) []byte { return data[:len(data)-n] }
	zeros := func(data []byte, n int) []byte {
		return append(bytes.Clone(data[:len(data)-n]), make([]byte, n)...)
	}
	height := func(data []byte, h uint16) []byte {
		data = bytes.Clone(data)
		at := bytes.Index(data, []byte{0x01, 0x01, 4, 0, 1, 0, 0, 0}) // ImageLength
		binary.LittleEndian.PutUint16(data[at+8:], h)
		return data
	}
	for name, c := range map[string]struct {
		data []byte
		want Warning
		err  string
	}{
		"whole":                     {whole, "", ""},
		"an end before its height":  {height(file(t, tiffs+"fax-no-rows.tif"), 120), "", ""},
		"a third cut off":           {cut(whole, len(whole)/3), Incomplete, ""},
		"a third that is zeros":     {zeros(whole, len(whole)/3), Incomplete, ""},
		"most of it cut off":        {cut(whole, len(whole)*4/5), "", "lines are damaged or missing"},
		"damage near the end":       {file(t, tiffs+"fax-g4-damaged.tif"), Incomplete, ""},
		"damage to a line of 101":   {file(t, tiffs+"fax-g3-damaged.tif"), "", ""},
		"half a JPEG's strip":       {file(t, tiffs+"jpeg-cut.tif"), Incomplete, ""},
		"strips that all end early": {file(t, tiffs+"fax-g4-strips.tif"), "", ""},
	} {
		d, err := Open(t.Context(), c.data, Limits{}, Decoding{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p, err := d.Decode(t.Context(), 0)
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: error %v, want %q", name, err, c.err)
		case c.err == "" && (err != nil || p.Warning != c.want):
			t.Errorf("%s: error %v, page %+v, want the warning %q", name, err, p, c.want)
		}
		d.Close()
	}
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestJPEGThatBreaksOff: where a marker comes too early, libjpeg leaves the rest grey.
func TestJPEGThatBreaksOff(t *testing.T) {
	for name, want := range map[string]Warning{
		"colour-420-50x37": "", "progressive-420": "", "garbage-between": "", "restarts": "",
		"marker-too-early": Incomplete,
	} {
		p, err := decodedPage("jpeg/testdata/"+name+".jpg", 0)
		if err != nil || p.Warning != want {
			t.Errorf("%s: error %v, page %+v, want the warning %q", name, err, p, want)
		}
	}
}

// TestTIFFThatBreaksOff: a JPEG in a TIFF counts as lost from where it breaks off.
func TestTIFFThatBreaksOff(t *testing.T) {
	whole := file(t, "jpeg/testdata/grey-50x37.jpg")
	noEnd := bytes.TrimSuffix(whole, []byte("\xff\xd9"))
	early := file(t, "jpeg/testdata/marker-too-early.jpg")
	for name, c := range map[string]struct {
		compression int
		jpeg        []byte
		want        Warning
		err         string
	}{
		"whole":                   {7, whole, "", ""},
		"its end cut off":         {7, whole[:len(whole)-40], Incomplete, ""},
		"most of it cut off":      {7, whole[:len(whole)-500], "", "lines are damaged or missing"},
		"old: whole":              {6, whole, "", ""},
		"old: its end cut off":    {6, whole[:len(whole)-40], Incomplete, ""},
		"old: most of it cut off": {6, whole[:len(whole)-500], "", "lines are damaged or missing"},
		"old: junk for an end":    {6, append(bytes.Clone(noEnd), "\x00\x01\xff\x51 and more"...), "", ""},
		"no JPEG":                 {7, early[:100], "", "cut short"},
	} {
		p, err := decodedData(tiffOf(50, 37, 8, c.compression, c.jpeg), 0)
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: error %v, want %q", name, err, c.err)
		case c.err == "" && (err != nil || p.Warning != c.want):
			t.Errorf("%s: error %v, page %+v, want the warning %q", name, err, p, c.want)
		}
	}
}
