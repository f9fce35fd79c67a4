package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cutpoint/cmd/internal/command"
	"cutpoint/schemas"
	"cutpoint/store"
)

// TestAsOf compares the store before and after a night that added pages and
// changed a label.
func TestAsOf(t *testing.T) {
	ctx, dir := context.Background(), makeStore(t)
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	table, _, err := s.Cut("fc2")
	if err != nil {
		t.Fatal(err)
	}
	before, err := table.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	tomorrow := time.Now().Add(24 * time.Hour)
	label := "memo"
	late := schemas.Feature{DocumentID: "path:late", Path: "in/late.tif", Label: &label, FeaturizedAt: tomorrow, Embedding: make([]float32, 4096)}
	document := schemas.Document{DocumentID: late.DocumentID, Path: late.Path, Label: &label, Modified: tomorrow, FirstSeen: tomorrow}
	info := store.CommitInfo{Time: tomorrow}
	if err := s.Documents().Upsert(ctx, []schemas.Document{document}, nil, info); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Append(ctx, []schemas.Feature{late}, info); err != nil {
		t.Fatal(err)
	}
	for when, want := range map[string]struct {
		pages   int
		version int64
	}{
		"":                               {41, before.Version + 1},
		"2":                              {41, before.Version + 1},
		"1":                              {40, before.Version},
		time.Now().Format(time.DateOnly): {40, before.Version},
		time.Now().Add(time.Second).Format(time.RFC3339): {40, before.Version},
		tomorrow.Format(time.RFC3339Nano):                {41, before.Version + 1},
	} {
		code, out, errs := run(t, "--store", dir, "--features", "fc2", "--as-of", when, "--json", "-o", t.TempDir()+"/h")
		var report struct {
			Rows       struct{ Used int }
			Candidates []struct{ Version int64 }
		}
		if err := json.Unmarshal([]byte(out), &report); code != command.OK || err != nil {
			t.Fatalf("as of %q: code %d, %v: %s", when, code, err, errs)
		}
		if report.Rows.Used != want.pages || report.Candidates[0].Version != want.version {
			t.Errorf("as of %q: %+v, want %+v", when, report, want)
		}
	}
	for when, want := range map[string]string{
		"7": "newest is 2", "soon": "neither a version nor a time", "1999-12-31": "oldest", "-1": "neither",
	} {
		code, _, errs := run(t, "--store", dir, "--features", "fc2", "--as-of", when)
		if code == command.OK || !strings.Contains(errs, want) || !strings.Contains(errs, "--as-of") || strings.Count(errs, "\n") > 2 {
			t.Errorf("as of %q: code %d, %q, want %q and the flag's name", when, code, errs, want)
		}
	}
}
