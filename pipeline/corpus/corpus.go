// Package corpus finds documents: it turns the arguments of a command line
// (folders, files, lists of documents, paths on standard input) into one ordered list
// of files with their labels, without opening any document that a folder or list names. Symbolic links found
// in a folder are not followed, and what is not a regular file is not a document.
package corpus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cutpoint/pipeline/lists"
)

// Entry is one file that may be a document.
type Entry struct {
	Path     string // how the corpus names it; Name is its form for tables
	Label    string // "" if the corpus gives none
	Split    string // "" if the corpus gives none
	Size     int64  // bytes
	Modified time.Time
	root     string // folder that was walked, or "" for a file named by the user
	err      error  // why the file could not be looked at
}

// Listing is a corpus in its order: arguments as given, folders sorted by path,
// manifests and standard input line by line.
type Listing struct {
	Entries []Entry
	Skipped Skipped
}

// Skipped counts what folders hold that is no document.
type Skipped struct {
	Links   int `json:"links"`   // symbolic links
	Special int `json:"special"` // FIFOs, sockets, devices
	Hidden  int `json:"hidden"`  // names that begin with a dot
}

// ErrEmpty is returned when the arguments hold no file at all.
var ErrEmpty = errors.New("the corpus holds no document")

// Options for List.
type Options struct {
	Stdin   io.Reader // what the argument "-" reads
	Exclude string    // a folder that is never part of a corpus: the store itself
	// Columns are what lists call their columns where it is not path, label and split:
	// "label" → "class".
	Columns map[string]string
}

// List finds the files of all arguments. A named file that is absent is an error;
// a file that a manifest or standard input names and that is absent becomes an
// entry whose Open fails, so that it is accounted for like any other.
func List(ctx context.Context, args []string, opt Options) (Listing, error) {
	l := lister{ctx: ctx, exclude: absolute(opt.Exclude), columns: opt.Columns}
	for _, arg := range args {
		if err := l.argument(arg, opt.Stdin); err != nil {
			return Listing{}, err
		}
	}
	if err := statAll(ctx, l.listing.Entries); err != nil {
		return Listing{}, err
	}
	if len(l.listing.Entries) == 0 {
		return Listing{}, fmt.Errorf("%w: %s; name a folder of scans, a file, a manifest, or - for paths on standard input",
			ErrEmpty, describe(args, l.listing.Skipped))
	}
	return l.listing, nil
}

func describe(args []string, s Skipped) string {
	switch {
	case len(args) == 0:
		return "no corpus is named"
	case s != (Skipped{}):
		return fmt.Sprintf("%q has only links (%d), special files (%d) and hidden files (%d)", args, s.Links, s.Special, s.Hidden)
	}
	return fmt.Sprintf("%q is empty", args)
}

type lister struct {
	ctx     context.Context
	exclude string
	columns map[string]string
	listing Listing

	folderRoot, folderPath string // of the file that was found last
	label                  string // of that folder
}

func (l *lister) argument(arg string, stdin io.Reader) error {
	if arg == "-" {
		return l.lines(stdin)
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("corpus %s does not exist; check the path", arg)
	case err != nil:
		return fmt.Errorf("look at corpus %s: %w", arg, err)
	case info.IsDir():
		return l.folder(arg)
	case !info.Mode().IsRegular():
		return fmt.Errorf("corpus %s is neither a folder nor a regular file", arg)
	case l.isManifest(arg):
		return l.manifest(arg)
	}
	l.add(Entry{Path: arg})
	return nil
}

func (l *lister) add(e Entry) {
	e.Label = lists.Label(e.Label)
	l.listing.Entries = append(l.listing.Entries, e)
}

// statsAtOnce is how many files are asked about at once. On a network file system
// each answer is a round trip.
const statsAtOnce = 16

// statAll finds out size and time of change of all entries.
func statAll(ctx context.Context, entries []Entry) error {
	const chunk = 1024
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(statsAtOnce, 1+len(entries)/chunk) {
		group.Go(func() error {
			for {
				from := int(next.Add(chunk)) - chunk
				if from >= len(entries) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				for i := range entries[from:min(from+chunk, len(entries))] {
					entries[from+i].stat()
				}
			}
		})
	}
	return group.Wait()
}

// stat finds out what the file is; if that fails, opening the entry says why. A
// link is followed if it was named, and was not added if it was found.
func (e *Entry) stat() {
	stat := os.Stat
	if e.root != "" {
		stat = os.Lstat
	}
	info, err := stat(e.Path)
	switch {
	case err != nil:
		e.err = err
	case !info.Mode().IsRegular():
		e.err = errors.New("not a regular file")
	default:
		e.Size, e.Modified = info.Size(), info.ModTime()
	}
}

func absolute(path string) string {
	if path == "" {
		return ""
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}
