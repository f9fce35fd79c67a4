package store

import (
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"syscall"
)

// fault is what happens at one call that changes the disk.
type fault struct {
	name  string
	err   syscall.Errno
	half  bool // of a write, half of the bytes are written; other calls fail as they do
	after after
}

// after says what later calls do.
type after int

const (
	works after = iota
	full        // every call fails that may need space
	dies        // every call fails, reads too: the process is gone
)

// dead is returned to a process that is gone; it cannot act on it.
const dead = syscall.EPIPE

var faultKinds = []fault{
	{"EIO", syscall.EIO, false, works},
	{"ENOSPC", syscall.ENOSPC, false, works},
	{"short write", syscall.ENOSPC, true, works},
	{"disk full from here on", syscall.ENOSPC, true, full},
	{"kill", dead, false, dies},
	{"kill within a write", dead, true, dies},
}

// killed is the fault of a process that is killed between two calls.
func killed() fault {
	return faultKinds[slices.IndexFunc(faultKinds, func(f fault) bool { return f.name == "kill" })]
}

// faultyFiles counts the calls that change the disk and puts a fault at one.
type faultyFiles struct {
	files
	fault
	at int // the call, from 1; 0: none

	mu    sync.Mutex
	calls []string // so far
}

func newFaulty(f files, kind fault, at int) *faultyFiles {
	return &faultyFiles{files: f, fault: kind, at: at}
}

// change counts a call and returns its error; half asks a write for half of its bytes.
func (f *faultyFiles) change(call, name string) (err error, half bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call+" "+name)
	switch n := len(f.calls); {
	case f.at == 0 || n < f.at:
		return nil, false
	case n == f.at:
		return f.fail(call, name), f.half
	case f.after == dies, f.after == full && call != "remove" && call != "close":
		return f.fail(call, name), false
	}
	return nil, false
}

func (f *faultyFiles) fail(call, name string) error {
	return &fs.PathError{Op: call, Path: name, Err: f.err}
}

// read returns the error of a call that changes nothing.
func (f *faultyFiles) read() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.after == dies && f.at > 0 && len(f.calls) >= f.at {
		return dead
	}
	return nil
}

// where names the call that failed.
func (f *faultyFiles) where() string {
	if f.at == 0 || f.at > len(f.calls) {
		return "no call"
	}
	return fmt.Sprintf("call %d (%s)", f.at, f.calls[f.at-1])
}

func (f *faultyFiles) Open(name string) (readFile, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.files.Open(name)
}

func (f *faultyFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.files.ReadDir(name)
}

func (f *faultyFiles) Lstat(name string) (fs.FileInfo, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.files.Lstat(name)
}

func (f *faultyFiles) Create(name string) (writeFile, error) {
	if err, _ := f.change("create", name); err != nil {
		return nil, err
	}
	w, err := f.files.Create(name)
	return faultyWriter{w, f, name}, err
}

func (f *faultyFiles) Mkdir(name string) error {
	if err, _ := f.change("mkdir", name); err != nil {
		return err
	}
	return f.files.Mkdir(name)
}

func (f *faultyFiles) Rename(from, to string) error {
	if err, _ := f.change("rename", to); err != nil {
		return err
	}
	return f.files.Rename(from, to)
}

func (f *faultyFiles) Link(from, to string) error {
	if err, _ := f.change("link", to); err != nil {
		return err
	}
	return f.files.Link(from, to)
}

func (f *faultyFiles) Remove(name string) error {
	if err, _ := f.change("remove", name); err != nil {
		return err
	}
	return f.files.Remove(name)
}

func (f *faultyFiles) SyncDir(name string) error {
	if err, _ := f.change("sync folder", name); err != nil {
		return err
	}
	return f.files.SyncDir(name)
}

type faultyWriter struct {
	writeFile
	f    *faultyFiles
	name string
}

func (w faultyWriter) Write(b []byte) (int, error) {
	err, half := w.f.change("write", w.name)
	switch {
	case err == nil:
		return w.writeFile.Write(b)
	case half:
		n, _ := w.writeFile.Write(b[:len(b)/2])
		return n, err
	}
	return 0, err
}

func (w faultyWriter) Sync() error {
	if err, _ := w.f.change("sync", w.name); err != nil {
		return err
	}
	return w.writeFile.Sync()
}

// Close may fail too: some file systems report a full disk only then.
func (w faultyWriter) Close() error {
	err, _ := w.f.change("close", w.name)
	if closing := w.writeFile.Close(); err == nil {
		err = closing
	}
	return err
}
