package store

import (
	"errors"
	"io"
	"os"
)

// files are the system calls that change a store. Tests put one in between that
// fails, or dies, at any of them.
type files interface {
	Mkdir(path string) error                     // with parents; no error if it is there
	Create(path string) (writeSyncCloser, error) // must not be there
	Rename(from, to string) error
	Link(from, to string) error // fs.ErrExist if to is there
	Remove(path string) error
	SyncDir(path string) error
}

type writeSyncCloser interface {
	io.WriteCloser
	Sync() error
}

// disk is the real thing.
type disk struct{}

func (disk) Mkdir(path string) error { return os.MkdirAll(path, 0o755) }

func (disk) Create(path string) (writeSyncCloser, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

func (disk) Rename(from, to string) error { return os.Rename(from, to) }
func (disk) Link(from, to string) error   { return os.Link(from, to) }
func (disk) Remove(path string) error     { return os.Remove(path) }

// SyncDir makes the names in a folder durable: without it a power failure may
// forget a rename or a link although the file's bytes are safe.
func (disk) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeWhole creates a file, fills it, and makes its bytes durable. On an error
// nothing is left behind.
func writeWhole(fs files, path string, fill func(io.Writer) error) (err error) {
	f, err := fs.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			fs.Remove(path)
		}
	}()
	if err := fill(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
