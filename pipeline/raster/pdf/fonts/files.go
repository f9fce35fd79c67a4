package fonts

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// folders is a read-only file system in memory: files by the folder that they are in.
type folders map[string][]file

// file is a file of a folder, and all that is known of it.
type file struct {
	name string
	data []byte
}

func (f file) Name() string               { return f.name }
func (f file) Size() int64                { return int64(len(f.data)) }
func (f file) Mode() fs.FileMode          { return 0o444 }
func (f file) Type() fs.FileMode          { return 0 }
func (f file) ModTime() time.Time         { return time.Time{} }
func (f file) IsDir() bool                { return false }
func (f file) Sys() any                   { return nil }
func (f file) Info() (fs.FileInfo, error) { return f, nil }

// Open opens a folder or a file of one.
func (d folders) Open(name string) (fs.File, error) {
	if files, ok := d[name]; ok || d.above(name) {
		return &openFolder{name, files}, nil
	}
	folder, base := path.Split(name)
	for _, f := range d[path.Clean(folder)] {
		if f.name == base {
			return &openFile{f, bytes.NewReader(f.data)}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// above says whether a folder is in another one of that name: pdfium looks for a folder's
// parent when it lists it.
func (d folders) above(name string) bool {
	for folder := range d {
		if name == "." || strings.HasPrefix(folder, name+"/") {
			return true
		}
	}
	return false
}

// openFile can be read at any place, as fonts are.
type openFile struct {
	file
	*bytes.Reader
}

func (f *openFile) Size() int64                { return f.file.Size() }
func (f *openFile) Stat() (fs.FileInfo, error) { return f.file, nil }
func (f *openFile) Close() error               { return nil }

// openFolder lists what is left of its files.
type openFolder struct {
	name string
	left []file
}

func (d *openFolder) Stat() (fs.FileInfo, error) {
	return folderInfo{file{name: path.Base(d.name)}}, nil
}
func (d *openFolder) Close() error { return nil }
func (d *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: fs.ErrInvalid}
}

// ReadDir lists the next n files, or all that are left if n is not positive.
func (d *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.left)
	} else if len(d.left) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.left))
	entries := make([]fs.DirEntry, n)
	for i, f := range d.left[:n] {
		entries[i] = f
	}
	d.left = d.left[n:]
	return entries, nil
}

// folderInfo describes a folder.
type folderInfo struct{ file }

func (folderInfo) Mode() fs.FileMode { return fs.ModeDir | 0o555 }
func (folderInfo) IsDir() bool       { return true }
