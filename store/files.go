package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// files is what a store needs of a file system. Names are relative to the
// store's folder. It exists so that tests can fail any call.
type files interface {
	Open(name string) (readFile, error)
	Create(name string) (writeFile, error) // fails if the name is taken
	Mkdir(name string) error
	Rename(from, to string) error
	Link(from, to string) error // fails if the name to is taken
	Remove(name string) error
	SyncDir(name string) error // makes names in a folder durable
	ReadDir(name string) ([]fs.DirEntry, error)
	Lstat(name string) (fs.FileInfo, error)
}

type readFile interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}

type writeFile interface {
	io.WriteCloser
	Sync() error
}

// rootFiles are the files under one folder; os.Root keeps every name inside it,
// whatever symbolic links stand there.
type rootFiles struct{ *os.Root }

func (r rootFiles) Open(name string) (readFile, error) {
	info, err := r.Root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a fifo would block, a link would leave the table
		return nil, fmt.Errorf("open %s: not a regular file", name)
	}
	return r.Root.Open(name)
}

func (r rootFiles) Create(name string) (writeFile, error) {
	return r.Root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

func (r rootFiles) Mkdir(name string) error { return r.Root.Mkdir(name, 0o755) }

func (r rootFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(r.Root.FS(), name)
}

func (r rootFiles) SyncDir(name string) error {
	d, err := r.Root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// isFolder reports whether name is a folder itself, not a link to one.
func isFolder(f files, name string) (bool, error) {
	info, err := f.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !info.IsDir() {
		return false, fmt.Errorf("%s is not a folder", name)
	}
	return true, nil
}

// makeFolder makes name if it is not there, and makes its entry durable.
func makeFolder(f files, name, parent string) error {
	if err := f.Mkdir(name); err != nil && !errors.Is(err, fs.ErrExist) {
		return writeError("make folder", name, err)
	}
	if _, err := isFolder(f, name); err != nil {
		return err
	}
	return writeError("sync folder", parent, f.SyncDir(parent))
}

// createSynced writes a new file in full and makes its bytes (not yet its name)
// durable. The file is removed if that fails.
func createSynced(f files, name string, write func(io.Writer) error) (err error) {
	w, err := f.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Remove(name) // the first error says more
		}
	}()
	if err := write(w); err != nil {
		w.Close()
		return err
	}
	if err := w.Sync(); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}
