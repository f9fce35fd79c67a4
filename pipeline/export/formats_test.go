package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cutpoint/model/weights/safetensors"
	"cutpoint/schemas"
)

// tiny is a table of two pages with names that are hard on text formats.
func tiny() (Table, []schemas.Feature) {
	memo, train := "memo, \"old\"", "train"
	return Table{Info: schemas.CutInfo{Cut: "fc2", Dim: 3}, Description: schemas.Description{Model: "VGG19"}, Rows: 2, Classes: []string{"letter", memo}},
		[]schemas.Feature{
			{DocumentID: "aa", Page: 1, Path: "in/a,\n\"b\".tif", Label: &memo, Split: &train, Embedding: []float32{0, 0.1, 3}},
			{DocumentID: "bb", Path: "in/\xff.tif", Embedding: []float32{float32(math.Copysign(0, -1)), 1e-30, 16777216}},
		}
}

func written(t *testing.T, format string, table Table, parts ...[]schemas.Feature) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := New(format, &b, table)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range parts {
		if err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCSVAndRows(t *testing.T) {
	table, rows := tiny()
	lines, err := csv.NewReader(bytes.NewReader(written(t, FormatCSV, table, rows))).ReadAll()
	want := [][]string{{"document_id", "page", "path", "label", "split", "v0", "v1", "v2"},
		{"aa", "1", rows[0].Path, "memo, \"old\"", "train", "0", "0.1", "3"}, {"bb", "0", rows[1].Path, "", "", "-0", "1e-30", "1.6777216e+07"}}
	if err != nil || fmt.Sprintf("%q", lines) != fmt.Sprintf("%q", want) {
		t.Errorf("CSV: %q, error %v; want %q", lines, err, want)
	}
	var b bytes.Buffer
	r, err := NewRows(&b, table)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	lines, err = csv.NewReader(&b).ReadAll()
	if err != nil || len(lines) != 3 || lines[1][5] != "1" || lines[2][5] != "-1" || lines[2][2] != rows[1].Path {
		t.Errorf("CSV of rows: %q, error %v", lines, err)
	}
}

func TestLibSVM(t *testing.T) {
	table, rows := tiny()
	if got, want := string(written(t, FormatLibSVM, table, rows)), "1 2:0.1 3:3\n-1 2:1e-30 3:1.6777216e+07\n"; got != want {
		t.Errorf("libsvm: %q, want %q", got, want)
	}
}

// TestNPY against the layout in numpy/lib/format.py.
func TestNPY(t *testing.T) {
	table, rows := tiny()
	got := written(t, FormatNPY, table, rows[:1], rows[1:])
	header := "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + strings.Repeat(" ", 58) + "\n"
	if len(got) != 128+24 || string(got[:128]) != header {
		t.Errorf("%d bytes, header %q", len(got), got[:min(len(got), 128)])
	}
	if values := got[128:]; !bytes.Equal(values[4:8], []byte{0xcd, 0xcc, 0xcc, 0x3d}) || values[15] != 0x80 {
		t.Errorf("values % x, want 0.1 second and -0 fourth", values)
	}
	for _, n := range []int64{0, 7, 1234567890123} { // values always begin at a multiple of 64
		table.Rows = n
		var b bytes.Buffer
		w, err := newNPY(&b, table)
		if err != nil {
			t.Fatal(err)
		}
		w.out.Flush()
		if b.Len()%64 != 0 || b.Bytes()[b.Len()-1] != '\n' {
			t.Errorf("%d rows: a header of %d bytes", n, b.Len())
		}
	}
}

func TestSafetensors(t *testing.T) {
	table, rows := tiny()
	got := written(t, FormatSafetensors, table, rows)
	header, err := safetensors.ReadHeader(bytes.NewReader(got), int64(len(got)))
	if err != nil {
		t.Fatal(err)
	}
	var classes []string
	if err := json.Unmarshal([]byte(header.Metadata[keyClasses]), &classes); err != nil || !slices.Equal(classes, table.Classes) {
		t.Errorf("classes %q, error %v; want %q", classes, err, table.Classes)
	}
	for _, want := range []struct {
		name, dtype string
		shape       []int
		first       byte
	}{{"embedding", "F32", []int{2, 3}, 0}, {"label", "I64", []int{2}, 1}, {"page", "I32", []int{2}, 1}} {
		i := slices.IndexFunc(header.Tensors, func(v safetensors.Tensor) bool { return v.Name == want.name })
		if i < 0 {
			t.Fatalf("no tensor %s", want.name)
		}
		if v := header.Tensors[i]; v.DType != want.dtype || !slices.Equal(v.Shape, want.shape) || got[v.Offset] != want.first {
			t.Errorf("%+v, first byte %d", v, got[v.Offset])
		}
	}
}

func TestParquet(t *testing.T) {
	table, rows := tiny()
	got := written(t, FormatParquet, table, rows[:1], rows[1:])
	back, err := parquet.Read[schemas.Feature](bytes.NewReader(got), int64(len(got)))
	if err != nil || len(back) != 2 || back[0].Path != rows[0].Path || *back[0].Label != *rows[0].Label || back[1].Label != nil ||
		!slices.Equal(back[0].Embedding, rows[0].Embedding) || math.Float32bits(back[1].Embedding[0]) != 0x80000000 {
		t.Errorf("reading the Parquet file back: %+v, %v; want %+v", back, err, rows)
	}
}

// TestEveryFormat: empty tables are whole files, rows of another length and wrong
// counts are refused, and a full disk is told.
func TestEveryFormat(t *testing.T) {
	for _, format := range Formats() {
		table, rows := tiny()
		table.Rows = 0
		if got := written(t, format, table); len(got) == 0 && format != FormatLibSVM {
			t.Errorf("%s: an empty table has no bytes", format)
		}
		table.Rows = 2
		w, err := New(format, io.Discard, table)
		if err != nil {
			t.Fatal(err)
		}
		long := rows[0]
		long.Embedding = []float32{1, 2, 3, 4}
		if err := w.Write([]schemas.Feature{long}); err == nil || !strings.Contains(err.Error(), "4 values instead of 3") {
			t.Errorf("%s: a row of another length: %v", format, err)
		}
		if format == FormatNPY || format == FormatSafetensors {
			w, _ = New(format, io.Discard, table)
			if err := w.Write(rows[:1]); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err == nil || !strings.Contains(err.Error(), "1 rows where 2") {
				t.Errorf("%s: a row too few: %v", format, err)
			}
			w, _ = New(format, io.Discard, table)
			if err := w.Write(slices.Concat(rows, rows)); err == nil {
				t.Errorf("%s: rows too many are accepted", format)
			}
		}
		if FormatOf("x."+format) != format || FormatOf("x.txt") != "" || FormatOf(format) != "" {
			t.Errorf("%s: by name %q", format, FormatOf("x."+format))
		}
	}
	if _, err := New("xlsx", io.Discard, Table{}); err == nil {
		t.Error("an unknown format is accepted")
	}
}

// TestStreams: what is held does not grow with the rows, but for the twelve bytes
// of safetensors and what Parquet's footer and row group need.
func TestStreams(t *testing.T) {
	row := schemas.Feature{DocumentID: strings.Repeat("a", 64), Path: "in/a.tif", Embedding: make([]float32, 4096)}
	for _, format := range Formats() {
		if format == FormatParquet {
			continue // one row group of 64 MB
		}
		const n = 3000 // 49 MB of vectors
		w, err := New(format, io.Discard, Table{Info: schemas.CutInfo{Cut: "fc2", Dim: 4096}, Rows: n})
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			if err := w.Write([]schemas.Feature{row}); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
			t.Errorf("%s: %d bytes are held after %d rows", format, grown, n)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
