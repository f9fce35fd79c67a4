package corpus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"cutpoint/pipeline/lists"
)

// maxPath limits what the path of a folder takes in memory and in tables: folders that are
// opened one inside the other have no such limit.
const maxPath = 32 << 10

type lister struct {
	ctx     context.Context
	opt     Options
	store   fs.FileInfo // of the folder that is no part of a corpus; nil if there is none
	listing Listing
	trees   []tree
	follow  *following // nil: links are not followed
}

// tree is what was found below a named folder.
type tree struct {
	path     string
	from, to int // in the listing's entries
}

func newLister(ctx context.Context, args []string, opt Options) *lister {
	l := &lister{ctx: ctx, opt: opt, listing: Listing{Unlisted: map[string]bool{}}}
	if opt.Exclude != "" {
		if info, err := os.Stat(opt.Exclude); err == nil {
			l.store = info
		}
	}
	if opt.FollowLinks {
		l.follow = newFollowing(args)
	}
	return l
}

// folder is one that is walked.
type folder struct {
	at    *os.Root // it, or a folder above it
	rel   string   // its path from there
	depth int      // of handles; 0 for a named folder

	path  string // as the corpus names it
	below string // … from the named folder, "" for that itself
	label string
	root  string // where its files are opened
	real  string // its path below root, if path leads there over links
	id    fileID // if links are followed
}

// folder walks a named folder in lexical order. The first sub-folder under it is the
// label; files directly in it have none. Sizes and times are found out later.
func (l *lister) folder(path string) error {
	l.listing.walked = append(l.listing.walked, Name(path))
	t := tree{path: path, from: len(l.listing.Entries)}
	defer func() { t.to = len(l.listing.Entries); l.trees = append(l.trees, t) }()
	at, err := os.OpenRoot(path)
	if err != nil {
		l.unlisted(path, err)
		return nil
	}
	defer at.Close()
	return l.walk(folder{at: at, rel: ".", path: path, root: path})
}

// walk lists a folder and those below it.
func (l *lister) walk(f folder) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	entries, err := l.names(&f)
	if errors.Is(err, errNotPart) {
		return nil
	}
	if err != nil {
		l.unlisted(f.path, err)
	}
	for _, d := range entries {
		if err := l.found(&f, d); err != nil {
			return err
		}
	}
	return nil
}

// errNotPart says that a folder is not to be walked.
var errNotPart = errors.New("not a part of the corpus")

// names returns what a folder holds, sorted; with an error what could be read of it.
func (l *lister) names(f *folder) ([]fs.DirEntry, error) {
	open, err := f.at.Open(f.rel)
	if err != nil {
		return nil, err
	}
	defer open.Close()
	info, err := open.Stat()
	if err != nil {
		return nil, err
	}
	if f.below != "" && l.store != nil && os.SameFile(info, l.store) {
		return nil, errNotPart
	}
	if l.follow != nil && !l.follow.enter(f, info) {
		l.listing.Skipped.Again++
		return nil, errNotPart
	}
	names, err := readNames(open, f.location())
	slices.SortFunc(names, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return names, err
}

// readNames reads a folder that is open, by a handle that no Root opened: of one that a Root
// opened package os looks at each file, which takes as long as the rest of the walk.
func readNames(open *os.File, path string) ([]fs.DirEntry, error) {
	handle, err := syscall.Dup(int(open.Fd()))
	if err != nil {
		return nil, err
	}
	dir := os.NewFile(uintptr(handle), path)
	defer dir.Close()
	return dir.ReadDir(-1)
}

// found decides what becomes of a name in a folder.
func (l *lister) found(f *folder, d fs.DirEntry) error {
	name, mode := d.Name(), d.Type()
	if !l.takes(f, name, mode.IsDir()) {
		return nil
	}
	switch {
	case mode.IsDir():
		return l.enter(f, name)
	case mode&fs.ModeSymlink != 0:
		return l.link(f, name)
	case !mode.IsRegular():
		l.listing.Skipped.Special++
	case l.follow != nil && l.follow.listed[fileName{f.id, name}]:
		l.listing.Skipped.Again++
	default:
		l.document(f, name)
	}
	return nil
}

// takes counts what is left out.
func (l *lister) takes(f *folder, name string, isFolder bool) bool {
	switch l.opt.Patterns.choose(f.below, name, isFolder) {
	case excluded:
		l.listing.Skipped.Excluded++
	case hidden:
		l.listing.Skipped.Hidden++
	case skippedAsJunk:
		l.listing.Skipped.Junk++
	default:
		return true
	}
	return false
}

func (l *lister) document(f *folder, name string) {
	e := Entry{Path: filepath.Join(f.path, name), Label: f.label, root: f.root}
	if f.real != "" {
		e.real = filepath.Join(f.real, name)
	}
	l.add(e)
}

var errLongPath = fmt.Errorf("the path is longer than %d bytes", maxPath)

// inside is the path of a name in the folder, from the named folder.
func (f *folder) inside(name string) string {
	if f.below == "" {
		return name
	}
	return f.below + "/" + name
}

// enter walks a sub-folder.
func (l *lister) enter(f *folder, name string) error {
	sub := *f
	sub.path, sub.below, sub.depth = filepath.Join(f.path, name), f.inside(name), f.depth+1
	if f.below == "" {
		sub.label = lists.Label(Name(name))
	}
	if f.real != "" {
		sub.real = filepath.Join(f.real, name)
	}
	if len(sub.path) > maxPath {
		l.unlisted(f.path, errLongPath)
		return nil
	}
	sub.rel = filepath.Join(f.rel, name)
	if !sub.keepsHandle() {
		return l.walk(sub)
	}
	at, err := f.at.OpenRoot(sub.rel)
	if err != nil {
		l.unlisted(sub.path, err)
		return nil
	}
	defer at.Close()
	sub.at, sub.rel = at, "."
	return l.walk(sub)
}

// keepsHandle tells which folders stay open while those below them are walked: the others
// are opened from there, so that deep folders need neither long paths nor many handles.
func (f *folder) keepsHandle() bool { return f.depth < 32 || f.depth%32 == 0 }
