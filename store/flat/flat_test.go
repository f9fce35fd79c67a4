package flat

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// row has a column of every kind, and one that is nested before the last.
type row struct {
	ID      string    `parquet:"id"`
	Page    int32     `parquet:"page"`
	Label   *string   `parquet:"label,optional"`
	Bytes   int64     `parquet:"bytes"`
	Vector  []float32 `parquet:"vector,list"`
	Seen    time.Time `parquet:"seen,timestamp(microsecond)"`
	Comment string    `parquet:"comment"`
}

var rowFields = []Field{
	{"id", Text, false}, {"page", Int32, false}, {"label", Text, true}, {"bytes", Int64, false},
	{"seen", Micros, false}, {"comment", Text, false},
}

func someRows(n int) []row {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	rows := make([]row, n)
	for i := range rows {
		rows[i] = row{
			ID: fmt.Sprintf("%064x", r.Uint64()), Page: int32(r.Uint32()), Bytes: int64(r.Uint64()),
			Vector: make([]float32, r.IntN(4)), Seen: time.UnixMicro(r.Int64N(4e15)).UTC(),
			Comment: strings.Repeat("é", r.IntN(50)),
		}
		if r.IntN(3) > 0 {
			label := fmt.Sprint("label ", r.IntN(5))
			rows[i].Label = &label
		}
	}
	return rows
}

func encode[T any](t testing.TB, rows []T, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, append([]parquet.WriterOption{
		parquet.DataPageVersion(1), parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.Plain),
	}, options...)...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read takes all values of a file, a line a row.
func read(r *Reader, file []byte, fields []Field) (lines []string, err error) {
	err = r.Read(bytes.NewReader(file), int64(len(file)), fields, func(rows int, columns []Column) error {
		for range rows {
			var b strings.Builder
			for i, f := range fields {
				if f.Type == Text {
					s, ok := columns[i].Text()
					fmt.Fprint(&b, s, ok, " ")
				} else {
					fmt.Fprint(&b, columns[i].Int(), " ")
				}
			}
			lines = append(lines, b.String())
		}
		return Err(columns)
	})
	return lines, err
}

func lines(rows []row) []string {
	var out []string
	for _, r := range rows {
		label := ""
		if r.Label != nil {
			label = *r.Label
		}
		out = append(out, fmt.Sprint(r.ID, true, " ", r.Page, " ", label, r.Label != nil, " ", r.Bytes, " ", r.Seen.UnixMicro(), " ", r.Comment, true, " "))
	}
	return out
}

func TestReadsWhatAGeneralWriterWrites(t *testing.T) {
	r := new(Reader) // one for all files
	for _, n := range []int{0, 1, 7, 8, 9, 500, 5000, 20000} {
		for name, options := range map[string][]parquet.WriterOption{
			"plain":  nil,
			"snappy": {parquet.Compression(&parquet.Snappy)},
			"zstd":   {parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(1 << 10)},
			"groups": {parquet.MaxRowsPerRowGroup(333), parquet.Compression(&parquet.Zstd)},
		} {
			rows := someRows(n)
			got, err := read(r, encode(t, rows, options...), rowFields)
			if err != nil {
				t.Fatalf("%s, %d rows: %v", name, n, err)
			}
			if want := lines(rows); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("%s, %d rows: they differ", name, n)
			}
		}
	}
}

func TestOrderOfFieldsIsTheCallers(t *testing.T) {
	rows := someRows(3)
	got, err := read(new(Reader), encode(t, rows), []Field{{"page", Int32, false}, {"id", Text, false}})
	if want := fmt.Sprint(rows[2].Page, " ", rows[2].ID, true, " "); err != nil || len(got) != 3 || got[2] != want {
		t.Errorf("read %q, %v; want %q last", got, err, want)
	}
}

func TestForeign(t *testing.T) {
	type nanos struct {
		Seen time.Time `parquet:"seen,timestamp(nanosecond)"`
	}
	seen := []Field{{"seen", Micros, false}}
	rows := someRows(20)
	for name, c := range map[string]struct {
		file   []byte
		fields []Field
	}{
		"empty":               {nil, rowFields},
		"text":                {[]byte("this is no Parquet file, PAR1"), rowFields},
		"no such column":      {encode(t, rows), []Field{{"absent", Text, false}}},
		"another type":        {encode(t, rows), []Field{{"bytes", Int32, false}}},
		"nested":              {encode(t, rows), []Field{{"element", Text, false}}},
		"nulls":               {encode(t, rows), []Field{{"label", Text, false}}},
		"version 2 pages":     {encode(t, rows, parquet.DataPageVersion(2)), rowFields},
		"another compression": {encode(t, rows, parquet.Compression(&parquet.Gzip)), rowFields},
		"another encoding":    {encode(t, rows, parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.DeltaLengthByteArray)), rowFields},
		"nanoseconds":         {encode(t, []nanos{{time.Now()}}), seen},
	} {
		if _, err := read(new(Reader), c.file, c.fields); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: error %v, want ErrForeign", name, err)
		}
	}
}

// A damaged file may not be told from another one, but what is read of it is
// either refused or has as many rows as the footer says.
func TestDamaged(t *testing.T) {
	rows := someRows(40)
	file := encode(t, rows, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(15))
	r := new(Reader)
	for n := range file {
		if _, err := read(r, file[:n], rowFields); !errors.Is(err, ErrForeign) {
			t.Fatalf("cut short after %d bytes: error %v", n, err)
		}
	}
	for i := range file {
		for _, flip := range []byte{1, 0x10, 0x80, 0xff} {
			damaged := bytes.Clone(file)
			damaged[i] ^= flip
			if _, err := read(r, damaged, rowFields); err != nil && !errors.Is(err, ErrForeign) {
				t.Fatalf("byte %d changed: %v", i, err)
			}
		}
	}
}

func TestErrorsOfFileAndBatchPass(t *testing.T) {
	mine := errors.New("mine")
	file := encode(t, someRows(3))
	stop := func(int, []Column) error { return mine }
	if err := new(Reader).Read(bytes.NewReader(file), int64(len(file)), rowFields, stop); !errors.Is(err, mine) {
		t.Errorf("error %v, want that of batch", err)
	}
	if err := new(Reader).Read(failing{mine}, 100, rowFields, stop); !errors.Is(err, mine) || errors.Is(err, ErrForeign) {
		t.Errorf("error %v, want that of the file", err)
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func FuzzRead(f *testing.F) {
	rows := someRows(30)
	f.Add(encode(f, rows))
	f.Add(encode(f, rows, parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(100)))
	f.Add(encode(f, rows, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(7)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := read(new(Reader), file, rowFields); err != nil && !errors.Is(err, ErrForeign) {
			t.Error(err)
		}
	})
}
