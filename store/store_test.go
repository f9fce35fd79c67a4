package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cutpoint/schemas"
)

func testDescription() schemas.Description {
	return schemas.Description{Model: "VGG19", Weights: schemas.Weights{Source: "random:1", SHA256: strings.Repeat("ab", 32)}, Precision: "float32"}
}

func testCut() schemas.CutInfo {
	return schemas.CutInfo{Cut: "pool5-avg", Dim: 6, Shape: []int{6}, Layout: "C", DType: "float32"}
}

func documentID(n int) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(n)))
	return hex.EncodeToString(sum[:])
}

// feature makes the row of page n; its vector depends on n alone.
func feature(n int) schemas.Feature {
	f := schemas.Feature{DocumentID: documentID(n / 3), Page: int32(n % 3), Path: fmt.Sprintf("in/%d.tif", n/3), FeaturizedAt: time.Unix(1e9, 123456000).UTC()}
	if n%2 == 0 {
		label := fmt.Sprint("label ", n%5)
		f.Label = &label
	}
	for i := range testCut().Dim {
		f.Embedding = append(f.Embedding, float32(n*100+i)/7)
	}
	return f
}

func features(from, to int) []schemas.Feature {
	var rows []schemas.Feature
	for n := from; n < to; n++ {
		rows = append(rows, feature(n))
	}
	return rows
}

func documentRows(from, to int) []schemas.Document {
	var rows []schemas.Document
	for n := from; n < to; n++ {
		f := feature(n)
		rows = append(rows, schemas.Document{DocumentID: f.DocumentID, Page: f.Page, Path: f.Path, Label: f.Label, Format: "tiff", Width: 10, Height: 20, Pages: 3, Bytes: 100, Modified: f.FeaturizedAt, FirstSeen: f.FeaturizedAt})
	}
	return rows
}

func mustCreate(t *testing.T, dir string) (*Store, *Table[schemas.Feature]) {
	t.Helper()
	s, err := Create(dir, testDescription())
	if err != nil {
		t.Fatal(err)
	}
	cut, err := s.CreateCut(testCut())
	if err != nil {
		t.Fatal(err)
	}
	return s, cut
}

// mustBeClean verifies the store and checks that the cut table holds exactly pages 0…n-1.
func mustBeClean(t *testing.T, dir string, n int) {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	report, err := s.Verify(context.Background())
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("verify: %v\n%s", err, report)
	}
	cut, _, err := s.Cut(testCut().Cut)
	if err != nil {
		t.Fatal(err)
	}
	rows, data, err := ReadMatrix(context.Background(), cut)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != n {
		t.Fatalf("%d rows, want %d", len(rows), n)
	}
	want := map[schemas.PageKey]schemas.Feature{}
	for _, f := range features(0, n) {
		want[f.Key()] = f
	}
	for i, r := range rows {
		f := want[r.Key()]
		if !sameBits(data[i*6:(i+1)*6], f.Embedding) || r.Path != f.Path || (r.Label == nil) != (f.Label == nil) {
			t.Fatalf("row %d is %+v %v, want %+v", i, r, data[i*6:(i+1)*6], f)
		}
	}
}

var ctx = context.Background()

