package store

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// foreignEntry is the first log entry of a table whose one part another tool wrote.
const foreignEntry = `{"commitInfo":{"engineInfo":"Other/1.0"}}
{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{}","partitionColumns":[],"configuration":{}}}
{"add":{"path":"part.parquet","partitionValues":{},"size":9,"modificationTime":1,"dataChange":true}}`

// FuzzPart reads bytes as a part in every way there is. Pages that are not
// compressed let changes through to the decoders.
func FuzzPart(f *testing.F) {
	features := testFeatures(0, 5, damageDim)
	for _, options := range [][]parquet.WriterOption{
		{parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(1), parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.Plain)},
		{parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(2)},
		{parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(2)},
		{parquet.Compression(&parquet.Zstd), parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.RLEDictionary)},
	} {
		f.Add(encoded(f, features, options))
		f.Add(encoded(f, documentsOf(features), options))
	}
	f.Add(asPart([]byte("PAR1"), []byte("\x15\x02\x19\x0c\x16\x08\x19\xfc\xff\xff\xff\xff\x07")))
	d := &damaged{disk: filestest.NewDisk()}
	if err := errors.Join(d.disk.Mkdir("fc2"), d.disk.Mkdir("fc2/"+delta.LogFolder)); err != nil {
		f.Fatal(err)
	}
	d.put(entryOf(0), []byte(foreignEntry))
	s, err := newStore(files.On(d.disk), "", testDescription)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d.put("fc2/part.parquet", b)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		readEveryWay(s)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > readBound+uint64(len(b))<<15 {
			t.Errorf("%d bytes made readers allocate %d MB", len(b), n>>20)
		}
	})
}

func encoded[R Row](f *testing.F, rows []R, options []parquet.WriterOption) []byte {
	f.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[R](&b, options...)
	if _, err := w.Write(rows); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	return b.Bytes()
}

// readEveryWay reads the table fc2 as features, and as if it were of documents.
func readEveryWay(s *Store) {
	ctx := context.Background()
	features := newTable[schemas.Feature](s, "fc2", damageDim, nil)
	features.Keys(ctx)
	features.Scan(ctx, func([]schemas.Feature) error { return nil })
	readMatrix(ctx, features)
	features.readOrphan(ctx, "fc2/part.parquet")
	documents := newTable[schemas.Document](s, "fc2", 0, nil)
	documents.Scan(ctx, func([]schemas.Document) error { return nil })
}
