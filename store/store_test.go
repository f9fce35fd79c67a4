package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"cutpoint/schemas"
)

var (
	testDescription = schemas.Description{
		Model:   "VGG19",
		Weights: schemas.Weights{Source: "random:1", SHA256: "ab12"},
		Preset: schemas.Preset{
			Name: "document", Resize: "squash", Filter: "bilinear", Size: 224, Color: "BGR", Scale: 1,
			Mean: [3]float32{103.939, 116.779, 123.68}, Std: [3]float32{1, 1, 1},
		},
		Precision: "float32",
	}
	testTime = time.Date(2026, 3, 4, 5, 6, 7, 891011_000, time.UTC)
)

func cutOf(dim int) schemas.CutInfo {
	return schemas.CutInfo{Cut: "fc2", Dim: dim, Shape: []int{dim}, Layout: "C", DType: "float32"}
}

func testID(i int) string { return fmt.Sprintf("%064x", i+1) }

// testFeatures makes rows from..from+n of a fixed sequence.
func testFeatures(from, n, dim int) []schemas.Feature {
	rows := make([]schemas.Feature, n)
	for i := range rows {
		r := rand.New(rand.NewPCG(uint64(from+i), 7))
		rows[i] = schemas.Feature{
			DocumentID: testID(from + i), Page: int32(i % 3), Path: fmt.Sprintf("in/%d.tif", from+i),
			FeaturizedAt: testTime.Add(time.Duration(i) * time.Microsecond), Embedding: make([]float32, dim),
		}
		if i%2 == 0 {
			label := fmt.Sprintf("label %d", i%5)
			rows[i].Label = &label
		}
		if i%3 == 0 {
			split := []string{"train", "test"}[i%2]
			rows[i].Split = &split
		}
		for j := range rows[i].Embedding {
			rows[i].Embedding[j] = max(0, float32(r.NormFloat64()))
		}
	}
	return rows
}

func documentsOf(rows []schemas.Feature) []schemas.Document {
	out := make([]schemas.Document, len(rows))
	for i, r := range rows {
		out[i] = schemas.Document{
			DocumentID: r.DocumentID, Page: r.Page, Path: r.Path, Label: r.Label, Split: r.Split, Format: "tiff",
			Width: 800, Height: 1000, Pages: 3, Bytes: 12345, Modified: testTime, FirstSeen: testTime,
		}
	}
	return out
}

func newTestStore(t testing.TB) *Store {
	t.Helper()
	s, err := Create(t.TempDir(), testDescription)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func scanAll[R Row](t testing.TB, table *Table[R]) []R {
	t.Helper()
	var rows []R
	if err := table.Scan(context.Background(), func(r []R) error { rows = append(rows, r...); return nil }); err != nil {
		t.Fatal(err)
	}
	return rows
}

func sameRows[R Row](t testing.TB, got, want []R) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		if !sameRow(got[i], want[i]) {
			t.Fatalf("row %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
}

func verifyClean(t testing.TB, s *Store) VerifyReport {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) > 0 {
		t.Fatalf("verify: %s", r)
	}
	return r
}

func TestAppendAndRead(t *testing.T) {
	ctx := context.Background()
	for _, dim := range []int{1, 7, 512} {
		s := newTestStore(t)
		table, err := s.CreateCut(cutOf(dim))
		if err != nil {
			t.Fatal(err)
		}
		rows := testFeatures(0, 150, dim)
		for i := 0; i < len(rows); i += 50 {
			// Every append repeats ten rows of the one before.
			if _, err := table.Append(ctx, rows[max(0, i-10):i+50], CommitInfo{Run: "r"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Documents().Upsert(ctx, documentsOf(rows), nil, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
		again, err := Open(s.Dir())
		if err != nil {
			t.Fatal(err)
		}
		table, info, err := again.Cut("fc2")
		if err != nil || info.Dim != dim {
			t.Fatalf("open fc2 again: dimension %d, error %v; want %d", info.Dim, err, dim)
		}
		sameRows(t, scanAll(t, table), rows)
		sameRows(t, scanAll(t, again.Documents()), documentsOf(rows))
		snap, err := table.Snapshot()
		if err != nil || snap.Version != 3 || snap.Rows != 150 || len(snap.Parts) != 3 {
			t.Fatalf("snapshot %+v, error %v; want version 3 with 150 rows in 3 parts", snap, err)
		}
		checkMatrix(t, table, rows, dim)
		if r := verifyClean(t, again); r.Rows != 300 || len(r.Notes) > 0 {
			t.Errorf("verify: %s; want 300 rows and no notes", r)
		}
	}
}

// readMatrix reads a cut's rows and their embeddings.
func readMatrix(ctx context.Context, table *Table[schemas.Feature]) ([]schemas.Feature, []float32, error) {
	rows, err := tableRows(ctx, table)
	if err != nil {
		return nil, nil, err
	}
	data, err := tableVectors(ctx, table)
	return rows, data, err
}

func checkMatrix(t *testing.T, table *Table[schemas.Feature], want []schemas.Feature, dim int) {
	t.Helper()
	rows, data, err := readMatrix(context.Background(), table)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if rows[i].Embedding != nil {
			t.Fatal("a row of a matrix has its embedding")
		}
		rows[i].Embedding = data[i*dim : (i+1)*dim]
	}
	sameRows(t, rows, want)
}

func TestFingerprint(t *testing.T) {
	s := newTestStore(t)
	other := testDescription
	other.Precision = "bfloat16"
	_, err := Create(s.Dir(), other)
	var fe *FingerprintError
	if !errors.As(err, &fe) {
		t.Fatalf("create a store with another fingerprint: error %v, want a FingerprintError", err)
	}
	t.Log(err)
	renamed := testDescription
	renamed.Weights.Source = "elsewhere"
	if _, err := Create(s.Dir(), renamed); err != nil {
		t.Error(err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNotStore) {
		t.Error(err)
	}
}
