package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/pipeline/trunk"
	"cutpoint/schemas"
	"cutpoint/store"
)

// hostile is a name that a terminal would act on: an escape sequence that sets its title, a
// line of its own, C1's CSI, and an override that shows what follows backwards.
const hostile = "a\x1b]0;pwned\x07\nPROBLEM: b\u009b31m\u202egnp.exe\r"

// hostileStore holds the name wherever a corpus can put it.
func hostileStore(t *testing.T, dir string) {
	t.Helper()
	at, label := time.Unix(1.7e9, 0), hostile
	s, err := store.Create(dir, trunk.Describe(&model.Weights{Source: hostile, Preprocess: model.Caffe()}, trunk.Settings{}))
	if err != nil {
		t.Fatal(err)
	}
	row := schemas.Document{DocumentID: strings.Repeat("a", 64), Path: hostile, Label: &label, Split: &label, Format: "tiff", Pages: 1, Modified: at, FirstSeen: at}
	if err := s.Documents().Upsert(t.Context(), []schemas.Document{row}, nil, store.CommitInfo{Time: at, Operation: hostile, Run: hostile}); err != nil {
		t.Fatal(err)
	}
	failure := schemas.Failure{DocumentID: strings.Repeat("b", 64), Page: schemas.WholeDocument, Path: hostile, Stage: "open", Class: "unreadable", Message: "open " + hostile, Modified: at, FailedAt: at}
	if err := s.Failures().Upsert(t.Context(), []schemas.Failure{failure}, nil, store.CommitInfo{Time: at}); err != nil {
		t.Fatal(err)
	}
}

// TestHostileNames: no text of the program makes a terminal do what a name says.
func TestHostileNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	hostileStore(t, dir)
	for _, args := range []string{
		"status --store DIR", "describe --store DIR", "history --store DIR", "history --commits --store DIR", "verify --store DIR", "vacuum --store DIR",
		"compact --store DIR", "status --store NAME", "NAME --weights random:1 --store DIR", "retry --class NAME NAME --weights x --store DIR", "weights inspect NAME",
		"--NAME", "help NAME", "NAME --weights random:1 --store DIR --exclude NAME[",
	} {
		words := strings.Fields(args)
		for i := range words {
			words[i] = strings.NewReplacer("DIR", dir, "NAME", hostile).Replace(words[i])
		}
		_, out, errs := run(t, "", words...)
		for _, text := range []string{out, errs} {
			if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) || r == '\u202e' }); i >= 0 {
				t.Errorf("featurize %s writes %q", args, text[i:min(len(text), i+40)])
			}
			if strings.Contains(text, "\nPROBLEM") {
				t.Errorf("featurize %s: a name makes a line of its own in\n%s", args, text)
			}
		}
	}
	_, out, _ := run(t, "", "status", "--store", dir, "--json")
	if !strings.Contains(out, `a\u001b]0;pwned\u0007\nPROBLEM`) {
		t.Errorf("status --json does not hold the name as JSON writes it:\n%s", out)
	}
}

// tooDeep makes folders one inside the other that are not walked to their end.
func tooDeep(t *testing.T, dir string) {
	t.Helper()
	at, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Repeat("d", 250)
	var closers []io.Closer
	for range 140 {
		if err := at.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		closers = append(closers, at)
		if at, err = at.OpenRoot(name); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range append(closers, at) {
		c.Close()
	}
}

// TestUnlistedIsNotGone: documents below a folder that cannot be listed are not dropped.
func TestUnlistedIsNotGone(t *testing.T) {
	corpus, dir := corpusOf(t), describedStore(t)
	tooDeep(t, filepath.Join(corpus, "memo"))
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	unlisted, name := filepath.Join(corpus, "memo"), "/"+strings.Repeat("d", 250)
	for len(unlisted)+len(name) <= 32<<10 {
		unlisted += name
	}
	var rows []schemas.Document
	for i, path := range []string{unlisted + "/x.tif", unlisted + "/y/z.tif", filepath.Join(corpus, "letter/a.png"), filepath.Join(corpus, "letter/gone.png")} {
		rows = append(rows, schemas.Document{DocumentID: strings.Repeat(string("cdef"[i]), 64), Path: path, Pages: 1, Format: "tiff", Modified: time.Unix(1, 0), FirstSeen: time.Unix(1, 0)})
	}
	rows[1].ReplacedBy = &rows[0].DocumentID
	if err := s.Documents().Upsert(t.Context(), rows, nil, store.CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	code, _, errs := run(t, "", "compact", "--store", dir, "--drop-gone", "--force", corpus)
	if code != command.OK || !strings.Contains(errs, "cannot be listed; nothing below it is dropped") {
		t.Fatalf("code %d: %.2000s", code, errs)
	}
	left := map[string]bool{}
	err = s.Documents().Scan(t.Context(), func(rows []schemas.Document) error {
		for _, r := range rows {
			left[r.Path] = true
		}
		return nil
	})
	if err != nil || len(left) != 3 || left[rows[3].Path] {
		t.Errorf("%d documents are left, %v; want all but the one that is gone", len(left), err)
	}
}
