package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// ids of several kinds: hashes, and what only looks like one.
func anyID(r *rand.Rand) string {
	id := testID(r.IntN(40))
	switch r.IntN(5) {
	case 0:
		return "path:" + id
	case 1:
		return strings.ToUpper(id[:63]) + "A"
	case 2:
		return id[:63] + "g"
	}
	return id
}

// A table's keys are those of a plain set of its rows, whatever was appended,
// replaced and dropped, and for a handle that is as old as the table as for a new
// one.
func TestKeysAreThoseOfTheRows(t *testing.T) {
	ctx := context.Background()
	s := newTestStore(t)
	r := rand.New(rand.NewPCG(1, 2))
	want := map[schemas.PageKey]bool{}
	for round := range 40 {
		var put []schemas.Document
		for range r.IntN(30) {
			d := documentsOf(testFeatures(0, 1, 0))[0]
			d.DocumentID, d.Page = anyID(r), int32(r.IntN(3))
			d.Width = int32(round)
			put = append(put, d)
		}
		var drop []schemas.PageKey
		for k := range want {
			if r.IntN(10) == 0 {
				drop = append(drop, k)
				delete(want, k)
			}
		}
		for _, d := range put {
			want[d.Key()] = true
		}
		if err := s.Documents().Upsert(ctx, put, drop, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
		fresh := newTable[schemas.Document](s, schemas.DocumentsTable, 0, nil)
		for _, table := range []*Table[schemas.Document]{s.Documents(), fresh} {
			keys, err := table.Keys(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if keys.Len() != len(want) {
				t.Fatalf("round %d: %d keys, want %d", round, keys.Len(), len(want))
			}
			for range 200 {
				k := schemas.PageKey{DocumentID: anyID(r), Page: int32(r.IntN(3))}
				if keys.Has(k) != want[k] {
					t.Fatalf("round %d: Has(%v) = %v", round, k, keys.Has(k))
				}
			}
		}
	}
}

func TestKeysDoNotChangeOnceReturned(t *testing.T) {
	ctx := context.Background()
	s := newTestStore(t)
	table, err := s.CreateCut(cutOf(4))
	if err != nil {
		t.Fatal(err)
	}
	rows := testFeatures(0, 20, 4)
	for n := 5; n <= len(rows); n += 5 {
		before, err := table.Keys(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := table.Append(ctx, rows[:n], CommitInfo{}); err != nil {
			t.Fatal(err)
		}
		if before.Len() != n-5 || before.Has(rows[n-1].Key()) {
			t.Fatalf("after an append a set of %d keys has %d", n-5, before.Len())
		}
	}
}

// Parts of another writer have dictionaries, nullable columns and pages of
// version 2.
func TestKeysAndRowsOfAnotherWriter(t *testing.T) {
	type nullable struct {
		ID   *string `parquet:"document_id,optional,dict"`
		Page *int32  `parquet:"page,optional"`
	}
	var file bytes.Buffer
	w := parquet.NewGenericWriter[nullable](&file, parquet.DataPageVersion(2))
	for i := range 100 {
		id, page := testID(i), int32(i)
		if _, err := w.Write([]nullable{{&id, &page}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	s := newTestStore(t)
	if _, err := s.Documents().Append(ctx, documentsOf(testFeatures(0, 3, 0)), CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	snap, err := s.Documents().Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(s.Dir(), schemas.DocumentsTable, snap.Parts[0].Path)
	if err := os.WriteFile(name, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	keys, err := newTable[schemas.Document](s, schemas.DocumentsTable, 0, nil).Keys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if keys.Len() != 100 || !keys.Has(schemas.PageKey{DocumentID: testID(99), Page: 99}) {
		t.Errorf("read %d keys of 100", keys.Len())
	}
}

func TestScanUnorderedYieldsTheRowsOfScan(t *testing.T) {
	ctx := context.Background()
	s := newTestStore(t)
	label := "letter"
	for i := range 30 {
		documents := documentsOf(testFeatures(100*i, 1+i*7, 0))
		failures := make([]schemas.Failure, len(documents))
		for n, d := range documents {
			d.Split = []*string{nil, &label}[n%2]
			failures[n] = schemas.Failure{
				DocumentID: d.DocumentID, Page: d.Page - 1, Path: d.Path, Bytes: d.Bytes, Modified: testTime,
				Stage: "decode", Class: "corrupt", Message: fmt.Sprint("é", n), Attempts: int32(n), FailedAt: testTime,
			}
		}
		if _, err := s.Documents().Append(ctx, documents, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Failures().Append(ctx, failures, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	sameUnordered(t, s.Documents())
	sameUnordered(t, s.Failures())
	table, err := s.CreateCut(cutOf(4))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Append(ctx, testFeatures(0, 50, 4), CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	sameUnordered(t, table)
}

func sameUnordered[R Row](t *testing.T, table *Table[R]) {
	t.Helper()
	want := map[schemas.PageKey]R{}
	for _, r := range scanAll(t, table) {
		want[r.Key()] = r
	}
	err := table.ScanUnordered(context.Background(), func(rows []R) error {
		for _, r := range rows {
			w, ok := want[r.Key()]
			if !ok || !sameRow(r, w) {
				t.Fatalf("table %s: got %+v, want %+v", table.Name(), r, w)
			}
			delete(want, r.Key())
		}
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("table %s: %d rows are missing: %v", table.Name(), len(want), err)
	}
}
