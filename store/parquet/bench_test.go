package parquet

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// someDocuments are rows as a corpus of scanned letters makes them.
func someDocuments(n int) []schemas.Document {
	seen := time.Unix(1_800_000_000, 0).UTC()
	rows := make([]schemas.Document, n)
	for i := range rows {
		id := sha256.Sum256([]byte(strconv.Itoa(i)))
		label := fmt.Sprintf("class %d", i%5)
		rows[i] = schemas.Document{
			DocumentID: hex.EncodeToString(id[:]), Path: fmt.Sprintf("inbox/%06d.tif", i), Label: &label,
			Format: "tiff", Width: 2480, Height: 3508, Pages: 1, Bytes: 40_000 + int64(i), Modified: seen, FirstSeen: seen,
		}
	}
	return rows
}

// BenchmarkSmallTables reads the documents table, whole and its keys alone, here
// and with parquet-go: one part of 200,000 rows, and one of 20, of which a store
// has thousands.
func BenchmarkSmallTables(b *testing.B) {
	for _, n := range []int{200_000, 20} {
		var file bytes.Buffer
		if err := Write(context.Background(), &file, someDocuments(n), 0, nil); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("rows=%d/scan", n), func(b *testing.B) { benchmarkScan[schemas.Document](b, file.Bytes(), n) })
		b.Run(fmt.Sprintf("rows=%d/keys", n), func(b *testing.B) { benchmarkScan[schemas.PageKey](b, file.Bytes(), n) })
	}
}

func benchmarkScan[R any](b *testing.B, file []byte, rows int) {
	b.Run("cutpoint", func(b *testing.B) {
		b.ReportAllocs()
		var f File
		var buffer []R
		for b.Loop() {
			if err := f.Reset(bytes.NewReader(file), int64(len(file))); err != nil {
				b.Fatal(err)
			}
			n := 0
			err := Scan(context.Background(), &f, &buffer, func(some []R) error { n += len(some); return nil })
			if err != nil || n != rows {
				b.Fatalf("%d rows of %d: %v", n, rows, err)
			}
		}
	})
	b.Run("parquet-go", func(b *testing.B) {
		b.ReportAllocs()
		buffer := make([]R, batchRows)
		for b.Loop() {
			f, err := pq.OpenFile(bytes.NewReader(file), int64(len(file)), pq.SkipPageIndex(true), pq.SkipBloomFilters(true))
			if err != nil {
				b.Fatal(err)
			}
			r := pq.NewGenericReader[R](f)
			n, some := 0, 0
			for err == nil {
				some, err = r.Read(buffer)
				n += some
			}
			if !errors.Is(err, io.EOF) || n != rows {
				b.Fatalf("%d rows of %d: %v", n, rows, err)
			}
			r.Close()
		}
	})
}
