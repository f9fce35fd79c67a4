package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cutpoint/schemas"
)

// foreignFeatures are the rows that store/wide/testdata/foreign.py writes.
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
		for j := range 6 {
			rows[i].Embedding = append(rows[i].Embedding, float32(max(0, (31*i+7*j)%11-5))/4)
		}
	}
	return rows
}

// TestForeignParts reads parts as other tools write them: encodings that package
// wide reads, and those that it leaves to the general reader.
func TestForeignParts(t *testing.T) {
	for name, want := range map[string]error{
		"plain": nil, "checksums-zstd": nil, "nullable": nil, "large-list": nil,
		"gzip": nil, "dictionary": nil, "version-2": nil, "byte-stream-split": nil,
		"ragged": ErrDamaged, "null-element": ErrDamaged,
	} {
		t.Run(name, func(t *testing.T) {
			s := newTestStore(t)
			b, err := os.ReadFile(filepath.Join("wide", "testdata", name+".parquet"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(s.Dir(), "x.parquet"), b, 0o644); err != nil {
				t.Fatal(err)
			}
			p, err := openPart(s.files, "x.parquet")
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			var scanned []schemas.Feature
			err = scanPart(context.Background(), p, 6, func(r []schemas.Feature) error { scanned = append(scanned, r...); return nil })
			rows, data := make([]schemas.Feature, 25), make([]float32, 25*6)
			matrixErr := errors.Join(p.readRows(context.Background(), rows), p.readVectors(context.Background(), 6, data))
			if !errors.Is(err, want) || !errors.Is(matrixErr, want) {
				t.Fatalf("scan: %v; matrix: %v; not %v", err, matrixErr, want)
			}
			if want != nil {
				return
			}
			sameRows(t, scanned, foreignFeatures())
			for i := range rows {
				rows[i].Embedding = data[6*i : 6*i+6]
			}
			sameRows(t, rows, foreignFeatures())
		})
	}
}
