// Package corpus finds documents: it turns the arguments of a command line
// (folders, files, lists of documents, paths on standard input) into one ordered list of
// files with their labels, without opening any document that a folder or list names. What
// cannot be listed is an entry that fails when it is read. Symbolic links found in a folder
// are followed when asked, and never out of the named folders; what is not a regular file
// is not a document.
package corpus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"cutpoint/pipeline/lists"
)

// Entry is one file that may be a document, or a folder that could not be listed.
type Entry struct {
	Path     string // how the corpus names it; Name is its form for tables
	Label    string // "" if the corpus gives none
	Split    string // "" if the corpus gives none
	Size     int64  // bytes
	Modified time.Time
	root     string // folder that was walked, or "" for a file named by the user
	real     string // where it is, below root, if Path leads there over links
	err      error  // why the file could not be looked at, or the folder not listed
}

// Listing is a corpus in its order: arguments as given, folders sorted by path,
// manifests and standard input line by line.
type Listing struct {
	Entries  []Entry
	Skipped  Skipped
	Unlisted map[string]bool // of Entries: names of folders that could not be listed, wholly or in part
	Splits   []string        // folders whose sub-folders are splits, with labels below
	Unsplit  []string        // folders with sub-folders that are named like splits and taken as labels
	// Contradicted are paths that overlapping arguments give two labels or two splits.
	Contradicted []string
	walked       []string // names of the folders that were walked
}

// Skipped counts names in folders that are not taken as documents. What lies inside a
// skipped folder is not counted.
type Skipped struct {
	Links    int `json:"links"`    // symbolic links that were not followed, or lead nowhere
	Outside  int `json:"outside"`  // symbolic links that lead out of the named folders
	Again    int `json:"again"`    // what links lead to and the corpus has under another name
	Special  int `json:"special"`  // FIFOs, sockets, devices
	Hidden   int `json:"hidden"`   // names that begin with a dot
	Junk     int `json:"junk"`     // what systems leave among documents, such as Thumbs.db
	Excluded int `json:"excluded"` // by a pattern
	Repeated int `json:"repeated"` // paths that an earlier argument has, too
}

// Sum is the number of names that were skipped.
func (s Skipped) Sum() int {
	return s.Links + s.Outside + s.Again + s.Special + s.Hidden + s.Junk + s.Excluded
}

// ErrEmpty is returned when the arguments hold no file at all.
var ErrEmpty = errors.New("the corpus holds no document")

// Options for List.
type Options struct {
	Stdin       io.Reader // what the argument "-" reads
	Exclude     string    // a folder that is never part of a corpus: the store itself
	Patterns    Patterns  // of names in folders; what is named as an argument or in a list is taken
	FollowLinks bool      // follow symbolic links in folders, if they lead into named folders
	NoSplits    bool      // train/cat is the label train, not the split train and the label cat
	// Columns are what lists call their columns where it is not path, label and split:
	// "label" → "class".
	Columns map[string]string
}

// List finds the files of all arguments. A named file that is absent is an error;
// a file that a manifest or standard input names and that is absent becomes an
// entry whose Open fails, so that it is accounted for like any other. So does a folder
// that cannot be listed, unless nothing else was found.
func List(ctx context.Context, args []string, opt Options) (Listing, error) {
	l := newLister(ctx, args, opt)
	for _, arg := range args {
		if err := l.argument(arg, opt.Stdin); err != nil {
			return Listing{}, err
		}
	}
	if err := l.nothingRead(); err != nil {
		return Listing{}, err
	}
	if err := statAll(ctx, l.listing.Entries); err != nil {
		return Listing{}, err
	}
	if len(l.listing.Entries) == 0 {
		return Listing{}, fmt.Errorf("%w: %s; name a folder of scans, a file, a manifest, or - for paths on standard input",
			ErrEmpty, describe(args, l.listing.Skipped))
	}
	if !opt.NoSplits {
		l.findSplits()
	}
	if len(args) > 1 {
		l.dropRepeated()
	}
	return l.listing, nil
}

func describe(args []string, s Skipped) string {
	if len(args) == 0 {
		return "no corpus is named"
	}
	if s.Sum() == 0 {
		return fmt.Sprintf("%q is empty", args)
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{s.Links, "links"}, {s.Outside, "links out of it"}, {s.Again, "links to what it has"}, {s.Special, "special files"},
		{s.Hidden, "hidden files"}, {s.Junk, "files that systems leave"}, {s.Excluded, "excluded files"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%s (%d)", p.what, p.n))
		}
	}
	return fmt.Sprintf("%q has only %s", args, strings.Join(parts, ", "))
}

// argument lists one argument.
func (l *lister) argument(arg string, stdin io.Reader) error {
	if arg == "-" {
		return l.lines(stdin)
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("corpus %s does not exist; check the path", arg)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.ENAMETOOLONG):
		return fmt.Errorf("look at corpus %s: %w; check the path", arg, cause(err))
	case err != nil:
		l.unlisted(tidy(arg), err)
		return nil
	case info.IsDir():
		return l.folder(tidy(arg))
	case !info.Mode().IsRegular():
		return fmt.Errorf("corpus %s is neither a folder nor a regular file", arg)
	case l.isManifest(arg):
		return l.manifest(arg)
	}
	l.add(Entry{Path: arg})
	return nil
}

// add takes an entry into the listing: one file has one name, and one label one form.
func (l *lister) add(e Entry) {
	if e.root == "" { // others are put together of tidy parts
		e.Path = tidy(e.Path)
	}
	e.Label, e.Split = lists.Label(e.Label), lists.Label(e.Split)
	l.listing.Entries = append(l.listing.Entries, e)
}

// unlisted records a folder that could not be listed.
func (l *lister) unlisted(path string, err error) {
	name := Name(path)
	if l.listing.Unlisted[name] {
		return
	}
	l.listing.Unlisted[name] = true
	l.add(Entry{Path: path, err: fmt.Errorf("the folder cannot be listed: %w", cause(err))})
}

// nothingRead returns an error if nothing but named folders that cannot be listed was
// found: that is a disk that is missing rather than a corpus with a fault.
func (l *lister) nothingRead() error {
	n := len(l.listing.Entries)
	if n == 0 || n != len(l.listing.Unlisted) {
		return nil
	}
	if slices.ContainsFunc(l.listing.walked, func(root string) bool { return !l.listing.Unlisted[root] }) {
		return nil
	}
	first := l.listing.Entries[0]
	return fmt.Errorf("corpus %s: %w", first.Path, first.err)
}

// tidy writes a path as folders are walked: ./scans and scans/ are scans. What ".." leads
// to depends on links, so it stays.
func tidy(path string) string {
	if path == "" || slices.Contains(strings.Split(path, "/"), "..") {
		return path
	}
	return filepath.Clean(path)
}

// cause is what the system said, without the path that it was said of.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
