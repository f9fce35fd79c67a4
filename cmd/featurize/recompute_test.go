package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/schemas"
	"cutpoint/store"
)

// TestRecompute computes the pages of a run again, and then those of a store that
// somebody filled with other numbers.
func TestRecompute(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights several times")
	}
	corpus, dir := corpusOf(t), t.TempDir()
	odd := filepath.Join(corpus, "memo", "two\nlines, not UTF-8 \xe9.png") // comes back from the tables as it is
	if err := os.Rename(filepath.Join(corpus, "memo/a.png"), odd); err != nil {
		t.Fatal(err)
	}
	honest, forged := filepath.Join(dir, "honest"), filepath.Join(dir, "forged")
	if code, _, errs := run(t, "", corpus, "--weights", "random:1", "--cuts", "pool1-avg", "--store", honest, "-q"); code != command.OK {
		t.Fatalf("run: code %d, %s", code, errs)
	}
	copyTampered(t, honest, forged)
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--store " + honest + " --recompute 5 --weights random:1", command.OK, "2 of 5 pages computed again: 2 of 2 vectors the same bit for bit"},
		{"--store " + forged + " --recompute 1 --weights random:1", command.Fatal, "PROBLEM: table pool1-avg: page 0"},
		{"--store " + honest + " --recompute 1 --weights random:2", command.Fatal, "random:2"},
		{"--store " + honest + " --recompute 1", command.Usage, "--recompute needs --weights"},
		{"--store " + honest + " --recompute -1", command.Usage, "cannot be negative"},
	} {
		code, out, errs := run(t, "", append([]string{"verify"}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("verify %s: code %d\n%s%s", c.args, code, out, errs)
		}
	}
}

// copyTampered copies a store through its interface, with other numbers in it.
func copyTampered(t *testing.T, from, to string) {
	t.Helper()
	ctx := context.Background()
	old, err := store.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Create(to, old.Description())
	if err != nil {
		t.Fatal(err)
	}
	documents, err := allRows(ctx, old.Documents())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Documents().Upsert(ctx, documents, nil, store.CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	_, info, err := old.Cut("pool1-avg")
	if err != nil {
		t.Fatal(err)
	}
	table, err := s.CreateCut(info)
	if err != nil {
		t.Fatal(err)
	}
	var rows []schemas.Feature
	for _, r := range vectorsOf(t, from, "pool1-avg") {
		r.Embedding[3] += 1
		rows = append(rows, r)
	}
	if _, err := table.Append(ctx, rows, store.CommitInfo{}); err != nil {
		t.Fatal(err)
	}
}
