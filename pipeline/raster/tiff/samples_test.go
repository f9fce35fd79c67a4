package tiff

import (
	"slices"
	"strings"
	"testing"
)

// TestSamples: what the values of grey samples look like, for every depth and format
// that docs/formats.md names.
func TestSamples(t *testing.T) {
	white := entry{tagPhotometric, WhiteIsZero}
	signed := entry{tagSampleFormat, formatSigned}
	most := func(v uint32) entry { return entry{tagMaxSampleValue, v} }
	for name, c := range map[string]struct {
		bits uint32
		more []entry
		data uint32 // the samples of a line of two pixels, the last byte first
		want []uint8
	}{
		"2 bits":                        {2, nil, 0b0110_0000, []uint8{85, 170}},
		"2 bits, white is zero":         {2, []entry{white}, 0b0110_0000, []uint8{170, 85}},
		"3 bits":                        {3, nil, 0b001_111_00, []uint8{36, 255}},
		"4 bits":                        {4, nil, 0x1f, []uint8{17, 255}},
		"8 bits":                        {8, nil, 0xfe01, []uint8{1, 254}},
		"8 bits, void":                  {8, []entry{{tagSampleFormat, formatVoid}}, 0xfe01, []uint8{1, 254}},
		"8 bits, signed as Pillow does": {8, []entry{signed}, 0xfe01, []uint8{1, 254}},
		"10 bits":                       {10, nil, 0x00_0f_7f_40, []uint8{0x40, 0xfc}}, // 0x101, 0x3f0
		"12 bits":                       {12, nil, 0x0f_f0_12, []uint8{0x12, 0x00}},
		"14 bits":                       {14, nil, 0xf0_ff_07_04, []uint8{0x04, 0xff}},
		"16 bits":                       {16, nil, 0xfffe_0180, []uint8{0x01, 0xff}},
		"16 bits, white is zero":        {16, []entry{white}, 0xfffe_0180, []uint8{0xfe, 0x00}},
		"16 bits, signed":               {16, []entry{signed}, 0x8000_7fff, []uint8{255, 0}},
		"16 bits, signed, in between":   {16, []entry{signed}, 0xffff_4000, []uint8{129, 0}},
		"16 bits, of which 12":          {16, []entry{most(4095)}, 0x0fff_0180, []uint8{0x18, 0xff}},
		"16 bits, of which 10, white":   {16, []entry{white, most(1023)}, 0x03ff_0100, []uint8{0xbf, 0x00}},
		"16 bits, a lie":                {16, []entry{most(4095)}, 0x1000_0180, []uint8{0x01, 0x10}},
		"16 bits, a statistic":          {16, []entry{most(4000)}, 0x0fa0_0180, []uint8{0x01, 0x0f}},
	} {
		d := append(line(c.bits), c.more...)
		if c.bits == 16 || c.bits == 14 {
			d = append(d, entry{tagStripByteCounts, 4})
		}
		data := file(0, unique(d))
		data[8], data[9], data[10], data[11] = byte(c.data), byte(c.data>>8), byte(c.data>>16), byte(c.data>>24)
		f, err := Open(data, limits)
		if err != nil {
			t.Fatal(err)
		}
		img, err := f.Decode(t.Context(), 0)
		if err != nil || !slices.Equal(img.Samples, c.want) {
			t.Errorf("%s: decoded %v, error %v; want %v", name, img, err, c.want)
		}
	}
}

// line is a page of 2 × 1 grey pixels.
func line(bits uint32) []entry {
	return grey(entry{tagHeight, 1}, entry{tagBitsPerSample, bits})
}

// unique keeps the last entry of each tag.
func unique(d []entry) []entry {
	var out []entry
	for i, e := range d {
		if !slices.ContainsFunc(d[i+1:], func(later entry) bool { return later.tag == e.tag }) {
			out = append(out, e)
		}
	}
	return out
}

// TestSamplesThatAreRefused: each is named.
func TestSamplesThatAreRefused(t *testing.T) {
	for want, more := range map[string]entry{
		"a sample of 32 bits":              {tagBitsPerSample, 32},
		"a sample of 64 bits":              {tagBitsPerSample, 64},
		"a page of floating-point samples": {tagSampleFormat, formatFloat},
		"a page of samples of format 6":    {tagSampleFormat, 6},
		"a sample of 0 bits":               {tagBitsPerSample, 0},
	} {
		_, err := decodeFirst(t, file(0, unique(grey(more))))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("decode: error %v, want %q", err, want)
		}
	}
}

func decodeFirst(t *testing.T, data []byte) (*Image, error) {
	t.Helper()
	f, err := Open(data, limits)
	if err != nil {
		return nil, err
	}
	return f.Decode(t.Context(), 0)
}
