package wide

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/format"
)

// TestDamage cuts a small file short at every byte, and sets every byte to
// others: it may be refused, and must not read as other numbers.
func TestDamage(t *testing.T) {
	const n, dim = 7, 5
	rows := sample(n, dim)
	for _, codec := range []Codec{Uncompressed, Snappy, Zstd} {
		whole := encode(t, rows, dim, codec)
		for i := range whole {
			if _, err := readAll(whole[:i], dim, 1000); err == nil {
				t.Fatalf("%v: the first %d bytes pass", codec, i)
			}
			for _, flip := range []byte{1 << (i % 8), 0x80, 0xff} {
				file := slices.Clone(whole)
				file[i] ^= flip
				data, err := readAll(file, dim, 1000)
				switch {
				case err == nil:
					sameVectors(t, data, rows, dim)
				case !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrForeign):
					t.Fatalf("%v: byte %d ^ %#x: %v", codec, i, flip, err)
				}
			}
		}
	}
}

// TestHeaderLimits refuses page headers that would cost memory.
func TestHeaderLimits(t *testing.T) {
	whole := func() *format.PageHeader {
		h := &format.PageHeader{Type: format.DataPage, UncompressedPageSize: 100, CompressedPageSize: 90}
		h.DataPageHeader.Set(format.DataPageHeader{NumValues: 20, Encoding: format.Plain,
			DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})
		return h
	}
	if err := checkHeader(whole(), 10, 20, 5, 95); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(h *format.PageHeader)
		want   error
	}{
		"too many values": {func(h *format.PageHeader) { h.DataPageHeader.V.NumValues++ }, ErrDamaged},
		"no values":       {func(h *format.PageHeader) { h.DataPageHeader.V.NumValues = 0 }, ErrDamaged},
		"fewer than none": {func(h *format.PageHeader) { h.DataPageHeader.V.NumValues = -1 }, ErrDamaged},
		"too long":        {func(h *format.PageHeader) { h.CompressedPageSize++ }, ErrDamaged},
		"negative":        {func(h *format.PageHeader) { h.CompressedPageSize = -1 }, ErrDamaged},
		"huge":            {func(h *format.PageHeader) { h.UncompressedPageSize = 1 << 30 }, ErrDamaged},
		"too small":       {func(h *format.PageHeader) { h.UncompressedPageSize = 79 }, ErrDamaged},
		"dictionary":      {func(h *format.PageHeader) { h.Type = format.DictionaryPage }, ErrForeign},
		"no kind":         {func(h *format.PageHeader) { h.DataPageHeader.Valid = false }, ErrForeign},
		"split":           {func(h *format.PageHeader) { h.DataPageHeader.V.Encoding = format.ByteStreamSplit }, ErrForeign},
		"old levels":      {func(h *format.PageHeader) { h.DataPageHeader.V.RepetitionLevelEncoding = format.BitPacked }, ErrForeign},
	} {
		h := whole()
		c.change(h)
		if err := checkHeader(h, 10, 20, 5, 95); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h := whole()
	h.DataPageHeader.V.NumValues, h.UncompressedPageSize = 1<<28, 1<<30
	if err := checkHeader(h, 10, 1<<40, 5, 95); !errors.Is(err, ErrForeign) {
		t.Errorf("a page of 1 GB: %v", err)
	}
	if err := checkHeader(h, 1<<28, 1<<40, 5, 95); err != nil {
		t.Errorf("a page of one vector of 1 GB: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, codec := range []Codec{Uncompressed, Snappy, Zstd} {
		f.Add(encode(f, sample(7, 5), 5, codec), 5)
		f.Add(encode(f, sample(3, 1), 1, codec), 1)
	}
	names, err := filepath.Glob("testdata/*.parquet")
	if err != nil || len(names) == 0 {
		f.Fatal("no files in testdata", err)
	}
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file, foreignDim)
	}
	f.Fuzz(func(t *testing.T, file []byte, dim int) {
		if dim < 1 || dim > 1<<16 {
			return
		}
		_, err := readAll(file, dim, 1<<20)
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrForeign) {
			t.Fatal(err)
		}
	})
}

func FuzzPageHeader(f *testing.F) {
	file := encode(f, sample(7, 5), 5, Uncompressed)
	f.Add(file[4:])
	f.Fuzz(func(t *testing.T, b []byte) {
		var h format.PageHeader
		n, err := decodeHeader(&h, b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		if n < 1 || n > int64(len(b)) {
			t.Fatalf("a header of %d bytes in %d", n, len(b))
		}
		var again format.PageHeader
		if _, err := decodeHeader(&again, bytes.Clone(b[:n])); err != nil {
			t.Fatalf("its own %d bytes: %v", n, err)
		}
	})
}
