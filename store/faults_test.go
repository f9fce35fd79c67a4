package store

import (
	"io/fs"
	"sync/atomic"
	"syscall"
)

// faultyFiles fails the call number failAt (from 1) of those that change the
// disk. With kill set, every later call fails too, as after a crash.
type faultyFiles struct {
	files
	failAt int64
	kill   bool
	err    error
	calls  *atomic.Int64
}

func newFaulty(f files, failAt int64, kill bool, err error) *faultyFiles {
	return &faultyFiles{f, failAt, kill, err, new(atomic.Int64)}
}

// dead is returned after a kill.
const dead = syscall.EPIPE

func (f *faultyFiles) change() error {
	n := f.calls.Add(1)
	if n == f.failAt {
		return f.err
	}
	return f.read()
}

func (f *faultyFiles) read() error {
	if f.kill && f.failAt > 0 && f.calls.Load() >= f.failAt {
		return dead
	}
	return nil
}

func (f *faultyFiles) Open(name string) (readFile, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.files.Open(name)
}

func (f *faultyFiles) Create(name string) (writeFile, error) {
	if err := f.change(); err != nil {
		return nil, err
	}
	w, err := f.files.Create(name)
	return faultyWriter{w, f}, err
}

func (f *faultyFiles) Mkdir(name string) error {
	if err := f.change(); err != nil {
		return err
	}
	return f.files.Mkdir(name)
}

func (f *faultyFiles) Rename(from, to string) error {
	if err := f.change(); err != nil {
		return err
	}
	return f.files.Rename(from, to)
}

func (f *faultyFiles) Link(from, to string) error {
	if err := f.change(); err != nil {
		return err
	}
	return f.files.Link(from, to)
}

func (f *faultyFiles) Remove(name string) error {
	if err := f.change(); err != nil {
		return err
	}
	return f.files.Remove(name)
}

func (f *faultyFiles) SyncDir(name string) error {
	if err := f.change(); err != nil {
		return err
	}
	return f.files.SyncDir(name)
}

func (f *faultyFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.files.ReadDir(name)
}

type faultyWriter struct {
	writeFile
	f *faultyFiles
}

// Write leaves half of the bytes when it fails, as a full disk does.
func (w faultyWriter) Write(b []byte) (int, error) {
	if err := w.f.change(); err != nil {
		n, _ := w.writeFile.Write(b[:len(b)/2])
		return n, err
	}
	return w.writeFile.Write(b)
}

func (w faultyWriter) Sync() error {
	if err := w.f.change(); err != nil {
		return err
	}
	return w.writeFile.Sync()
}
