package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/corpus"
)

// TestShards runs both halves of a corpus at once on one store, twice.
func TestShards(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights several times")
	}
	corpus, store := corpusOf(t), filepath.Join(t.TempDir(), "features")
	base := []string{corpus, "--weights", "random:1", "--cuts", "pool1-avg", "--store", store, "--quiet"}
	for range 2 {
		var both sync.WaitGroup
		for _, k := range []string{"1/2", "2/2"} {
			both.Go(func() {
				if code, _, errs := run(t, "", append(base, "--shard", k)...); code != command.OK {
					t.Errorf("shard %s: code %d, %s", k, code, errs)
				}
			})
		}
		both.Wait()
	}
	if code, out, errs := run(t, "", append(base, "--json")...); code != command.OK || !strings.Contains(out, `"up_to_date": 2`) {
		t.Errorf("afterwards: code %d, %s%s", code, out, errs)
	}
	if code, out, _ := run(t, "", "verify", "--store", store); code != command.OK {
		t.Errorf("verify the store of both shards: code %d, %s", code, out)
	}
}

func TestShardsCoverTheCorpus(t *testing.T) {
	seen := map[string]int{}
	for k := range 3 {
		var entries []corpus.Entry
		for i := range 100 {
			entries = append(entries, corpus.Entry{Path: fmt.Sprint(i)})
		}
		for _, e := range (shard{k + 1, 3}).filter(entries) {
			seen[e.Path]++
		}
	}
	for i := range 100 {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Errorf("entry %d is in %d shards", i, n)
		}
	}
	for _, text := range []string{"0/2", "3/2", "1", "1/2/3", "a/b", "-1/2", "1/0"} {
		if s, err := parseShard(text); err == nil {
			t.Errorf("parseShard(%q) = %v without an error", text, s)
		}
	}
}

// TestRetryBelowAFolder: what lies in a folder that could not be listed is tried again with it.
func TestRetryBelowAFolder(t *testing.T) {
	f := failed{paths: map[string]bool{"scans/locked": true, "scans/a.tif": true}}
	for path, want := range map[string]bool{
		"scans/locked": true, "scans/locked/x/y.tif": true, "scans/a.tif": true,
		"scans/locked2/y.tif": false, "scans/b.tif": false, "/scans/locked/y.tif": false, "scans": false,
	} {
		if got := f.concerns(path); got != want {
			t.Errorf("%s is tried again: %t, want %t", path, got, want)
		}
	}
}
