package tiff

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var limits = Limits{Pages: 20, Pixels: 1 << 20}

// entry is a directory entry of one LONG.
type entry struct{ tag, value uint32 }

// file makes a little-endian file of directories with one LONG an entry; the last
// links to where is given. Four bytes of data stand at 8.
func file(last uint32, directories ...[]entry) []byte {
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			binary.Write(&b, binary.LittleEndian, v)
		}
	}
	put([]byte("II*\x00"), uint32(12), uint32(0x04030201))
	for i, d := range directories {
		put(uint16(len(d)))
		for _, e := range d {
			put(uint16(e.tag), uint16(4), uint32(1), e.value)
		}
		if next := uint32(b.Len() + 4); i+1 < len(directories) {
			put(next)
		} else {
			put(last)
		}
	}
	return b.Bytes()
}

// grey is a page of 2 × 2 grey pixels.
func grey(more ...entry) []entry {
	return append([]entry{{tagWidth, 2}, {tagHeight, 2}, {tagBitsPerSample, 8}, {tagPhotometric, BlackIsZero},
		{tagStripOffsets, 8}, {tagStripByteCounts, 4}}, more...)
}

func TestEveryDirectoryIsAPage(t *testing.T) {
	for name, c := range map[string]struct {
		last  uint32
		pages int
		fail  int // the page that cannot be decoded, -1 for none
	}{
		"ended":      {0, 3, -1},
		"loop":       {12, 3, -1},
		"broken end": {1 << 20, 4, 3},
		"ones":       {1<<16 - 1, 3, -1},
		"more ones":  {1<<32 - 1, 3, -1},
	} {
		f, err := Open(file(c.last, grey(), grey(), grey()), limits)
		if err != nil || f.Pages() != c.pages {
			t.Errorf("%s: %v pages, %v, want %d", name, f, err, c.pages)
			continue
		}
		for n := range f.Pages() {
			img, err := f.Decode(t.Context(), n)
			if (err != nil) != (n == c.fail) {
				t.Errorf("%s: page %d: %v", name, n, err)
			}
			if err == nil && string(img.Samples) != "\x01\x02\x03\x04" {
				t.Errorf("%s: page %d decoded to % x, want 01 02 03 04", name, n, img.Samples)
			}
		}
	}
}

// TestTilesUnderStripTags reads what some writers do.
func TestTilesUnderStripTags(t *testing.T) {
	f, err := Open(file(0, grey(entry{tagTileWidth, 2}, entry{tagTileHeight, 2})), limits)
	if err != nil {
		t.Fatal(err)
	}
	if img, err := f.Decode(t.Context(), 0); err != nil || string(img.Samples) != "\x01\x02\x03\x04" {
		t.Errorf("decoded %v, %v; want the samples 1, 2, 3, 4", img, err)
	}
}

// TestSizesAreCheckedFirst: nothing may be made as large as a file says before the
// limits allow it.
func TestSizesAreCheckedFirst(t *testing.T) {
	for name, d := range map[string][]entry{
		"page":    {{tagWidth, 1 << 30}, {tagHeight, 1 << 30}},
		"samples": {{tagWidth, 1 << 10}, {tagHeight, 1 << 10}, {tagSamplesPerPixel, 16}},
		"tile":    grey(entry{tagTileWidth, 1 << 30}, entry{tagTileHeight, 1 << 30}),
	} {
		f, err := Open(file(0, d), limits)
		if err == nil {
			_, err = f.Decode(t.Context(), 0)
		}
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("decoding %s: error %v, want %v", name, err, ErrTooLarge)
		}
	}
	if _, err := Open(file(0, grey(), grey()), Limits{Pages: 1, Pixels: 100}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("open 2 pages with a limit of 1: error %v, want %v", err, ErrTooLarge)
	}
}

