package corpus

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// folder walks root in lexical order. The first sub-folder under root is the
// label; files directly in root have none.
func (l *lister) folder(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			return fmt.Errorf("list folder %s: %w", path, err)
		}
		if path == root {
			return nil
		}
		if strings.HasPrefix(d.Name(), ".") {
			l.listing.Skipped.Hidden++
			return skipDir(d)
		}
		switch mode := d.Type(); {
		case mode.IsDir():
			if l.exclude != "" && absolute(path) == l.exclude {
				return fs.SkipDir
			}
			return nil
		case mode&fs.ModeSymlink != 0:
			l.listing.Skipped.Links++
			return nil
		case !mode.IsRegular():
			l.listing.Skipped.Special++
			return nil
		}
		l.found(root, path, d)
		return nil
	})
}

func skipDir(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func (l *lister) found(root, path string, d fs.DirEntry) {
	e := Entry{Path: path, Label: folderLabel(root, path), root: root}
	if info, err := d.Info(); err != nil {
		e.err = err
	} else {
		e.Size, e.Modified = info.Size(), info.ModTime()
	}
	l.add(e)
}

func folderLabel(root, path string) string {
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return ""
	}
	label, _, ok := strings.Cut(filepath.ToSlash(rel), "/")
	if !ok {
		return ""
	}
	return Name(label)
}
