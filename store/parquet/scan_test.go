package parquet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
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

func encodeRows[T any](t testing.TB, rows []T, options ...pq.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pq.NewGenericWriter[T](&b, append([]pq.WriterOption{
		pq.DataPageVersion(1), pq.DefaultEncodingFor(pq.ByteArray, &pq.Plain),
	}, options...)...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// scan reads all rows of a file; with an error, those before it.
func scan[R any](f *File, file []byte) (rows []R, err error) {
	if err := f.Reset(bytes.NewReader(file), int64(len(file))); err != nil {
		return nil, err
	}
	var buffer []R
	err = Scan(context.Background(), f, &buffer, func(some []R) error { rows = append(rows, some...); return nil })
	return rows, err
}

func withoutVectors(rows []row) []row {
	var out []row
	for _, r := range rows {
		r.Vector = nil
		out = append(out, r)
	}
	return out
}

// readByParquetGo names the columns that this package does not decode.
func readByParquetGo[R any](t *testing.T, f *File) (names []string) {
	t.Helper()
	r, err := openRows[R](f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for i, c := range r.readers {
		if _, ok := c.(*generalColumn); ok {
			names = append(names, r.columns[i].name)
		}
	}
	return names
}

func TestScanReadsWhatParquetGoWrites(t *testing.T) {
	f := new(File) // one for all files
	for _, n := range []int{0, 1, 7, 8, 9, 500, 5000, 20000} {
		for name, options := range map[string][]pq.WriterOption{
			"plain":  nil,
			"snappy": {pq.Compression(&pq.Snappy)},
			"zstd":   {pq.Compression(&pq.Zstd), pq.PageBufferSize(1 << 10)},
			"groups": {pq.MaxRowsPerRowGroup(333), pq.Compression(&pq.Zstd)},
		} {
			rows := someRows(n)
			got, err := scan[row](f, encodeRows(t, rows, options...))
			if err != nil {
				t.Fatalf("scan %d rows (%s): %v", n, name, err)
			}
			if !reflect.DeepEqual(got, withoutVectors(rows)) {
				t.Fatalf("%s, %d rows: they differ", name, n)
			}
			if names := readByParquetGo[row](t, f); n > 0 && names != nil {
				t.Fatalf("%s, %d rows: parquet-go reads %v", name, n, names)
			}
		}
	}
}

func TestOrderOfColumnsIsTheCallers(t *testing.T) {
	type reverse struct {
		Page int32  `parquet:"page"`
		ID   string `parquet:"id"`
	}
	rows := someRows(3)
	got, err := scan[reverse](new(File), encodeRows(t, rows))
	if want := (reverse{rows[2].Page, rows[2].ID}); err != nil || len(got) != 3 || got[2] != want {
		t.Errorf("read %+v, %v; want %+v last", got, err, want)
	}
}

// TestColumnsOfOtherWriters reads columns that are left to parquet-go.
func TestColumnsOfOtherWriters(t *testing.T) {
	rows := someRows(900)
	all := []string{"id", "page", "label", "bytes", "seen", "comment"}
	texts := []string{"id", "label", "comment"}
	for name, c := range map[string]struct {
		option  pq.WriterOption
		general []string
	}{
		"version 2 pages":     {pq.DataPageVersion(2), all},
		"another compression": {pq.Compression(&pq.Gzip), all},
		"another encoding":    {pq.DefaultEncodingFor(pq.ByteArray, &pq.DeltaLengthByteArray), texts},
		"dictionaries":        {pq.DefaultEncodingFor(pq.ByteArray, &pq.RLEDictionary), texts},
	} {
		f := new(File)
		got, err := scan[row](f, encodeRows(t, rows, c.option, pq.MaxRowsPerRowGroup(400)))
		if err != nil || !reflect.DeepEqual(got, withoutVectors(rows)) {
			t.Errorf("%s: rows differ, or %v", name, err)
		}
		if general := readByParquetGo[row](t, f); !reflect.DeepEqual(general, c.general) {
			t.Errorf("%s: parquet-go reads %v, not %v", name, general, c.general)
		}
	}
}

// TestOtherTypes reads columns of types that convert, and refuses others.
func TestOtherTypes(t *testing.T) {
	type want struct {
		N int32  `parquet:"n"`
		S string `parquet:"s"`
	}
	type long struct {
		N int64   `parquet:"n"`
		S *string `parquet:"s,optional"`
	}
	got, err := scan[want](new(File), encodeRows(t, []long{{N: -7}, {N: 8}}))
	if err != nil || !reflect.DeepEqual(got, []want{{N: -7}, {N: 8}}) {
		t.Errorf("INT64 and NULL: %+v, %v", got, err)
	}
	type nested struct {
		N []int32 `parquet:"n"`
	}
	type number struct {
		S int32 `parquet:"s"`
	}
	for name, file := range map[string][]byte{
		"a number of more bits": encodeRows(t, []long{{N: 1 << 40}}),
		"a list":                encodeRows(t, []nested{{[]int32{1, 2}}}),
		"a number for a string": encodeRows(t, []number{{5}}),
	} {
		if got, err := scan[want](new(File), file); !errors.Is(err, ErrUnsupported) {
			t.Errorf("scan %s: rows %+v, error %v; want %v", name, got, err, ErrUnsupported)
		}
	}
	type absent struct {
		Absent  *string   `parquet:"absent,optional"`
		Element string    `parquet:"element"`
		Bytes   int64     `parquet:"bytes"`
		Then    time.Time `parquet:"then,timestamp(microsecond)"`
	}
	rows := someRows(1)
	if got, err := scan[absent](new(File), encodeRows(t, rows)); err != nil || got[0] != (absent{Bytes: rows[0].Bytes, Then: time.Unix(0, 0).UTC()}) {
		t.Errorf("columns that are not there: %+v, %v", got, err)
	}
}

// TestDamagedScan changes bytes: what is read is either refused or has as many
// rows as the footer says.
func TestDamagedScan(t *testing.T) {
	rows := someRows(40)
	file := encodeRows(t, rows, pq.Compression(&pq.Zstd), pq.MaxRowsPerRowGroup(15))
	f := new(File)
	for n := range file {
		if _, err := scan[row](f, file[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut short after %d bytes: error %v", n, err)
		}
	}
	for i := range file {
		for _, flip := range []byte{1, 0x10, 0x80, 0xff} {
			damaged := bytes.Clone(file)
			damaged[i] ^= flip
			got, err := scan[row](f, damaged)
			if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) {
				t.Fatalf("byte %d changed: %v", i, err)
			}
			if err == nil && int64(len(got)) != f.Rows() {
				t.Fatalf("byte %d changed: %d rows of %d", i, len(got), f.Rows())
			}
		}
	}
}

// TestDamagedPageEndsTheScan damages the body of a late page: the rows before it
// are yielded once, and then the error.
func TestDamagedPageEndsTheScan(t *testing.T) {
	rows := someRows(9000)
	file := encodeRows(t, rows, pq.MaxRowsPerRowGroup(3000), pq.Compression(&pq.Snappy))
	f, err := open(file)
	if err != nil {
		t.Fatal(err)
	}
	last := f.chunk(2, f.footer.find("comment"))
	file[last.start+last.size-100] ^= 0xff
	got, err := scan[row](new(File), file)
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("scan a damaged column: error %v, want %v", err, ErrDamaged)
	}
	if !reflect.DeepEqual(got, withoutVectors(rows[:6000])) {
		t.Errorf("%d rows before it", len(got))
	}
}

func TestErrorsOfFileAndReceiverPass(t *testing.T) {
	mine := errors.New("mine")
	f, err := open(encodeRows(t, someRows(3)))
	if err != nil {
		t.Fatal(err)
	}
	if err := Scan(context.Background(), f, nil, func([]row) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("error %v, want that of the receiver", err)
	}
	if _, err := Open(failingFile{mine}, 100); !errors.Is(err, mine) || errors.Is(err, ErrDamaged) {
		t.Errorf("error %v, want that of the file", err)
	}
}

type failingFile struct{ err error }

func (f failingFile) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func FuzzScan(f *testing.F) {
	rows := someRows(30)
	f.Add(encodeRows(f, rows))
	f.Add(encodeRows(f, rows, pq.Compression(&pq.Zstd), pq.PageBufferSize(100)))
	f.Add(encodeRows(f, rows, pq.Compression(&pq.Snappy), pq.MaxRowsPerRowGroup(7)))
	f.Add(encodeRows(f, rows, pq.DataPageVersion(2)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := scan[row](new(File), file); err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) {
			t.Error(err)
		}
	})
}
