package parquet

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"

	pq "github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// TestFileIsTheGeneralOne compares what readers see in the footer with what
// parquet-go writes for the same rows.
func TestFileIsTheGeneralOne(t *testing.T) {
	const n, dim = 300, 64
	rows := sample(n, dim)
	ours, err := openFile(encode(t, rows, dim, Zstd))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := pq.NewGenericWriter[schemas.Feature](&b, pq.Compression(&pq.Zstd), pq.DataPageVersion(1),
		pq.CreatedBy("cutpoint", "1", ""), pq.SkipPageBounds("embedding", "list", "element"),
		pq.KeyValueMetadata("cutpoint.cut", keys["cutpoint.cut"]), pq.KeyValueMetadata("cutpoint.fingerprint", "ab"))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	theirs, err := openFile(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	a, g := ours.Metadata(), theirs.Metadata()
	for name, pair := range map[string][2]any{
		"schema": {a.Schema, g.Schema}, "order of columns": {a.ColumnOrders, g.ColumnOrders}, "writer": {a.CreatedBy, g.CreatedBy},
		"keys": {a.KeyValueMetadata, g.KeyValueMetadata}, "version": {a.Version, g.Version}, "rows": {a.NumRows, g.NumRows},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("footer, %s: %+v, want %+v", name, pair[0], pair[1])
		}
	}
	for i := range a.RowGroups[0].Columns {
		x, y := a.RowGroups[0].Columns[i].MetaData, g.RowGroups[0].Columns[i].MetaData
		if x.Type != y.Type || x.Codec != y.Codec || x.NumValues != y.NumValues || !reflect.DeepEqual(x.PathInSchema, y.PathInSchema) {
			t.Errorf("column %v: %+v, not %+v", x.PathInSchema, x, y)
		}
		if s, q := x.Statistics, y.Statistics; s.NullCount != q.NullCount || !bytes.Equal(s.MinValue, q.MinValue) || !bytes.Equal(s.MaxValue, q.MaxValue) {
			t.Errorf("statistics of %v: %+v, not %+v", x.PathInSchema, s, q)
		}
	}
	const schema = `message Feature {
	required binary document_id (STRING);
	required int32 page (INT(32,true));
	required binary path (STRING);
	optional binary label (STRING);
	optional binary split (STRING);
	required int64 featurized_at (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
	required group embedding (LIST) {
		repeated group list {
			required float element;
		}
	}
}`
	if got := ours.Schema().String(); got != schema {
		t.Errorf("schema is\n%s", got)
	}
}

// TestRowGroups checks that groups are cut by bytes and add up.
func TestRowGroups(t *testing.T) {
	const dim = 802_816
	n := 2*RowsPerGroup(dim) + 1
	p, err := openFile(encode(t, sample(n, dim), dim, Uncompressed))
	if err != nil {
		t.Fatal(err)
	}
	m := p.Metadata()
	if len(m.RowGroups) != 3 || m.NumRows != int64(n) {
		t.Fatalf("%d row groups, %d rows", len(m.RowGroups), m.NumRows)
	}
	at := int64(4)
	for i, g := range m.RowGroups {
		if g.FileOffset != at || int(g.Ordinal) != i || g.TotalByteSize > groupBytes+RowBytes*g.NumRows {
			t.Errorf("group %d: offset %d, not %d; ordinal %d; %d bytes", i, g.FileOffset, at, g.Ordinal, g.TotalByteSize)
		}
		for _, c := range g.Columns {
			if c.MetaData.DataPageOffset != at {
				t.Errorf("column %v at %d, not %d", c.MetaData.PathInSchema, c.MetaData.DataPageOffset, at)
			}
			at += c.MetaData.TotalCompressedSize
		}
	}
}

// TestLongPaths cuts pages of a small column by their bytes.
func TestLongPaths(t *testing.T) {
	rows := sample(300, 2)
	for i := range rows {
		rows[i].Path = string(bytes.Repeat([]byte{byte('a' + i%26)}, 10_000))
	}
	file := encode(t, rows, 2, Snappy)
	general(t, file, rows)
	p, err := openFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := p.Metadata().RowGroups[0].Columns[2].MetaData.EncodingStats[0].Count; n != 3 {
		t.Errorf("%d pages of paths", n)
	}
}

// TestDeterministic writes the same bytes on one processor and on many.
func TestDeterministic(t *testing.T) {
	rows := sample(1500, 1024)
	for _, codec := range []Codec{Uncompressed, Snappy, Zstd} {
		want := encode(t, rows, 1024, codec)
		for _, n := range []int{1, 8} {
			before := runtime.GOMAXPROCS(n)
			got := encode(t, rows, 1024, codec)
			runtime.GOMAXPROCS(before)
			if !bytes.Equal(got, want) {
				t.Errorf("%v on %d processors: other bytes", codec, n)
			}
		}
	}
}

type failingWriter struct{ after int }

var errFull = errors.New("disk full")

func (f *failingWriter) Write(b []byte) (int, error) {
	if f.after -= len(b); f.after < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteFails(t *testing.T) {
	rows := sample(3000, 1024)
	whole := len(encode(t, rows, 1024, Snappy))
	for after := 0; after < whole; after += whole/20 + 1 {
		if err := WriteFeatures(context.Background(), &failingWriter{after}, rows, FeatureOptions{Dim: 1024, Codec: Snappy}); !errors.Is(err, errFull) {
			t.Errorf("full after %d bytes: %v", after, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := WriteFeatures(ctx, &failingWriter{1 << 40}, rows, FeatureOptions{Dim: 1024, Codec: Snappy}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled write: error %v, want %v", err, context.Canceled)
	}
}
