package store

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cutpoint/schemas"
)

func TestUpsert(t *testing.T) {
	ctx := context.Background()
	s := newTestStore(t)
	table := s.Documents()
	rows := documentsOf(testFeatures(0, 6, 1))
	version := func() int64 {
		snap, err := table.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		return snap.Version
	}
	put := func(put []schemas.Document, drop ...schemas.PageKey) {
		t.Helper()
		if err := table.Upsert(ctx, put, drop, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	put(rows[:3])
	put(rows[3:])
	if put(rows); version() != 2 {
		t.Errorf("equal rows made version %d", version())
	}
	if put(nil, schemas.PageKey{DocumentID: "path:none"}); version() != 2 {
		t.Errorf("dropping nothing made version %d", version())
	}
	rows[1].Path, rows[4].Path = "b", "e"
	put(rows[1:5], rows[0].Key(), rows[4].Key()) // what is put is not dropped
	sameRows(t, scanAll(t, table), rows[1:])
	if version() != 3 {
		t.Errorf("version %d, want 3", version())
	}
	twice := rows[5]
	twice.Path = "last"
	put([]schemas.Document{rows[5], twice})
	if got := scanAll(t, table); got[len(got)-1].Path != "last" {
		t.Errorf("of equal keys %q stayed", got[len(got)-1].Path)
	}
	put(nil, rows[1].Key(), rows[2].Key(), rows[3].Key(), rows[4].Key(), rows[5].Key())
	keys, err := table.Keys(ctx)
	if err != nil || keys.Len() != 0 || len(scanAll(t, table)) != 0 {
		t.Errorf("%d keys stay, %v", keys.Len(), err)
	}
	verifyClean(t, s)
}

func TestRefusedRows(t *testing.T) {
	s := newTestStore(t)
	table, err := s.CreateCut(cutOf(4))
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*schemas.Feature){
		"embedding has 3 values, the table takes 4": func(f *schemas.Feature) { f.Embedding = f.Embedding[:3] },
		"embedding value 2 is NaN":                  func(f *schemas.Feature) { f.Embedding[2] = float32(math.NaN()) },
		"embedding value 0 is -Inf":                 func(f *schemas.Feature) { f.Embedding[0] = float32(math.Inf(-1)) },
		"no document id":                            func(f *schemas.Feature) { f.DocumentID = "" },
	} {
		rows := testFeatures(0, 2, 4)
		change(&rows[1])
		if _, err := table.Append(context.Background(), rows, CommitInfo{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if n := len(scanAll(t, table)); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestRowsAsTheyAre(t *testing.T) {
	s := newTestStore(t)
	empty, stray := "", "a\xffb"
	row := schemas.Document{
		DocumentID: "path:é", Page: -1, Path: stray, Label: &empty, Width: math.MaxInt32, Bytes: math.MaxInt64,
		Modified: time.Time{}, FirstSeen: testTime.Add(999).In(time.FixedZone("x", 3600)),
	}
	if err := s.Documents().Upsert(context.Background(), []schemas.Document{row}, nil, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	got := scanAll(t, s.Documents())[0]
	if got.Path != "a\uFFFDb" || got.Label == nil || *got.Label != "" || got.Split != nil || !got.Modified.Equal(time.Unix(0, 0)) ||
		!got.FirstSeen.Equal(testTime) || got.Bytes != math.MaxInt64 || got.Key() != row.Key() {
		t.Errorf("read back %+v, stored %+v", got, row)
	}
}

func TestCuts(t *testing.T) {
	s := newTestStore(t)
	if _, _, err := s.Cut("fc2"); err == nil || !strings.Contains(err.Error(), "holds no features yet") {
		t.Error(err)
	}
	for _, name := range []string{"pool5-avg", "fc1"} {
		c := cutOf(4)
		c.Cut = name
		if _, err := s.CreateCut(c); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Cut("fc2"); err == nil || !strings.Contains(err.Error(), "it has fc1, pool5-avg") {
		t.Error(err)
	}
	other := cutOf(5)
	other.Cut = "fc1"
	if _, err := s.CreateCut(other); err == nil || !strings.Contains(err.Error(), "[4]") {
		t.Error(err)
	}
	for _, bad := range []string{"", "..", "a/b", "documents", "failures", ".x", "_delta_log", "A"} {
		c := cutOf(4)
		c.Cut = bad
		if _, err := s.CreateCut(c); err == nil {
			t.Errorf("cut %q was made", bad)
		}
		if _, _, err := s.Cut(bad); err == nil {
			t.Errorf("cut %q was opened", bad)
		}
	}
	cuts, err := s.Cuts()
	if err != nil || len(cuts) != 2 || cuts[0].Cut != "fc1" || cuts[1].Cut != "pool5-avg" {
		t.Errorf("cuts %v, error %v; want fc1 and pool5-avg", cuts, err)
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	s, outside := newTestStore(t), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(s.Dir(), "fc2")); err != nil {
		t.Skip("symlinks: there are none here")
	}
	if _, err := s.CreateCut(cutOf(4)); err == nil {
		t.Error("a link to a folder was taken for a table")
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("the folder outside has %v, error %v; want nothing", entries, err)
	}
}

func TestCreateAmongOtherFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, testDescription); err == nil || !strings.Contains(err.Error(), "letter.txt") {
		t.Error(err)
	}
}

func TestCreateInNewFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "features")
	for range 2 {
		if _, err := Create(dir, testDescription); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir); err != nil {
		t.Error(err)
	}
}

func TestRowGroups(t *testing.T) {
	s := newTestStore(t)
	const dim = 1 << 20 // 4 MB a row: 15 rows a group
	table, err := s.CreateCut(cutOf(dim))
	if err != nil {
		t.Fatal(err)
	}
	rows := testFeatures(0, 17, 1)
	for i := range rows {
		v := make([]float32, dim)
		v[i], rows[i].Embedding = float32(i), v
	}
	snap, err := table.Append(context.Background(), rows, CommitInfo{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := openPart(s.files, "fc2/"+snap.Parts[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if n := p.file.Groups(); n != 2 {
		t.Errorf("%d row groups, want 2", n)
	}
	checkMatrix(t, table, rows, dim)
}
