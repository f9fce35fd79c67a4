package corpus

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSplitFolders(t *testing.T) {
	for name, c := range map[string]struct {
		files, want    string
		split, unsplit bool
	}{
		"ImageFolder":        {"train/cat/a train/dog/b val/cat/c", "train/cat/a|cat|train train/dog/b|dog|train val/cat/c|cat|val", true, false},
		"deeper":             {"train/cat/2020/a test/dog/b", "test/dog/b|dog|test train/cat/2020/a|cat|train", true, false},
		"in any case":        {"Train/cat/a TEST/cat/b", "TEST/cat/b|cat|test Train/cat/a|cat|train", true, false},
		"all names":          {"training/c/a valid/c/b validation/c/d testing/c/e dev/c/f", "dev/c/f|c|dev testing/c/e|c|testing training/c/a|c|training valid/c/b|c|valid validation/c/d|c|validation", true, false},
		"files beside":       {"train/cat/a val/cat/b labels.txt", "labels.txt|| train/cat/a|cat|train val/cat/b|cat|val", true, false},
		"test without label": {"train/cat/a test/b", "test/b||test train/cat/a|cat|train", true, false},
		"train alone":        {"train/cat/a train/dog/b", "train/cat/a|cat|train train/dog/b|dog|train", true, false},
		"test alone":         {"test/cat/a", "test/cat/a|test|", false, true},
		"another folder":     {"train/cat/a val/cat/b extra/c", "extra/c|extra| train/cat/a|train| val/cat/b|val|", false, true},
		"train and another":  {"train/cat/a extra/c", "extra/c|extra| train/cat/a|train|", false, true},
		"no labels":          {"train/a test/b", "test/b|test| train/a|train|", false, true},
		"a label train":      {"train/a bus/b", "bus/b|bus| train/a|train|", false, false},
		"only train":         {"train/a", "train/a|train|", false, false},
		"no folders":         {"a b", "a|| b||", false, false},
	} {
		dir := t.TempDir()
		files := map[string]string{}
		for file := range strings.FieldsSeq(c.files) {
			files[file] = "x"
		}
		write(t, dir, files)
		l := list(t, Options{}, dir)
		if got := strings.Join(names(t, dir, l), " "); got != c.want {
			t.Errorf("%s: entries %s\n   want %s", name, got, c.want)
		}
		if len(l.Splits) > 0 != c.split || len(l.Unsplit) > 0 != c.unsplit {
			t.Errorf("%s: splits %q, unsplit %q", name, l.Splits, l.Unsplit)
		}
		off := list(t, Options{NoSplits: true}, dir)
		for _, e := range off.Entries {
			rel, _ := filepath.Rel(dir, e.Path)
			first, _, below := strings.Cut(rel, "/")
			if e.Split != "" || below && e.Label != first || len(off.Splits)+len(off.Unsplit) > 0 {
				t.Errorf("%s: without splits %s has label %q and split %q", name, rel, e.Label, e.Split)
			}
		}
	}
}

// TestSplitRoots: scans/train scans/val is scans, written by a shell.
func TestSplitRoots(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"train/cat/a": "a", "val/cat/b": "b", "val/c": "c", "extra/cat/d": "d", "other/test/cat/e": "e"})
	for args, want := range map[string]string{
		"train val":        "train/cat/a|cat|train val/c||val val/cat/b|cat|val",
		"train":            "train/cat/a|cat|",
		"train extra":      "train/cat/a|cat| extra/cat/d|cat|",
		"train other/test": "train/cat/a|cat| other/test/cat/e|cat|",
	} {
		var roots []string
		for root := range strings.FieldsSeq(args) {
			roots = append(roots, filepath.Join(dir, root))
		}
		l := list(t, Options{}, roots...)
		if got := strings.Join(names(t, dir, l), " "); got != want {
			t.Errorf("%s: entries %s\n   want %s", args, got, want)
		}
		if args == "train val" != slices.Equal(l.Splits, []string{dir}) {
			t.Errorf("%s: splits %q", args, l.Splits)
		}
	}
}