func TestAppendAndRead(t *testing.T) {
	dir := t.TempDir()
	s, cut := mustCreate(t, dir)
	if err := s.Documents().Upsert(ctx, documentRows(0, 40), nil, CommitInfo{Operation: "WRITE"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range [][2]int{{0, 10}, {5, 20}, {20, 20}, {0, 20}, {20, 40}} { // overlaps are dropped
		if err := cut.Append(ctx, features(r[0], r[1]), CommitInfo{Operation: "WRITE", Run: "r"}); err != nil {
			t.Fatal(err)
		}
	}
	mustBeClean(t, dir, 40)
	snap, _ := cut.Snapshot()
	if snap.Version != 3 || len(snap.Parts) != 3 {
		t.Errorf("version %d with %d parts, want 3 and 3", snap.Version, len(snap.Parts))
	}
}

func TestUpsertReplacesAndDrops(t *testing.T) {
	s, _ := mustCreate(t, t.TempDir())
	d := s.Documents()
	for _, r := range [][2]int{{0, 9}, {9, 18}} {
		if err := d.Upsert(ctx, documentRows(r[0], r[1]), nil, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	moved := documentRows(4, 5)
	moved[0].Path = "moved.tif"
	if err := d.Upsert(ctx, moved, []schemas.PageKey{documentRows(1, 2)[0].Key()}, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	var paths []string
	d.Scan(ctx, func(rows []schemas.Document) error {
		for _, r := range rows {
			paths = append(paths, r.Path)
		}
		return nil
	})
	if len(paths) != 17 || !slices.Contains(paths, "moved.tif") {
		t.Errorf("%d rows: %v", len(paths), paths)
	}
	keys, err := d.Keys(ctx)
	if err != nil || keys.Len() != 17 || keys.Has(documentRows(1, 2)[0].Key()) {
		t.Errorf("keys: %d, %v", keys.Len(), err)
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	_, cut := mustCreate(t, dir)
	short := features(0, 1)
	short[0].Embedding = short[0].Embedding[:5]
	nan := features(0, 1)
	nan[0].Embedding[3] /= 0
	nan[0].Embedding[3] -= nan[0].Embedding[3]
	for name, rows := range map[string][]schemas.Feature{"has 5 values": short, "NaN": nan} {
		if err := cut.Append(ctx, rows, CommitInfo{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := testDescription()
	other.Weights.SHA256 = strings.Repeat("cd", 32)
	var fe *FingerprintError
	if _, err := Create(dir, other); !errors.As(err, &fe) || !strings.Contains(err.Error(), "weights random:1 (cdcdcdcd) instead of random:1 (abababab)") {
		t.Errorf("another fingerprint: %v", err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNotStore) {
		t.Errorf("no store: %v", err)
	}
	busy := t.TempDir()
	os.WriteFile(filepath.Join(busy, "thesis.doc"), nil, 0o644)
	if _, err := Create(busy, testDescription()); err == nil || !strings.Contains(err.Error(), "thesis.doc") {
		t.Errorf("foreign folder: %v", err)
	}
	s, _ := Open(dir)
	if _, _, err := s.Cut("fc7"); err == nil || !strings.Contains(err.Error(), "it has pool5-avg") {
		t.Errorf("absent cut: %v", err)
	}
	wide := testCut()
	wide.Dim, wide.Shape = 7, []int{7}
	if _, err := s.CreateCut(wide); err == nil {
		t.Error("another shape is accepted")
	}
}

func TestRace(t *testing.T) {
	dir := t.TempDir()
	s, _ := mustCreate(t, dir)
	const writers, commits, each = 8, 10, 3
	if err := s.Documents().Upsert(ctx, documentRows(0, writers*commits*each), nil, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			_, cut := mustCreate(t, dir)
			for c := range commits {
				from := (w*commits + c) * each
				// The neighbour's rows come along: one of the two must leave them out.
				if err := cut.Append(ctx, features(from, min(from+2*each, writers*commits*each)), CommitInfo{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	mustBeClean(t, dir, writers*commits*each)
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	a, _ := mustCreate(t, dir)
	b, _ := Open(dir)
	unlock, err := a.Lock(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{0, 150 * time.Millisecond} {
		if _, err := b.Lock(ctx, wait); !errors.Is(err, ErrLocked) {
			t.Errorf("second lock: %v", err)
		}
	}
	unlock()
	if unlock, err = b.Lock(ctx, 0); err != nil {
		t.Error(err)
	} else {
		unlock()
	}
}

func TestRecoverAdoptsOrphans(t *testing.T) {
	dir := t.TempDir()
	s, cut := mustCreate(t, dir)
	s.Documents().Upsert(ctx, documentRows(0, 20), nil, CommitInfo{})
	if err := cut.Append(ctx, features(0, 10), CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	if _, err := cut.writePart(features(10, 20)); err != nil { // renamed, never committed
		t.Fatal(err)
	}
	if _, err := cut.writePart(features(5, 10)); err != nil { // its rows came another way
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(cut.dir, ".part-x.parquet.tmp"), []byte("half"), 0o644)
	os.WriteFile(filepath.Join(cut.dir, "part-broken.parquet"), []byte("PAR1 no"), 0o644)
	s, _ = Open(dir)
	r, err := s.Recover(ctx)
	if err != nil || r.Adopted != 10 || r.Removed != 1 || len(r.Unusable) != 1 {
		t.Errorf("recovery %+v, %v", r, err)
	}
	mustBeClean(t, dir, 20)
}
