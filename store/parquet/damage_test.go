package parquet

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"
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
				case !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported):
					t.Fatalf("read %v with byte %d ^ %#x: error %v, want damaged or unsupported", codec, i, flip, err)
				}
			}
		}
	}
}

// TestHeaderLimits refuses page headers that would cost memory, and leaves those
// that are not plain to parquet-go.
func TestHeaderLimits(t *testing.T) {
	whole := func() *format.PageHeader {
		h := &format.PageHeader{Type: format.DataPage, UncompressedPageSize: 100, CompressedPageSize: 100}
		h.DataPageHeader.Set(format.DataPageHeader{NumValues: 20, Encoding: format.Plain,
			DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})
		return h
	}
	const plain, foreign, damaged = "plain", "foreign", "damaged"
	for name, c := range map[string]struct {
		change func(h *format.PageHeader)
		want   string
	}{
		"whole":           {func(h *format.PageHeader) {}, plain},
		"too many values": {func(h *format.PageHeader) { h.DataPageHeader.V.NumValues++ }, damaged},
		"too few values":  {func(h *format.PageHeader) { h.DataPageHeader.V.NumValues-- }, damaged},
		"fewer than none": {func(h *format.PageHeader) { h.DataPageHeader.V.NumValues = -1 }, damaged},
		"too long":        {func(h *format.PageHeader) { h.CompressedPageSize++ }, damaged},
		"negative":        {func(h *format.PageHeader) { h.CompressedPageSize = -1 }, damaged},
		"huge":            {func(h *format.PageHeader) { h.UncompressedPageSize = 1 << 30 }, damaged},
		"large":           {func(h *format.PageHeader) { h.UncompressedPageSize = 16*20 + 1025 }, damaged},
		"too small":       {func(h *format.PageHeader) { h.UncompressedPageSize = 79 }, damaged},
		"dictionary":      {func(h *format.PageHeader) { h.Type = format.DictionaryPage }, foreign},
		"no kind":         {func(h *format.PageHeader) { h.DataPageHeader.Valid = false }, foreign},
		"split":           {func(h *format.PageHeader) { h.DataPageHeader.V.Encoding = format.ByteStreamSplit }, foreign},
		"old levels":      {func(h *format.PageHeader) { h.DataPageHeader.V.RepetitionLevelEncoding = format.BitPacked }, foreign},
	} {
		h := whole()
		c.change(h)
		header, err := thrift.Marshal(new(thrift.CompactProtocol), h)
		if err != nil {
			t.Fatal(err)
		}
		file := append(header, make([]byte, 100)...)
		f := &File{file: bytes.NewReader(file), size: int64(len(file))}
		f.footer = footer{
			rows: 2, leaves: []leaf{{column: []byte("embedding"), nested: true, physical: physicalFloat, maxDef: 1, maxRep: 1}},
			groups: []rowGroup{{rows: 2, columns: 1}}, chunks: []chunk{{codec: Snappy, values: 20, size: int64(len(file))}},
		}
		column, err := f.openVectors(10)
		got := plain
		switch {
		case errors.Is(err, ErrDamaged):
			got = damaged
		case err != nil:
			t.Fatalf("open vectors (%s): %v", name, err)
		case column == nil:
			got = foreign
		}
		if got != c.want {
			t.Errorf("open vectors (%s): taken for %s, want %s; error %v", name, got, c.want, err)
		}
	}
	huge := page{kind: dataPage, version: 1, plain: true, levels: [2]int64{encodingRLE, encodingRLE}, size: 1 << 30}
	if huge.isPlain(&leaf{maxDef: 1, maxRep: 1}, maxPage) {
		t.Error("a page of 1 GB is decoded at once")
	}
}

func FuzzEmbeddings(f *testing.F) {
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
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) {
			t.Fatal(err)
		}
	})
}

func FuzzPageHeader(f *testing.F) {
	file := encode(f, sample(7, 5), 5, Uncompressed)
	f.Add(file[4:])
	f.Fuzz(func(t *testing.T, b []byte) {
		p, n, ok := parsePageHeader(b)
		if !ok {
			return
		}
		if n < 1 || n > int64(len(b)) {
			t.Fatalf("a header of %d bytes in %d", n, len(b))
		}
		if again, m, ok := parsePageHeader(bytes.Clone(b[:n])); !ok || m != n || again != p {
			t.Fatalf("its own %d bytes: %+v, not %+v", n, again, p)
		}
	})
}
