package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Disk is the part of a file system that a Folder on a disk is made of. Names are
// relative to one folder. It exists so that tests can fail any call.
type Disk interface {
	Open(name string) (File, error)
	Create(name string) (Writer, error) // fails if the name is taken
	Mkdir(name string) error
	Rename(from, to string) error
	Link(from, to string) error // fails if the name to is taken
	Remove(name string) error
	SyncDir(name string) error // makes names in a folder durable
	ReadDir(name string) ([]fs.DirEntry, error)
	Lstat(name string) (fs.FileInfo, error)
}

// File is a file open for reading.
type File interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}

// Writer is a file that is being written.
type Writer interface {
	io.WriteCloser
	Sync() error // makes its bytes durable, not its name
}

// OpenDisk returns the files under a folder. Names cannot leave it, whatever
// symbolic links stand there (see os.Root).
func OpenDisk(dir string) (Disk, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return rootDisk{root}, nil
}

type rootDisk struct{ *os.Root }

func (r rootDisk) Open(name string) (File, error) {
	info, err := r.Root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a fifo would block, a link would leave the table
		return nil, fmt.Errorf("open %s: not a regular file", name)
	}
	return r.Root.Open(name)
}

func (r rootDisk) Create(name string) (Writer, error) {
	return r.Root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

func (r rootDisk) Mkdir(name string) error { return r.Root.Mkdir(name, 0o755) }

func (r rootDisk) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(r.Root.FS(), name)
}

func (r rootDisk) SyncDir(name string) error {
	d, err := r.Root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