func FuzzTIFF(f *testing.F) {
	for _, pattern := range []string{"../testdata/*.tif", "../testdata/tiff/*.tif"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatalf("seeds %s: %d files, error %v", pattern, len(names), err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add(file(0, grey(entry{tagTileWidth, 2}, entry{tagTileHeight, 2})))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(data, limits)
		if err != nil {
			return
		}
		for n := range file.Pages() {
			if img, err := file.Decode(t.Context(), n); err == nil && len(img.Samples) != img.Width*img.Height*img.PerPixel {
				t.Errorf("%d samples of %d × %d × %d", len(img.Samples), img.Width, img.Height, img.PerPixel)
			}
		}
	})
}

// TestDecodeEndsWithItsContext: no segment is begun when the time is over.
func TestDecodeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, d := range [][]entry{grey(), grey(entry{tagCompression, compressionG4}, entry{tagBitsPerSample, 1})} {
		f, err := Open(file(0, d), limits)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Decode(ctx, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("decoding after it was cancelled: error %v, want %v", err, context.Canceled)
		}
	}
}

// TestRefuses: what is not read is named, with a remedy.
func TestRefuses(t *testing.T) {
	for want, d := range map[string][]entry{
		"a sample of 32 bits":                             {{tagBitsPerSample, 32}},
		"a page of floating-point samples":                {{tagBitsPerSample, 16}, {tagSampleFormat, 3}},
		"a page of samples of format 5 and 16 bits":       {{tagBitsPerSample, 16}, {tagSampleFormat, 5}},
		"a page of 65535 samples a pixel":                 {{tagSamplesPerPixel, 65535}},
		"the JPEG's tables are missing":                   {{tagCompression, compressionOldJPEG}},
		"an old-style JPEG of 4 components":               {{tagCompression, compressionOldJPEG}, {tagSamplesPerPixel, 4}, {tagPhotometric, CMYK}},
		"a grey page has 3 samples a pixel":               {{tagSamplesPerPixel, 3}},
		"a YCbCr page has one sample a pixel":             {{tagPhotometric, YCbCr}},
		"compression 34887 (LERC)":                        {{tagCompression, 34887}},
		"compression 4711 (unknown)":                      {{tagCompression, 4711}},
		"the predictor of floating-point samples":         {{tagCompression, compressionLZW}, {tagPredictor, predictorFloat}},
		"a palette of 16 bits":                            {{tagBitsPerSample, 16}, {tagPhotometric, Palette}},
		"a JPEG or WebP of 4 bits a sample":               {{tagCompression, compressionJPEG}, {tagBitsPerSample, 4}},
		"fax compression needs one bit a pixel":           {{tagCompression, compressionG4}},
		"compression 32809 (ThunderScan)":                 {{tagCompression, 32809}},
		"the predictor needs samples of 8 or 16 bits":     {{tagCompression, compressionLZW}, {tagPredictor, 2}, {tagBitsPerSample, 4}},
		"planar configuration 3 does not exist":           {{tagPlanar, 3}},
		"tile 0: 4 bytes at 4096 lie outside the file of": {{tagTileWidth, 2}, {tagTileHeight, 2}, {tagTileOffsets, 4096}, {tagTileByteCounts, 4}},
		"1 strips are listed, 2 are needed":               {{tagRowsPerStrip, 1}},
		"a strip is 2 × 0 pixels":                         {{tagRowsPerStrip, 0}},
		"strip 0: the data ends after 3 of 4 bytes":       {{tagCompression, compressionPackBits}, {tagStripOffsets, 9}},
		"strip 0 is missing":                              {{tagStripOffsets, 0}},
	} {
		fields := map[uint32]uint32{}
		var list []entry
		for _, e := range append(grey(), d...) {
			fields[e.tag] = e.value
		}
		for tag, value := range fields {
			list = append(list, entry{tag, value})
		}
		f, err := Open(file(0, list), limits)
		if err == nil {
			_, err = f.Decode(t.Context(), 0)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("decode: error %v, want %q", err, want)
		}
	}
}
