package tiff

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"strings"
	"testing"
)

// deflated is a page of 2 × 2 grey pixels whose data are as many bytes, compressed.
func deflated(t *testing.T, n int, change func(data []byte)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(b.Bytes())
	}
	d := unique(grey(entry{tagCompression, compressionDeflate}, entry{tagStripOffsets, uint32(12 + 2 + 12*7 + 4)}, entry{tagStripByteCounts, uint32(b.Len())}))
	return append(file(0, d), b.Bytes()...)
}

// withCount changes how many values an entry has.
func withCount(data []byte, tag uint16, count, value uint32) []byte {
	data = bytes.Clone(data)
	for at := 14; at+12 <= len(data); at += 12 {
		if binary.LittleEndian.Uint16(data[at:]) == tag {
			binary.LittleEndian.PutUint32(data[at+4:], count)
			binary.LittleEndian.PutUint32(data[at+8:], value)
		}
	}
	return data
}

// TestMoreStripsThanNeeded: where RowsPerStrip has too many, what lies behind the first
// strip is taken for the page only if it is the next one.
func TestMoreStripsThanNeeded(t *testing.T) {
	base := unique(grey(entry{tagStripOffsets, 0}, entry{tagStripByteCounts, 0}))
	at := uint32(12 + 2 + 12*len(base) + 4)
	for name, c := range map[string]struct {
		second, size uint32
		read         bool
	}{
		"strips in a row":         {10, 2, true},
		"strips apart":            {300, 2, false},
		"a whole one and another": {300, 4, true},
	} {
		data := file(0, base)
		data = withCount(withCount(data, tagStripOffsets, 2, at), tagStripByteCounts, 2, at+8)
		for _, v := range []uint32{8, c.second, c.size, c.size} {
			data = binary.LittleEndian.AppendUint32(data, v)
		}
		img, err := decodeFirst(t, append(data, make([]byte, 300)...))
		if (err == nil) != c.read || err == nil && string(img.Samples) != "\x01\x02\x03\x04" {
			t.Errorf("%s: decoded %v, error %v", name, img, err)
		}
	}
}

// TestNoPlausibleNonsense: what contradicts itself is refused, where a page of something
// else could be shown.
func TestNoPlausibleNonsense(t *testing.T) {
	without := func(tag uint32, more ...entry) []byte {
		var d []entry
		for _, e := range unique(grey(more...)) {
			if e.tag != tag {
				d = append(d, e)
			}
		}
		return file(0, d)
	}
	for name, c := range map[string]struct {
		data []byte
		want string // "" if it is read
	}{
		"whole data":                  {deflated(t, 4, nil), ""},
		"a little more data":          {deflated(t, 7, nil), ""},
		"twice the data":              {deflated(t, 8, nil), "at least twice as long"},
		"a wrong checksum":            {deflated(t, 4, func(data []byte) { data[len(data)-1] ^= 1 }), "checksum"},
		"two heights elsewhere":       {withCount(file(0, grey()), tagHeight, 2, 8), "tag 257 has 2 values"},
		"no compression":              {withCount(file(0, grey(entry{tagCompression, compressionLZW})), tagCompression, 0, 0), "tag 259 has 0 values"},
		"no number of bits":           {withCount(file(0, grey()), tagBitsPerSample, 0, 0), "tag 258 has 0 values"},
		"colours of unsaid bits":      {without(tagBitsPerSample, entry{tagPhotometric, RGB}, entry{tagSamplesPerPixel, 3}), "how many bits"},
		"samples of unsaid colours":   {without(tagPhotometric, entry{tagSamplesPerPixel, 4}), "does not say what its 4 samples"},
		"one sample of unsaid colour": {without(tagPhotometric), ""},
		"a segment in the header":     {file(0, unique(grey(entry{tagStripOffsets, 4}))), "strip 0 is missing"},
		"no segment":                  {file(0, unique(grey(entry{tagStripOffsets, 0}, entry{tagStripByteCounts, 0}))), "strip 0 is missing"},
		"a segment beyond the file":   {file(0, unique(grey(entry{tagStripOffsets, 1 << 20}))), "lie outside the file"},
	} {
		_, err := decodeFirst(t, c.data)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}
