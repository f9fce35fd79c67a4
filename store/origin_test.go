package store

import (
	"context"
	"io"
	"maps"
	"path"
	"testing"
	"time"

	"github.com/google/uuid"

	"cutpoint/schemas"
	"cutpoint/store/files"
	"cutpoint/store/parquet"
)

func TestOriginNamesToolAndTimes(t *testing.T) {
	ctx := context.Background()
	s := newTestStore(t)
	table, err := s.CreateCut(cutOf(4))
	if err != nil {
		t.Fatal(err)
	}
	rows := testFeatures(0, 6, 4)
	for i := range 3 {
		at := testTime.Add(time.Duration(i) * time.Hour)
		if _, err := table.Append(ctx, rows[2*i:2*i+2], CommitInfo{Time: at}); err != nil {
			t.Fatal(err)
		}
	}
	o, err := table.Origin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if o.Tool != schemas.Tool() || !maps.Equal(o.Parts, map[string]int{schemas.Tool(): 3}) {
		t.Errorf("origin %+v, want 3 parts of %s alone", o, schemas.Tool())
	}
	if want := testTime.Add(2 * time.Hour).Truncate(time.Millisecond); !o.Last.Equal(want) || time.Since(o.First) > time.Hour {
		t.Errorf("made %v, newest commit %v, want %v", o.First, o.Last, want)
	}
	if o, err = s.Failures().Origin(ctx); err != nil || len(o.Parts) != 0 || o.Last.IsZero() {
		t.Errorf("an empty table: %+v, %v", o, err)
	}
}

// TestStoreWithoutTheToolKey: tables and parts of a program that knows no
// cutpoint.tool open, verify, grow and are adopted, and so are those of a newer one.
func TestStoreWithoutTheToolKey(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"older": func(keys map[string]string) { delete(keys, schemas.KeyTool) },
		"newer": func(keys map[string]string) { keys[schemas.KeyTool] = "cutpoint v99.0.0" },
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s := foreignStore(t, change)
			table, _, err := s.Cut("fc2")
			if err != nil {
				t.Fatal(err)
			}
			rows := testFeatures(0, 8, 4)
			keys := table.footer()
			change(keys)
			orphan := path.Join(table.name, partPrefix+uuid.NewString()+partSuffix)
			err = s.files.Put(orphan, func(w io.Writer) error { return parquet.Write(ctx, w, rows[:4], 4, keys) }, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r, err := s.Recover(ctx); err != nil || r.Adopted != 1 || len(r.Notes) != 0 {
				t.Fatalf("recover: %+v, error %v; want one part adopted without a note", r, err)
			}
			if _, err := table.Append(ctx, rows, CommitInfo{}); err != nil {
				t.Fatal(err)
			}
			if err := s.Documents().Upsert(ctx, documentsOf(rows), nil, CommitInfo{}); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			change(want)
			if o, err := table.Origin(ctx); err != nil || o.Tool != want[schemas.KeyTool] || o.Parts[schemas.Tool()] != 2 {
				t.Errorf("origin %+v, error %v; want tool %q, and 2 parts of this one", o, err, want[schemas.KeyTool])
			}
			verifyClean(t, s)
		})
	}
}

// foreignStore makes a store with an empty cut whose metadata another version wrote.
func foreignStore(t *testing.T, change func(map[string]string)) *Store {
	t.Helper()
	dir := t.TempDir()
	f, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	made, err := newStore(f, dir, testDescription)
	if err != nil {
		t.Fatal(err)
	}
	info := cutOf(4)
	cut, err := made.configuration(&info)
	if err != nil {
		t.Fatal(err)
	}
	change(cut)
	change(made.documents.configuration)
	change(made.failures.configuration)
	for _, create := range []func(CommitInfo) error{
		newTable[schemas.Document](made, schemas.DocumentsTable, 0, made.documents.configuration).create,
		newTable[schemas.Failure](made, schemas.FailuresTable, 0, made.failures.configuration).create,
		newTable[schemas.Feature](made, info.Cut, info.Dim, cut).create,
	} {
		if err := create(CommitInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(made.dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
