package corpus

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// ErrTooLarge is returned by Read for a file of more bytes than allowed.
var ErrTooLarge = errors.New("the file is too large")

// Read returns the file's bytes, at most limit of them. A file found in a folder
// is opened inside that folder and not through links: what was swapped for a
// link or a FIFO since the listing is refused.
func (e Entry) Read(limit int64) ([]byte, error) {
	if e.err != nil {
		return nil, e.err
	}
	f, err := e.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, info.Size(), limit)
	}
	data := make([]byte, info.Size())
	if n, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("the file ended after %d of %d bytes; was it being written?", n, len(data))
	}
	return data, nil
}

// open does not block on a FIFO that took the place of a file.
func (e Entry) open() (*os.File, error) {
	if e.root == "" {
		return os.OpenFile(e.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	}
	rel, err := filepath.Rel(e.root, e.Path)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(e.root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
}
