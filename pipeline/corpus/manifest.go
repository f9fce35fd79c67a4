package corpus

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cutpoint/pipeline/lists"
)

// listExtensions are of files that are lists whatever they hold, so that a list that
// cannot be read is not taken for a document.
var listExtensions = []string{".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"}

// isManifest reports whether a file is a list of documents, by its name or, where that
// does not say, by its first bytes.
func (l *lister) isManifest(file string) bool {
	if namedList(file) {
		return true
	}
	f, err := os.Open(file)
	if err != nil {
		return false // as a document it fails, and says why
	}
	defer f.Close()
	return lists.Is(f, l.listOptions(file))
}

func namedList(file string) bool {
	name := strings.TrimSuffix(strings.ToLower(file), ".gz")
	return slices.Contains(listExtensions, filepath.Ext(name))
}

func (l *lister) listOptions(file string) lists.Options {
	return lists.Options{Name: "manifest " + file, Folder: filepath.Dir(file), Columns: l.opt.Columns, Paths: !namedList(file)}
}

// manifest reads a list. Relative paths are relative to its folder.
func (l *lister) manifest(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open manifest: %w", err)
	}
	defer f.Close()
	o := l.listOptions(file)
	return l.readList(f, o, o.In)
}

// lines reads a list from standard input, usually one of paths.
func (l *lister) lines(r io.Reader) error {
	if r == nil {
		return errors.New("the corpus - needs paths on standard input")
	}
	return l.readList(r, lists.Options{Name: "standard input", Columns: l.opt.Columns, Paths: true}, func(path string) string { return path })
}

// readList adds the entries of a list.
func (l *lister) readList(r io.Reader, o lists.Options, in func(path string) string) error {
	named := named{first: len(l.listing.Entries)}
	return lists.Read(l.ctx, r, o, func(row lists.Row) error {
		before := len(l.listing.Entries)
		if before == named.first {
			if err := elsewhere(row.Path, in(row.Path)); err != nil {
				return err
			}
		}
		l.add(Entry{Path: in(row.Path), Label: row.Label, Split: row.Split})
		if len(l.listing.Entries) == before {
			return nil
		}
		return named.check(l.listing.Entries, row)
	})
}

// elsewhere refuses a list whose first path leads nowhere from the list's folder, but
// does from the current one.
func elsewhere(path, in string) error {
	if path == in {
		return nil
	}
	if _, err := os.Lstat(in); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Lstat(path); err != nil {
		return nil
	}
	return fmt.Errorf("%s leads to a file from the current folder, but not from the list's, and paths of a list are relative to its own folder; move the list here, or give it on standard input with -", path)
}

// named is where a list names documents. Paths are kept from the first label or split
// on, since only these can contradict each other.
type named struct {
	first int            // entry of the list
	lines []int32        // (N) of its entries
	at    map[string]int // of cleaned paths: the first of these entries, from 0
}

// check holds the newest entry against those before.
func (n *named) check(entries []Entry, row lists.Row) error {
	entries = entries[n.first:]
	n.lines = append(n.lines, int32(row.Line))
	last := len(entries) - 1
	if e := entries[last]; n.at == nil && e.Label == "" && e.Split == "" {
		return nil
	}
	from := last
	if n.at == nil {
		n.at, from = map[string]int{}, 0
	}
	for i := from; i <= last; i++ {
		key := filepath.Clean(entries[i].Path)
		if earlier, again := n.at[key]; !again {
			n.at[key] = i
		} else if err := agree(entries[earlier], entries[i], fmt.Sprint(row.Unit, " ", n.lines[earlier])); err != nil {
			return err
		}
	}
	return nil
}

// agree refuses a document that a list names twice, and not alike.
func agree(earlier, again Entry, where string) error {
	switch {
	case earlier.Label != again.Label:
		return fmt.Errorf("%s is labelled %q here and %q in %s; keep one", again.Path, again.Label, earlier.Label, where)
	case earlier.Split != again.Split:
		return fmt.Errorf("%s is in the split %q here and in %q in %s; keep one", again.Path, again.Split, earlier.Split, where)
	}
	return nil
}
