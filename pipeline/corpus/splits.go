package corpus

import (
	"path/filepath"
	"slices"
	"strings"

	"cutpoint/pipeline/lists"
	"cutpoint/schemas"
)

// findSplits recognises the layout of ImageFolder and Keras, train/cat and val/cat: all
// sub-folders of a named folder are named like splits, and hold the folders of labels.
// One of them alone may be a label, unless it is train: a lone label is of no use. Files
// beside the sub-folders do not matter.
func (l *lister) findSplits() {
	whole := true
	for _, t := range l.trees {
		tops := l.tops(t)
		switch {
		case isLayout(tops):
			l.split(t)
			l.listing.Splits = append(l.listing.Splits, t.path)
			whole = false
		case looksLikeSplits(tops):
			l.listing.Unsplit = append(l.listing.Unsplit, t.path)
			whole = false
		}
	}
	if whole {
		l.splitRoots()
	}
}

// tops returns the sub-folders that hold entries, and whether they have sub-folders that
// do: they may be labels, or splits with labels below.
func (l *lister) tops(t tree) map[string]bool {
	tops := map[string]bool{}
	for i := range l.listing.Entries[t.from:t.to] {
		e := &l.listing.Entries[t.from+i]
		first, _, n := t.below(e.Path)
		if n > 0 && e.err != nil && l.listing.Unlisted[e.Name()] {
			n++ // it is a folder
		}
		if n < 2 {
			continue
		}
		if labelled, known := tops[first]; !known || n > 2 && !labelled {
			tops[first] = n > 2
		}
	}
	return tops
}

// below returns the first and second segment of a path below the tree's folder and how
// many it has, up to three.
func (t tree) below(path string) (first, second string, n int) {
	rel := strings.TrimPrefix(path, t.path)
	if t.path == "." {
		rel = path
	}
	rel = strings.TrimPrefix(rel, "/")
	if rel == "" {
		return "", "", 0
	}
	first, rest, deeper := strings.Cut(rel, "/")
	if !deeper {
		return first, "", 1
	}
	second, _, deeper = strings.Cut(rest, "/")
	if !deeper {
		return first, second, 2
	}
	return first, second, 3
}

func isLayout(tops map[string]bool) bool {
	labelled := false
	for name, below := range tops {
		alone := len(tops) == 1 && !strings.EqualFold(name, "train") && !strings.EqualFold(name, "training")
		if !schemas.IsSplit(name) || alone {
			return false
		}
		labelled = labelled || below
	}
	return labelled
}

// looksLikeSplits reports whether somebody may have meant splits.
func looksLikeSplits(tops map[string]bool) bool {
	names, labelled := 0, false
	for name, below := range tops {
		if schemas.IsSplit(name) {
			names++
			labelled = labelled || below
		}
	}
	return names > 1 || labelled
}

// split takes sub-folders as splits and the folders below as labels.
func (l *lister) split(t tree) {
	entries := l.listing.Entries[t.from:t.to]
	for i := range entries {
		e := &entries[i]
		first, second, n := t.below(e.Path)
		if n < 2 {
			continue
		}
		e.Split, e.Label = splitName(first), ""
		if n == 3 {
			e.Label = lists.Label(Name(second))
		}
	}
}

func splitName(folder string) string { return strings.ToLower(folder) }

// splitRoots takes folders as splits that are named together, as scans/train scans/val.
func (l *lister) splitRoots() {
	var names []string
	for _, t := range l.trees {
		name := filepath.Base(t.path)
		if !schemas.IsSplit(name) || filepath.Dir(t.path) != filepath.Dir(l.trees[0].path) {
			return
		}
		names = append(names, splitName(name))
	}
	slices.Sort(names)
	if len(slices.Compact(names)) < 2 {
		return
	}
	for _, t := range l.trees {
		entries := l.listing.Entries[t.from:t.to]
		for i := range entries {
			entries[i].Split = splitName(filepath.Base(t.path))
		}
	}
	l.listing.Splits = append(l.listing.Splits, filepath.Dir(l.trees[0].path))
}
