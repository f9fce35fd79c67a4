package raster

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
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
