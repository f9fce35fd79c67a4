package featurize

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// tooDeep makes folders one inside the other that are not walked to their end.
func tooDeep(t *testing.T, dir string) {
	t.Helper()
	at, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Repeat("d", 250)
	for range 140 {
		if err := at.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		below, err := at.OpenRoot(name)
		if err != nil {
			t.Fatal(err)
		}
		at.Close()
		at = below
	}
	at.Close()
}

// night runs over a folder as the commands do, and tells how it was listed.
func (f *fixture) night(t *testing.T, dir string) (Summary, corpus.Listing) {
	t.Helper()
	l, err := corpus.List(context.Background(), []string{dir}, corpus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Run(context.Background(), Job{
		Entries: l.Entries, Listing: l, Stored: f.memory, Sink: TableSink{f.memory},
		NewEngine: func() (model.Engine, error) { return f.engine, nil },
	}, f.opt)
	if err != nil {
		t.Fatal(err)
	}
	return s, l
}

// TestFolderThatCannotBeListed: it is a failure, tried every night, and none once it can be
// listed or is gone; what lies below is not known meanwhile.
func TestFolderThatCannotBeListed(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "letter/a.png", pagePNG(t, 1))
	put(t, dir, "memo/b.png", pagePNG(t, 2))
	tooDeep(t, filepath.Join(dir, "memo"))
	f := newFixture(t, "fc2")
	for attempt := int32(1); attempt <= 2; attempt++ {
		s, l := f.night(t, dir)
		if s.Failed != 1 || !s.AnyFailed() || len(f.features["fc2"]) != 2 || len(l.Unlisted) != 1 {
			t.Fatalf("night %d: %+v, not listed %d", attempt, s, len(l.Unlisted))
		}
		folder := slices.Collect(maps.Keys(l.Unlisted))[0]
		x := f.failures[schemas.PageKey{DocumentID: pathID(folder), Page: schemas.WholeDocument}]
		if x.Path != folder || x.Stage != stageOpen || x.Class != classUnreadable || x.Attempts != attempt || !strings.HasPrefix(x.Message, "the folder cannot be listed: ") {
			t.Errorf("night %d: %+v", attempt, x)
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "memo", strings.Repeat("d", 250))); err != nil {
		t.Fatal(err)
	}
	if s, _ := f.night(t, dir); s.AnyFailed() || len(f.failures) != 0 || s.Pages != 0 {
		t.Errorf("after it is gone: %+v, %d failures", s, len(f.failures))
	}
}

// TestFailuresOfOtherPathsStay: a run over a part of a corpus says nothing of the rest.
func TestFailuresOfOtherPathsStay(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in/a.png", pagePNG(t, 1))
	f := newFixture(t, "fc2")
	locked, elsewhere := filepath.Join(dir, "in/locked"), filepath.Join(dir, "elsewhere")
	for _, path := range []string{locked, elsewhere} {
		x := schemas.Failure{DocumentID: pathID(path), Page: schemas.WholeDocument, Path: path, Stage: stageOpen, Class: classUnreadable}
		f.failures[x.Key()] = x
	}
	f.night(t, filepath.Join(dir, "in"))
	if _, left := f.failures[schemas.PageKey{DocumentID: pathID(elsewhere), Page: schemas.WholeDocument}]; !left || len(f.failures) != 1 {
		t.Errorf("%d failures are left, want that of %s", len(f.failures), elsewhere)
	}
}

// TestCopyOfWhatCannotBeSeen: a document below a folder that cannot be listed keeps its path
// and label, though another copy is found.
func TestCopyOfWhatCannotBeSeen(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "letter/a.png", pagePNG(t, 1))
	f := newFixture(t, "fc2")
	f.night(t, dir)
	put(t, dir, "memo/copy.png", pagePNG(t, 1))
	l, err := corpus.List(context.Background(), []string{filepath.Join(dir, "memo")}, corpus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.Unlisted = map[string]bool{filepath.Join(dir, "letter"): true}
	s, err := Run(context.Background(), Job{
		Entries: l.Entries, Listing: l, Stored: f.memory, Sink: TableSink{f.memory},
		NewEngine: func() (model.Engine, error) { return f.engine, nil },
	}, f.opt)
	if err != nil || s.Copies != 1 || s.Moved != 0 {
		t.Errorf("%v, %+v; want a copy", err, s)
	}
	for _, d := range f.documents {
		if *d.Label != "letter" {
			t.Errorf("the document is now %s with label %s", d.Path, *d.Label)
		}
	}
}
