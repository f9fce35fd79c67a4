package store

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/files"
)

// countingDisk counts how often each table's parts are opened.
type countingDisk struct {
	files.Disk
	mu     sync.Mutex
	opened map[string]int // by table
}

func (c *countingDisk) Open(name string) (files.File, error) {
	if strings.HasSuffix(name, ".parquet") && !strings.Contains(name, delta.LogFolder) {
		c.mu.Lock()
		c.opened[path.Dir(name)]++
		c.mu.Unlock()
	}
	return c.Disk.Open(name)
}

// TestViewsReadDocumentsOnce: five cuts are joined with one scan of the documents.
func TestViewsReadDocumentsOnce(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s, err := Create(dir, testDescription)
	if err != nil {
		t.Fatal(err)
	}
	rows := testFeatures(0, 6, 4)
	cuts := []string{"a", "b", "c", "d", "e"}
	for _, name := range cuts {
		info := cutOf(4)
		info.Cut = name
		table, err := s.CreateCut(info)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := table.Append(ctx, rows, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 { // parts
		if err := s.Documents().Upsert(ctx, documentsOf(rows[2*i:2*i+2]), nil, CommitInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	disk, err := files.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	counting := &countingDisk{Disk: disk, opened: map[string]int{}}
	if s, err = openIn(files.On(counting), dir); err != nil {
		t.Fatal(err)
	}
	views, err := s.Views(Moment{}, cuts...)
	if err != nil {
		t.Fatal(err)
	}
	parts := len(partsOf(t, s.Documents()).Parts)
	for _, v := range views {
		if got, err := v.Rows(ctx); err != nil || len(got) != 6 {
			t.Fatalf("%d rows, want 6 (%v)", len(got), err)
		}
		if _, err := v.Vectors(ctx); err != nil {
			t.Fatal(err)
		}
		if err := v.Scan(ctx, func([]schemas.Feature) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if got := counting.opened[schemas.DocumentsTable]; got != parts || parts != 3 {
		t.Errorf("the %d parts of the documents were opened %d times, want 3, each once", parts, got)
	}
}

// movedAndLabelled changes the path of one document, and label and split of another.
func movedAndLabelled(t *testing.T, s *Store, rows []schemas.Feature, when time.Time) []schemas.Feature {
	t.Helper()
	now, label, split := slices.Clone(rows), "invoice", "test"
	now[1].Path, now[2].Label, now[2].Split = "elsewhere.tif", &label, &split
	documents := documentsOf(now)
	documents[2].Split = &split
	if err := s.Documents().Upsert(context.Background(), documents, nil, CommitInfo{Time: when}); err != nil {
		t.Fatal(err)
	}
	return now
}

// TestViewFollowsDocuments: every way of reading has the rows as the documents
// table has them, and a row that it does not know as it is.
func TestViewFollowsDocuments(t *testing.T) {
	ctx := context.Background()
	s, table, rows := newScattered(t)
	now := movedAndLabelled(t, s, rows, time.Time{})
	stray := testFeatures(100, 1, 5)
	if _, err := table.Append(ctx, stray, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	now = append(now, stray...)
	views, err := s.Views(Moment{}, "fc2")
	if err != nil {
		t.Fatal(err)
	}
	v := views[0]
	if v.Info.Dim != 5 || v.Snapshot.Rows != int64(len(now)) {
		t.Errorf("the view has %d rows of %d values, want %d of 5", v.Snapshot.Rows, v.Info.Dim, len(now))
	}
	sameRows(t, scanView(t, v), now)
	got, err := v.Rows(ctx)
	if err != nil {
		t.Fatal(err)
	}
	data, err := v.Vectors(ctx)
	if err != nil || len(data) != 5*len(got) {
		t.Fatalf("%d values for %d rows (%v)", len(data), len(got), err)
	}
	for i := range got {
		got[i].Embedding = data[5*i : 5*i+5]
	}
	sameRows(t, got, now)
	documents, err := v.Documents(ctx)
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for d := range documents {
		listed++
		i := slices.IndexFunc(now, func(f schemas.Feature) bool { return f.Key() == d.Key() })
		if d.Path != now[i].Path || schemas.Text(d.Label) != schemas.Text(now[i].Label) || schemas.Text(d.Split) != schemas.Text(now[i].Split) {
			t.Errorf("the documents have %+v, want %+v", d, now[i])
		}
	}
	if listed != len(rows) {
		t.Errorf("%d documents are listed, want %d", listed, len(rows))
	}
}

func scanView(t *testing.T, v *View) []schemas.Feature {
	t.Helper()
	var rows []schemas.Feature
	err := v.Scan(context.Background(), func(some []schemas.Feature) error { rows = append(rows, some...); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestViewsOfAMoment: a view stays as it was opened, and older ones have the
// documents of their time.
func TestViewsOfAMoment(t *testing.T) {
	ctx, now := context.Background(), time.Now()
	s, table, rows := newScattered(t)
	held, err := s.Views(Moment{}, "fc2")
	if err != nil {
		t.Fatal(err)
	}
	version, tomorrow := held[0].Snapshot.Version, now.Add(24*time.Hour)
	changed := movedAndLabelled(t, s, rows, tomorrow)
	late := testFeatures(50, 2, 5)
	if _, err := table.Append(ctx, late, CommitInfo{Time: tomorrow}); err != nil {
		t.Fatal(err)
	}
	newest := version + 1
	all := append(slices.Clone(changed), late...)
	for name, c := range map[string]struct {
		when Moment
		want []schemas.Feature
	}{
		"the newest version":      {Moment{Version: &newest}, all},
		"the version before":      {Moment{Version: &version}, rows},
		"between the two commits": {Moment{Time: now.Add(time.Hour)}, rows},
		"after both":              {Moment{Time: tomorrow}, all},
	} {
		views, err := s.Views(c.when, "fc2")
		if err != nil {
			t.Fatalf("views of %s: %v", name, err)
		}
		t.Run(name, func(t *testing.T) { sameRows(t, scanView(t, views[0]), c.want) })
	}
	sameRows(t, scanView(t, held[0]), rows)
	absent := newest + 1
	for says, when := range map[string]Moment{"newest is": {Version: &absent}, "its oldest is of": {Time: now.Add(-time.Hour)}} {
		if _, err := s.Views(when, "fc2"); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "--") {
			t.Errorf("as of %+v: %v, want %q and no flag", when, err, says)
		}
	}
	if _, err := s.Views(Moment{}, "fc2", "pool4"); err == nil {
		t.Error("a cut that the store does not hold has a view")
	}
}
