package corpus

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// folder walks root in lexical order. The first sub-folder under root is the
// label; files directly in root have none.
// Sizes and times are found out later.
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
		l.add(Entry{Path: path, Label: l.folderLabel(root, path), root: root})
		return nil
	})
}

func skipDir(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// folderLabel returns the label of a file found under root. Files of a folder
// follow each other, so that they can share it.
func (l *lister) folderLabel(root, path string) string {
	folder := filepath.Dir(path)
	if folder != l.folderPath || root != l.folderRoot {
		l.folderRoot, l.folderPath, l.label = root, folder, ""
		if rel, err := filepath.Rel(root, folder); err == nil && rel != "." {
			top, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
			l.label = Name(top)
		}
	}
	return l.label
}
