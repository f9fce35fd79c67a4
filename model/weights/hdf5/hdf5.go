package hdf5

import (
	"errors"
	"fmt"
	"io"
)

// Limits, far above what a file of weights needs.
const (
	maxMetadata = 64 << 20 // bytes read outside of the arrays
	maxObjects  = 1 << 15
	maxDepth    = 64
	maxPath     = 2048 // bytes
	maxRank     = 32   // the library's own
)

// Type is the number format of a dataset, always little-endian IEEE 754 or bfloat16.
type Type string

// The formats that a Dataset without an Unreadable reason can have.
const (
	Float16  Type = "F16"
	BFloat16 Type = "BF16"
	Float32  Type = "F32"
	Float64  Type = "F64"
)

// Dataset is one array: values in C order at [Offset, Offset+Size) of the file.
type Dataset struct {
	Name         string // the path without a leading slash: "fc1/fc1_W_1:0"
	Type         Type
	Shape        []int // empty for a single value
	Offset, Size int64 // bytes
	Unreadable   string
	// Unreadable is why the values cannot be read ("is stored in chunks …"), or
	// empty; if it is set, only Name is reliable.
}

// ErrNotHDF5 is returned for a file without an HDF5 signature.
var ErrNotHDF5 = errors.New("not an HDF5 file")

// Datasets lists the arrays of a file of size bytes, in the order of its groups.
// A dataset that has several names is listed under each; a group that has several
// is followed under the first.
func Datasets(r io.ReaderAt, size int64) ([]Dataset, error) {
	f := &file{r: r, size: size, budget: maxMetadata}
	root, err := f.superblock()
	if err != nil {
		return nil, err
	}
	w := &walk{file: f, visited: map[uint64]bool{}}
	if err := w.object(root, "", 0); err != nil {
		return nil, err
	}
	return w.found, nil
}

// walk follows the links from the root group.
type walk struct {
	*file
	visited map[uint64]bool // addresses of groups, their tree nodes and their blocks
	objects int
	found   []Dataset
}

// object reads the object at an address: a group, whose links it follows, a
// dataset, or something else that it ignores.
func (w *walk) object(addr uint64, path string, depth int) error {
	if w.visited[addr] {
		return nil
	}
	if w.objects++; w.objects > maxObjects {
		return fmt.Errorf("the file has more than %d objects: not a file of weights", maxObjects)
	}
	if depth > maxDepth {
		return fmt.Errorf("group %.200q lies deeper than %d groups: not a file of weights", path, maxDepth)
	}
	messages, err := w.header(addr)
	if err != nil {
		return fmt.Errorf("read %s: %w", named(path), err)
	}
	if isGroup(messages) {
		w.visited[addr] = true
		links, err := w.links(messages)
		if err != nil {
			return fmt.Errorf("read group %s: %w", named(path), err)
		}
		for _, l := range links {
			if err := w.follow(l, path, depth); err != nil {
				return err
			}
		}
		return nil
	}
	if d, ok := w.dataset(messages); ok {
		d.Name = path
		w.found = append(w.found, d)
	}
	return nil
}

func (w *walk) follow(l link, path string, depth int) error {
	if path != "" {
		path += "/"
	}
	path += l.name
	if len(path) > maxPath {
		return fmt.Errorf("the name %.200q… is longer than %d bytes: not a file of weights", path, maxPath)
	}
	return w.object(l.addr, path, depth+1)
}

func named(path string) string {
	if path == "" {
		return "/"
	}
	return fmt.Sprintf("%.200q", path)
}

func isGroup(messages []message) bool {
	for _, m := range messages {
		switch m.kind {
		case msgSymbolTable, msgLinkInfo, msgLink, msgGroupInfo:
			return true
		}
	}
	return false
}
