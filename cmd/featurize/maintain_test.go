package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
)

// TestYears walks through what keeps a store in shape over the years: small
// parts of several runs, a file that moves, one that is dropped, a retry.
func TestYears(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights several times")
	}
	corpus, store := corpusOf(t), filepath.Join(t.TempDir(), "features")
	broken := filepath.Join(corpus, "memo/broken.tif")
	write(t, broken, []byte("II*\x00\xff\xff\xff\xff"))
	must := func(want int, args ...string) (out, errs string) {
		t.Helper()
		code, out, errs := run(t, "", args...)
		if code != want {
			t.Fatalf("featurize %s: code %d, want %d: %s", strings.Join(args, " "), code, want, errs)
		}
		return out, errs
	}
	base := []string{corpus, "--weights", "random:1", "--cuts", "pool1-avg", "--store", store, "--quiet"}
	must(command.OK, append(base, "--limit", "1")...)
	must(command.SomeFailed, base...)
	retry := append([]string{"retry"}, base...)
	if _, errs := must(command.OK, append([]string{"retry", "--class", "unreadable"}, base[:7]...)...); !strings.Contains(errs, "1 of class corrupt") {
		t.Errorf("retry of another class: %q", errs)
	}
	must(command.SomeFailed, retry...)
	picture, err := os.ReadFile(filepath.Join(corpus, "letter/a.png"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, broken, append(picture, 'x')) // repaired: another document
	must(command.OK, retry...)
	if err := os.Rename(filepath.Join(corpus, "letter"), filepath.Join(corpus, "post")); err != nil {
		t.Fatal(err)
	}
	must(command.OK, base...)
	out, _ := must(command.OK, "compact", "--store", store, "--json")
	var tables []struct {
		Table      string
		PartsAfter int `json:"parts_after"`
		Refreshed  int `json:"rows_refreshed"`
	}
	if err := json.Unmarshal([]byte(out), &tables); err != nil || tables[0].PartsAfter != 1 || tables[0].Refreshed != 1 {
		t.Errorf("compact --json: error %v, %s; want 1 part and 1 row refreshed", err, out)
	}
	if err := os.RemoveAll(filepath.Join(corpus, "post")); err != nil {
		t.Fatal(err)
	}
	must(command.OK, "compact", "--store", store, "--drop-gone", corpus, "--quiet")
	for _, path := range []string{"memo/a.png", "memo/broken.tif"} {
		if err := os.Remove(filepath.Join(corpus, path)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(corpus, "new.png"), picture)
	if _, errs := must(command.Fatal, "compact", "--store", store, "--drop-gone", corpus); !strings.Contains(errs, "2 of 2 documents") {
		t.Errorf("a corpus that is not there: %q", errs)
	}
	if out, _ := must(command.OK, "vacuum", "--store", store, "--older-than", "0s"); strings.Count(out, "removed by a commit") < 4 {
		t.Errorf("vacuum lists\n%s", out)
	}
	must(command.OK, "vacuum", "--store", store, "--older-than", "0s", "--delete")
	out, _ = must(command.OK, "verify", "--store", store)
	if !strings.Contains(out, "whole") || strings.Contains(out, "note") {
		t.Errorf("verify printed\n%s, want a whole store without notes", out)
	}
	out, _ = must(command.OK, "history", "--store", store)
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) < 7 || !strings.Contains(out, "optimize") || !strings.Contains(out, "pool1-avg 1") {
		t.Errorf("history printed\n%s, want the compaction and a write of pool1-avg", out)
	}
	out, _ = must(command.OK, "history", "--store", store, "--commits", "--table", "pool1-avg", "--last", "1")
	if !strings.Contains(out, "OPTIMIZE") {
		t.Errorf("history of a table:\n%s", out)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"4096": 4096, "256MB": 256e6, "1.5 GiB": 3 << 29, "10kB": 1e4, "7B": 7} {
		if got, err := command.ParseBytes(text); err != nil || got != want {
			t.Errorf("ParseBytes(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MB", "-1", "0", "1e30GB", "ten", "NaN", "5TB?"} {
		if got, err := command.ParseBytes(text); err == nil {
			t.Errorf("ParseBytes(%q) = %d without an error", text, got)
		}
	}
}
