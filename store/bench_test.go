package store

import (
	"context"
	"testing"

	"cutpoint/schemas"
	"cutpoint/store/parquet"
)

const benchRows, benchDim = 2000, 4096

func BenchmarkAppend(b *testing.B) {
	rows := testFeatures(0, benchRows, benchDim)
	b.SetBytes(benchRows * benchDim * 4)
	for b.Loop() {
		b.StopTimer()
		table, err := newTestStore(b).CreateCut(cutOf(benchDim))
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := table.Append(context.Background(), rows, CommitInfo{}); err != nil {
			b.Fatal(err)
		}
	}
}

func benchTable(b *testing.B) *Table[schemas.Feature] {
	b.Helper()
	table, err := newTestStore(b).CreateCut(cutOf(benchDim))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := table.Append(context.Background(), testFeatures(0, benchRows, benchDim), CommitInfo{}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(benchRows * benchDim * 4)
	b.ReportAllocs()
	return table
}

func BenchmarkReadMatrix(b *testing.B) {
	table := benchTable(b)
	for b.Loop() {
		if _, _, err := readMatrix(context.Background(), table); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKeys(b *testing.B) {
	table := benchTable(b)
	for b.Loop() {
		fresh := newTable[schemas.Feature](table.store, table.name, table.dim, table.configuration)
		if _, err := fresh.Keys(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	table := benchTable(b)
	for b.Loop() {
		if err := table.Scan(context.Background(), func([]schemas.Feature) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	rows := testFeatures(0, benchRows, benchDim)
	b.SetBytes(benchRows * benchDim * 4)
	for b.Loop() {
		if err := parquet.Write(context.Background(), discard{}, rows, benchDim, nil); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
