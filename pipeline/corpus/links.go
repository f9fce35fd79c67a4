package corpus

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"cutpoint/pipeline/lists"
)

// following is what is known of links: a folder or file that the corpus has under one
// name is not taken under another, which also ends circles. What comes first counts.
type following struct {
	roots   []string // named folders, as their paths are without links
	entered map[fileID]bool
	listed  map[fileName]bool // files that a link led to before their folder was walked
}

type fileID struct{ device, inode uint64 }

type fileName struct {
	folder fileID
	name   string
}

func newFollowing(args []string) *following {
	w := &following{entered: map[fileID]bool{}, listed: map[fileName]bool{}}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil || !info.IsDir() {
			continue
		}
		if real, err := withoutLinks(arg); err == nil {
			w.roots = append(w.roots, real)
		}
	}
	return w
}

// withoutLinks returns the one path from the top that leads over no links.
func withoutLinks(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// enter notes that a folder is walked; false if it was before.
func (w *following) enter(f *folder, info fs.FileInfo) bool {
	f.id = idOf(info)
	if w.entered[f.id] {
		return false
	}
	w.entered[f.id] = true
	return true
}

func idOf(info fs.FileInfo) fileID {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}
	}
	return fileID{uint64(s.Dev), uint64(s.Ino)}
}

// rootOf returns the named folder that holds the path, if one does.
func (w *following) rootOf(real string) (string, bool) {
	for _, root := range w.roots {
		if within(real, root) {
			return root, true
		}
	}
	return "", false
}

// within reports whether a path is a folder or lies in it.
func within(path, folder string) bool {
	if folder == "." {
		return !filepath.IsAbs(path) && path != ".." && !strings.HasPrefix(path, "../")
	}
	rest, below := strings.CutPrefix(path, folder)
	return below && (rest == "" || rest[0] == '/' || strings.HasSuffix(folder, "/"))
}

// link follows a link if that was asked for. Where it leads is opened below the named
// folder, from which no path escapes, whatever becomes of the link meanwhile.
func (l *lister) link(f *folder, name string) error {
	if l.follow == nil {
		l.listing.Skipped.Links++
		return nil
	}
	real, err := withoutLinks(filepath.Join(f.location(), name))
	if err != nil { // it leads nowhere, or in a circle
		l.listing.Skipped.Links++
		return nil
	}
	root, inside := l.follow.rootOf(real)
	if !inside {
		l.listing.Skipped.Outside++
		return nil
	}
	at, err := os.OpenRoot(root)
	if err != nil {
		l.unlisted(filepath.Join(f.path, name), err)
		return nil
	}
	defer at.Close()
	rel, err := filepath.Rel(root, real)
	if err != nil {
		return err
	}
	return l.followTo(f, name, target{at, rel, root, real})
}

// target is what a link leads to.
type target struct {
	at         *os.Root // of the named folder
	rel        string
	root, real string
}

func (l *lister) followTo(f *folder, name string, t target) error {
	info, err := t.at.Lstat(t.rel)
	switch {
	case err != nil:
		l.listing.Skipped.Links++
	case info.IsDir():
		return l.followFolder(f, name, t)
	case !info.Mode().IsRegular():
		l.listing.Skipped.Special++
	case l.claim(t):
		l.add(Entry{Path: filepath.Join(f.path, name), Label: f.label, root: t.root, real: t.real})
	default:
		l.listing.Skipped.Again++
	}
	return nil
}

func (l *lister) followFolder(f *folder, name string, t target) error {
	if !l.takes(f, name, true) { // patterns for folders take a link for a file
		return nil
	}
	sub := folder{at: t.at, rel: t.rel, depth: f.depth + 1, path: filepath.Join(f.path, name), below: f.inside(name), label: f.label, root: t.root, real: t.real}
	if f.below == "" {
		sub.label = lists.Label(Name(name))
	}
	if len(sub.path) > maxPath {
		l.unlisted(f.path, errLongPath)
		return nil
	}
	return l.walk(sub)
}

// claim notes that a link leads to a file; false if the corpus has it already, or will
// have it from a folder that is being walked.
func (l *lister) claim(t target) bool {
	info, err := t.at.Stat(filepath.Dir(t.rel))
	if err != nil {
		return true // reading it will say why
	}
	file := fileName{idOf(info), filepath.Base(t.real)}
	if l.follow.listed[file] || l.follow.entered[file.folder] && !strings.HasPrefix(file.name, ".") {
		return false
	}
	l.follow.listed[file] = true
	return true
}

// location is where the folder is.
func (f *folder) location() string {
	if f.real != "" {
		return f.real
	}
	return f.path
}
