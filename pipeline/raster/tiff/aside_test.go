package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// sized is a page of the width, which tells it from others.
func sized(width uint32, more ...entry) []entry {
	d := grey(more...)
	d[0].value = width
	return d
}

// tiled is a square page in one tile.
func tiled(side uint32, more ...entry) []entry {
	d := sized(side, append(more, entry{tagTileWidth, 16}, entry{tagTileHeight, 16})...)
	d[1].value = side
	return d
}

// TestDirectoriesThatAreNoPages lists the widths of the pages that are left.
func TestDirectoriesThatAreNoPages(t *testing.T) {
	kind := func(v uint32) entry { return entry{tagNewSubfileType, v} }
	old := func(v uint32) entry { return entry{tagSubfileType, v} }
	exif := []entry{{tagCompression, 6}, {tagJPEGInterchange, 8}, {tagJPEGLength, 4}}
	for _, c := range []struct {
		name        string
		directories [][]entry
		want        []int
	}{
		{"pages of a document", [][]entry{sized(2, kind(2)), sized(3, kind(2))}, []int{2, 3}},
		{"a thumbnail behind its page", [][]entry{sized(9, kind(0)), sized(2, kind(1))}, []int{9}},
		{"a thumbnail before its page", [][]entry{sized(2, kind(1)), sized(9)}, []int{9}},
		{"a thumbnail of every page", [][]entry{sized(9, kind(2)), sized(2, kind(3)), sized(8, kind(2)), sized(3, kind(3))}, []int{9, 8}},
		{"a page of full size marked as reduced", [][]entry{sized(9), sized(9, kind(1)), sized(2, kind(1))}, []int{9, 9}},
		{"a mask", [][]entry{sized(9), sized(9, kind(4))}, []int{9}},
		{"a mask of a reduced copy", [][]entry{sized(9), sized(4, kind(1)), sized(9, kind(4)), sized(4, kind(5))}, []int{9}},
		{"a mask that only its colours name", [][]entry{sized(9), sized(8, entry{tagPhotometric, transparency})[6:]}, []int{9}},
		{"the old tag", [][]entry{sized(9, old(1)), sized(2, old(2)), sized(8, old(3))}, []int{9, 8}},
		{"all pages marked as reduced", [][]entry{sized(9, kind(1)), sized(8, kind(1))}, []int{9, 8}},
		{"only a mask", [][]entry{sized(9, kind(4))}, []int{9}},
		{"a thumbnail of Exif", [][]entry{sized(9), exif}, []int{9}},
		{"a pyramid that says so", [][]entry{tiled(64), tiled(32, kind(1)), tiled(16, kind(1))}, []int{64}},
		{"a pyramid that does not say so", [][]entry{tiled(65), tiled(33), tiled(16), tiled(8)}, []int{65}},
		{"pages of half the size", [][]entry{tiled(64), tiled(32)}, []int{64, 32}},
		{"pages in strips of half the size", [][]entry{sized(8), sized(4), sized(2)}, []int{8, 4, 2}},
		{"tiled pages of one size", [][]entry{tiled(64), tiled(64), tiled(64)}, []int{64, 64, 64}},
	} {
		f, err := Open(file(0, c.directories...), limits)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []int
		for n := range f.Pages() {
			got = append(got, f.oneOr(f.pages[n], tagWidth, 0))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: pages of widths %v, want %v", c.name, got, c.want)
		}
	}
}

// TestABrokenChainKeepsItsPages: also those that are marked as reduced.
func TestABrokenChainKeepsItsPages(t *testing.T) {
	f, err := Open(file(1<<20, grey(entry{tagNewSubfileType, 1})), limits)
	if err != nil || f.Pages() != 2 {
		t.Fatalf("opened %v, %v; want a page and a broken one", f, err)
	}
	if _, err := f.Decode(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

// TestCameraRaw: a preview is not taken for the picture.
func TestCameraRaw(t *testing.T) {
	preview := grey(entry{tagNewSubfileType, 1})
	sensor := grey(entry{tagPhotometric, filterArray})[4:]
	sub := func(top []entry, below []entry, more ...entry) []byte {
		at := uint32(12 + 2 + 12*(len(top)+len(more)+1) + 4)
		top = append(append([]entry{{tagSubIFDs, at}}, more...), top...)
		data := file(0, top, below)
		binary.LittleEndian.PutUint32(data[at-4:], 0) // below is no page of the chain
		return data
	}
	cr2 := append([]byte("II*\x00\x10\x00\x00\x00CR\x02\x00"), make([]byte, 4)...)
	cr2 = append(cr2, file(0, grey())[12:]...)
	for _, c := range []struct {
		name string
		data []byte
		want string // the format; "" if it is read
	}{
		{"a sensor's data", file(0, sensor), "as DNG or NEF"},
		{"a preview, the sensor's data below", sub(preview, sensor), "as DNG or NEF"},
		{"a page, the sensor's data below", sub(grey(), sensor), "as DNG or NEF"},
		{"a preview, the picture below", sub(preview, grey()), "as DNG or NEF"},
		{"a preview in a DNG", file(0, append(preview, entry{tagDNGVersion, 0x401})), "DNG"},
		{"a CR2", cr2, "CR2"},
		{"a page, its thumbnail below", sub(grey(), preview), ""},
		{"a page of a DNG's tags", file(0, grey(entry{tagDNGVersion, 0x401})), ""},
		{"samples that read CR", bytes.Replace(file(0, grey()), []byte("\x01\x02\x03\x04"), []byte("CR\x02\x00"), 1), ""},
	} {
		_, err := Open(c.data, limits)
		var raw CameraRawError
		if errors.As(err, &raw); string(raw) != c.want || err != nil && c.want == "" {
			t.Errorf("%s: error %v, want camera raw %q", c.name, err, c.want)
		}
	}
}
