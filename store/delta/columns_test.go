package delta

import (
	"slices"
	"strings"
	"testing"

	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

type before struct {
	Station string `parquet:"station"`
}

type after struct {
	Station string  `parquet:"station"`
	Note    *string `parquet:"note,optional"`
	Wind    int32   `parquet:"wind"`
}

func schemaOf[R any](t *testing.T) string {
	t.Helper()
	s, err := Schema[R]()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCreateAddsColumns: a table of an older program gets the nullable columns that
// it lacks, once, and keeps what other programs wrote into its schema.
func TestCreateAddsColumns(t *testing.T) {
	folder := files.On(filestest.NewDisk())
	old := strings.Replace(schemaOf[before](t), `"metadata":{}`, `"metadata":{"comment":"call sign"}`, 1)
	if err := New(folder, "t").Create(old, map[string]string{"a": "b"}, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	one, other := New(folder, "t"), New(folder, "t")
	for _, l := range []*Log{one, other} {
		if err := l.Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range []*Log{one, other, New(folder, "t")} {
		if err := l.Create(schemaOf[after](t), nil, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
		names, err := l.Columns()
		if err != nil || !slices.Equal(names, []string{"station", "note"}) || l.Version() != 1 {
			t.Errorf("version %d has columns %v (%v), want station and note at version 1", l.Version(), names, err)
		}
		if !strings.Contains(l.meta.SchemaString, "call sign") || l.Configuration()["a"] != "b" {
			t.Errorf("the metadata lost something: %+v", l.meta)
		}
	}
	commit, err := one.ReadCommit(1)
	if err != nil || commit.Operation != "ADD COLUMNS" {
		t.Errorf("version 1 is %+v (%v)", commit, err)
	}
	if found, problems, err := Verify(folder, "t"); err != nil || len(problems.Problems) > 0 {
		t.Errorf("verify: %v %v %v", found, problems, err)
	}
}
