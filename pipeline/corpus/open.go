package corpus

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
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

// location is where the file is; Path may lead there over links.
func (e *Entry) location() string { return cmp.Or(e.real, e.Path) }

// open does not block on a FIFO that took the place of a file.
func (e *Entry) open() (*os.File, error) {
	if e.root == "" {
		f, err := os.OpenFile(e.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if errors.Is(err, syscall.ENAMETOOLONG) {
			return openLong(e.Path)
		}
		return f, err
	}
	rel, err := filepath.Rel(e.root, e.location())
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

// longPath is a length that some systems refuse in a path: 1024 bytes on macOS, 4096 on Linux.
const longPath = 1000

// openLong opens a file whose path is longer than the system takes: a folder within the
// usual length first, and the rest below that.
func openLong(path string) (*os.File, error) {
	cut := strings.LastIndexByte(path[:min(longPath, len(path))], '/')
	if cut <= 0 {
		return nil, syscall.ENAMETOOLONG
	}
	root, err := os.OpenRoot(path[:cut])
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.OpenFile(path[cut+1:], os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
