package filestest

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"cutpoint/store/files"
)

// Disk is a files.Disk in memory that knows what a power failure would
// leave: a file's bytes are durable once the file was synced, a name once its
// folder was (POSIX promises no more than that; see fsync(2)).
type Disk struct {
	mu   sync.Mutex
	root *memDir
}

// memNode is a *memFile or a *memDir.
type memNode any

type memFile struct {
	data     []byte // only grows, so that a slice of it is a reader's to keep
	synced   int    // bytes that are durable
	modified time.Time
}

type memDir struct {
	live    map[string]memNode
	durable map[string]memNode
	pending []nameChange // from durable to live, in order
}

// nameChange gives names new nodes (nil: the name is gone), all or none of them.
type nameChange map[string]memNode

// NewDisk returns an empty disk.
func NewDisk() *Disk { return &Disk{root: newMemDir()} }

func newMemDir() *memDir {
	return &memDir{live: map[string]memNode{}, durable: map[string]memNode{}}
}

func (d *memDir) change(c nameChange) {
	for name, node := range c {
		if node == nil {
			delete(d.live, name)
		} else {
			d.live[name] = node
		}
	}
	d.pending = append(d.pending, c)
}

// find returns the node of a name, its folder, and its last element.
func (m *Disk) find(op, name string) (node memNode, folder *memDir, base string, err error) {
	node = m.root
	for _, element := range strings.Split(path.Clean(name), "/") {
		if element == "." {
			return m.root, nil, element, nil
		}
		dir, ok := node.(*memDir)
		if !ok {
			return nil, nil, "", &fs.PathError{Op: op, Path: name, Err: syscall.ENOENT}
		}
		folder, base, node = dir, element, dir.live[element]
	}
	return node, folder, base, nil
}

// add finds a name that must be free and gives it a node.
func (m *Disk) add(op, name string, node memNode) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, folder, base, err := m.find(op, name)
	if err == nil && old != nil {
		err = &fs.PathError{Op: op, Path: name, Err: syscall.EEXIST}
	}
	if err == nil {
		folder.change(nameChange{base: node})
	}
	return err
}

// existing finds a name that must be there.
func (m *Disk) existing(op, name string) (memNode, *memDir, string, error) {
	node, folder, base, err := m.find(op, name)
	if err == nil && node == nil {
		err = &fs.PathError{Op: op, Path: name, Err: syscall.ENOENT}
	}
	return node, folder, base, err
}

func (m *Disk) Create(name string) (files.Writer, error) {
	f := &memFile{modified: time.Now()}
	if err := m.add("create", name, f); err != nil {
		return nil, err
	}
	return &memWriter{m, f}, nil
}

// WriteFile gives a name a durable file of its own with these bytes.
func (m *Disk) WriteFile(name string, b []byte) error {
	m.Remove(name) // it need not be there
	return m.add("write file", name, &memFile{data: b, synced: len(b)})
}

func (m *Disk) Mkdir(name string) error { return m.add("mkdir", name, newMemDir()) }

func (m *Disk) Link(from, to string) error {
	m.mu.Lock()
	node, _, _, err := m.existing("link", from)
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return m.add("link", to, node)
}

// Rename is one change where both names are in one folder, as journals make it.
func (m *Disk) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	node, folder, base, err := m.existing("rename", from)
	if err != nil {
		return err
	}
	_, target, name, err := m.find("rename", to)
	switch {
	case err != nil:
		return err
	case folder == target && base == name:
	case folder == target:
		folder.change(nameChange{base: nil, name: node})
	default:
		target.change(nameChange{name: node})
		folder.change(nameChange{base: nil})
	}
	return nil
}

func (m *Disk) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	node, folder, base, err := m.existing("remove", name)
	if err != nil {
		return err
	}
	if d, ok := node.(*memDir); ok && len(d.live) > 0 {
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOTEMPTY}
	}
	folder.change(nameChange{base: nil})
	return nil
}

func (m *Disk) SyncDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	node, _, _, err := m.existing("sync", name)
	if err != nil {
		return err
	}
	if d, ok := node.(*memDir); ok {
		d.durable, d.pending = maps.Clone(d.live), nil
	}
	return nil
}

func (m *Disk) Open(name string) (files.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	node, _, base, err := m.existing("open", name)
	if err != nil {
		return nil, err
	}
	f, ok := node.(*memFile)
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.EISDIR}
	}
	return memReader{bytes.NewReader(f.data), infoOf(base, f)}, nil
}

func (m *Disk) ReadDir(name string) ([]fs.DirEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	node, _, _, err := m.existing("readdir", name)
	if err != nil {
		return nil, err
	}
	d, ok := node.(*memDir)
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: syscall.ENOTDIR}
	}
	var entries []fs.DirEntry
	for _, base := range slices.Sorted(maps.Keys(d.live)) {
		entries = append(entries, fs.FileInfoToDirEntry(infoOf(base, d.live[base])))
	}
	return entries, nil
}

func (m *Disk) Lstat(name string) (fs.FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	node, _, base, err := m.existing("lstat", name)
	if err != nil {
		return nil, err
	}
	return infoOf(base, node), nil
}

type memReader struct {
	*bytes.Reader
	info memInfo
}

func (r memReader) Stat() (fs.FileInfo, error) { return r.info, nil }
func (r memReader) Close() error               { return nil }

type memWriter struct {
	disk *Disk
	file *memFile
}

func (w *memWriter) Write(b []byte) (int, error) {
	w.disk.mu.Lock()
	defer w.disk.mu.Unlock()
	w.file.data = append(w.file.data, b...)
	w.file.modified = time.Now()
	return len(b), nil
}

func (w *memWriter) Sync() error {
	w.disk.mu.Lock()
	defer w.disk.mu.Unlock()
	w.file.synced = len(w.file.data)
	return nil
}

func (w *memWriter) Close() error { return nil }

type memInfo struct {
	name     string
	size     int64
	mode     fs.FileMode
	modified time.Time
}

func infoOf(name string, node memNode) memInfo {
	if f, ok := node.(*memFile); ok {
		return memInfo{name, int64(len(f.data)), 0o644, f.modified}
	}
	return memInfo{name: name, mode: fs.ModeDir | 0o755}
}

func (i memInfo) Name() string       { return i.name }
func (i memInfo) Size() int64        { return i.size }
func (i memInfo) Mode() fs.FileMode  { return i.mode }
func (i memInfo) ModTime() time.Time { return i.modified }
func (i memInfo) IsDir() bool        { return i.mode.IsDir() }
func (i memInfo) Sys() any           { return nil }
