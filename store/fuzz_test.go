package store

import (
	"bytes"
	"context"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// FuzzLogEntry puts bytes where a table's second log entry is, and, with a right
// checksum, its first.
func FuzzLogEntry(f *testing.F) {
	f.Add([]byte(foreignTable))
	for version := range int64(2) {
		whole, err := formatEntry(version, []action{{Add: &addFile{Path: "p"}}, {Remove: &removeFile{Path: "q"}}}, CommitInfo{Run: "r"}.withDefaults())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(whole)
		f.Add(whole[:len(whole)/2])
	}
	f.Add([]byte(`{"add":null}` + "\n{}"))
	f.Add([]byte(`{"add":{"path":"a","stats":"{\"numRecords\":1e3}","size":1e9}}` + "\n" + `{"commitInfo":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, first := range []string{"", foreignTable} {
			d := newDiskWith(t, "t/"+logFolder)
			log := newTableLog(d.disk, "t")
			if first != "" {
				d.put(log.entryName(0), []byte(first))
				d.put(log.entryName(1), b)
			} else {
				d.put(log.entryName(0), b)
			}
			if err := log.refresh(); err == nil && (log.version < 0 || log.meta == nil) {
				t.Error("a log began without metadata")
			} else if err != nil && !strings.Contains(err.Error(), "0000.json") && !strings.Contains(err.Error(), "0001.json") {
				t.Errorf("the entry is not named: %v", err)
			}
			for _, p := range log.snapshot().Parts {
				if !filepath.IsLocal(p.Path) {
					t.Errorf("path %q leaves the table", p.Path)
				}
			}
		}
	})
}

// newDiskWith is a disk with a folder in a folder.
func newDiskWith(t testing.TB, folder string) *damaged {
	d := &damaged{disk: newMemDisk()}
	d.disk.Mkdir(filepath.Dir(folder))
	if err := d.disk.Mkdir(folder); err != nil {
		t.Fatal(err)
	}
	return d
}

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
	d := newDiskWith(f, "fc2/"+logFolder)
	entry := strings.Replace(foreignTable, `a%20b.parquet`, "part.parquet", 1)
	d.put(entryOf(0), []byte(entry))
	s, err := newStore(d.disk, "", testDescription)
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
