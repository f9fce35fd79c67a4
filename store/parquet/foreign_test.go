package parquet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// foreignDim is the length of the vectors in testdata, which testdata/foreign.py
// wrote with pyarrow 26.0.1.
const foreignDim = 6

// foreignFeatures are the rows that it writes.
func foreignFeatures() []schemas.Feature {
	rows := make([]schemas.Feature, 25)
	for i := range rows {
		rows[i] = schemas.Feature{
			DocumentID: fmt.Sprintf("%064x", i), Page: int32(i % 3), Path: fmt.Sprintf("in/%d.tif", i),
			FeaturizedAt: time.UnixMicro(1_700_000_000_000_000 + int64(i)).UTC(),
		}
		if i%2 == 0 {
			label := fmt.Sprintf("label %d", i%5)
			rows[i].Label = &label
		}
		for j := range foreignDim {
			rows[i].Embedding = append(rows[i].Embedding, float32(max(0, (31*i+7*j)%11-5))/4)
		}
	}
	return rows
}

// scanAll reads all features of a file, in slices and as a matrix, which must agree.
func scanAll(t testing.TB, file []byte, dim int) ([]schemas.Feature, error) {
	t.Helper()
	f, err := open(file)
	if err != nil {
		return nil, err
	}
	ctx, d := context.Background(), NewDecoder(0)
	defer d.Close()
	var scanned []schemas.Feature
	err = d.ScanFeatures(ctx, f, dim, func(r []schemas.Feature) error { scanned = append(scanned, r...); return nil })
	rows, data := make([]schemas.Feature, f.Rows()), make([]float32, int(f.Rows())*dim)
	matrixErr := errors.Join(ReadRows(ctx, f, rows), d.ReadEmbeddings(ctx, f, dim, data))
	if err != nil || matrixErr != nil {
		if err == nil || matrixErr == nil {
			t.Errorf("scan: %v; matrix: %v", err, matrixErr)
		}
		return nil, errors.Join(err, matrixErr)
	}
	for i := range rows {
		rows[i].Embedding = data[dim*i : dim*i+dim]
	}
	if !reflect.DeepEqual(scanned, rows) {
		t.Error("the rows of a scan are not those of the matrix")
	}
	return scanned, nil
}

// TestForeignFiles reads what other tools write: vectors that are plain, and those
// that are left to parquet-go.
func TestForeignFiles(t *testing.T) {
	for name, c := range map[string]struct {
		plain bool
		want  error
	}{
		"plain": {true, nil}, "checksums-zstd": {true, nil}, "nullable": {true, nil}, "large-list": {true, nil},
		"gzip": {false, nil}, "dictionary": {false, nil}, "version-2": {false, nil}, "byte-stream-split": {false, nil},
		"ragged": {true, ErrDamaged}, "null-element": {true, ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join("testdata", name+".parquet"))
			if err != nil {
				t.Fatal(err)
			}
			rows, err := scanAll(t, file, foreignDim)
			if !errors.Is(err, c.want) {
				t.Fatalf("scan: error %v, want %v", err, c.want)
			}
			if c.want != nil {
				return
			}
			if want := foreignFeatures(); !reflect.DeepEqual(rows, want) {
				t.Errorf("read %+v, not %+v", rows, want)
			}
			if _, err := scanAll(t, file, foreignDim+1); !errors.Is(err, ErrDamaged) {
				t.Errorf("as vectors of another length: %v", err)
			}
			f, err := open(file)
			if err != nil {
				t.Fatal(err)
			}
			if v, err := f.openVectors(foreignDim); err != nil || (v != nil) != c.plain {
				t.Errorf("decoded here: %v, want %v; %v", v != nil, c.plain, err)
			}
		})
	}
}

// TestFilesOfOtherSettings reads what other writers may write: every codec,
// dictionaries, version 2 pages.
func TestFilesOfOtherSettings(t *testing.T) {
	const dim = 3
	rows := sample(50, dim)
	for i, options := range [][]pq.WriterOption{
		{pq.Compression(&pq.Snappy)},
		{pq.Compression(&pq.Gzip)},
		{pq.Compression(&pq.Uncompressed), pq.DataPageVersion(2)},
		{pq.Compression(&pq.Brotli), pq.MaxRowsPerRowGroup(7)},
		{pq.Compression(&pq.Zstd), pq.PageBufferSize(64)},
		{pq.DefaultEncodingFor(pq.ByteArray, &pq.RLEDictionary), pq.DefaultEncodingFor(pq.Float, &pq.RLEDictionary)},
	} {
		got, err := scanAll(t, encodeRows(t, rows, options...), dim)
		if err != nil || !reflect.DeepEqual(got, rows) {
			t.Errorf("options %d: rows differ, or %v", i, err)
		}
	}
}

// TestLargeGroup reads a row group of another tool that is too large to be read at
// once.
func TestLargeGroup(t *testing.T) {
	const dim = 1 << 20
	n := 2*RowsPerGroup(dim) + 1
	rows := sample(n, dim)
	file := encodeRows(t, rows, pq.Compression(&pq.Uncompressed), pq.MaxRowsPerRowGroup(int64(n)))
	f, err := open(file)
	if err != nil || f.Groups() != 1 {
		t.Fatalf("%d row groups, %v", f.Groups(), err)
	}
	d, yields := NewDecoder(0), 0
	defer d.Close()
	err = d.ScanFeatures(context.Background(), f, dim, func(got []schemas.Feature) error {
		for i := range got {
			if got[i].Key() != rows[i].Key() || !slices.Equal(got[i].Embedding, rows[i].Embedding) {
				t.Fatalf("row %v differs", got[i].Key())
			}
		}
		rows, yields = rows[len(got):], yields+1
		return nil
	})
	if err != nil || len(rows) > 0 || yields < 2 {
		t.Errorf("%d yields, %d rows left: %v", yields, len(rows), err)
	}
}
