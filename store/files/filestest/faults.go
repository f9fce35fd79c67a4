package filestest

import (
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"syscall"

	"cutpoint/store/files"
)

// Fault is what happens at one call that changes the disk.
type Fault struct {
	Name  string
	Err   syscall.Errno
	Half  bool // of a write, half of the bytes are written; other calls fail as they do
	After After
}

// After says what the calls after a fault do.
type After int

const (
	Works After = iota
	Full        // every call fails that may need space
	Dies        // every call fails, reads too: the process is gone
)

// dead is returned to a process that is gone; it cannot act on it.
const dead = syscall.EPIPE

// Faults are the kinds of faults; the disk works after the first three.
var Faults = []Fault{
	{"EIO", syscall.EIO, false, Works},
	{"ENOSPC", syscall.ENOSPC, false, Works},
	{"short write", syscall.ENOSPC, true, Works},
	{"disk full from here on", syscall.ENOSPC, true, Full},
	{"kill", dead, false, Dies},
	{"kill within a write", dead, true, Dies},
}

// Killed is the fault of a process that is killed between two calls.
func Killed() Fault {
	return Faults[slices.IndexFunc(Faults, func(f Fault) bool { return f.Name == "kill" })]
}

// Faulty counts the calls that change a disk and puts a fault at one.
type Faulty struct {
	files.Disk
	fault Fault
	at    int // the call, from 1; 0: none

	mu    sync.Mutex
	calls []string // so far
}

// NewFaulty puts a fault at the call of that number, from 1; at none if it is 0.
func NewFaulty(d files.Disk, fault Fault, at int) *Faulty {
	return &Faulty{Disk: d, fault: fault, at: at}
}

// Calls lists the calls that changed the disk.
func (f *Faulty) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// change counts a call and returns its error; half asks a write for half of its bytes.
func (f *Faulty) change(call, name string) (err error, half bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call+" "+name)
	switch n := len(f.calls); {
	case f.at == 0 || n < f.at:
		return nil, false
	case n == f.at:
		return f.fail(call, name), f.fault.Half
	case f.fault.After == Dies, f.fault.After == Full && call != "remove" && call != "close":
		return f.fail(call, name), false
	}
	return nil, false
}

func (f *Faulty) fail(call, name string) error {
	return &fs.PathError{Op: call, Path: name, Err: f.fault.Err}
}

// read returns the error of a call that changes nothing.
func (f *Faulty) read() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault.After == Dies && f.at > 0 && len(f.calls) >= f.at {
		return dead
	}
	return nil
}

// Where names the call that failed.
func (f *Faulty) Where() string {
	if f.at == 0 || f.at > len(f.calls) {
		return "no call"
	}
	return fmt.Sprintf("call %d (%s)", f.at, f.calls[f.at-1])
}

func (f *Faulty) Open(name string) (files.File, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.Disk.Open(name)
}

func (f *Faulty) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.Disk.ReadDir(name)
}

func (f *Faulty) Lstat(name string) (fs.FileInfo, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.Disk.Lstat(name)
}

func (f *Faulty) Create(name string) (files.Writer, error) {
	if err, _ := f.change("create", name); err != nil {
		return nil, err
	}
	w, err := f.Disk.Create(name)
	return faultyWriter{w, f, name}, err
}

func (f *Faulty) Mkdir(name string) error {
	if err, _ := f.change("mkdir", name); err != nil {
		return err
	}
	return f.Disk.Mkdir(name)
}

func (f *Faulty) Rename(from, to string) error {
	if err, _ := f.change("rename", to); err != nil {
		return err
	}
	return f.Disk.Rename(from, to)
}

func (f *Faulty) Link(from, to string) error {
	if err, _ := f.change("link", to); err != nil {
		return err
	}
	return f.Disk.Link(from, to)
}

func (f *Faulty) Remove(name string) error {
	if err, _ := f.change("remove", name); err != nil {
		return err
	}
	return f.Disk.Remove(name)
}

func (f *Faulty) SyncDir(name string) error {
	if err, _ := f.change("sync folder", name); err != nil {
		return err
	}
	return f.Disk.SyncDir(name)
}

type faultyWriter struct {
	files.Writer
	f    *Faulty
	name string
}

func (w faultyWriter) Write(b []byte) (int, error) {
	err, half := w.f.change("write", w.name)
	switch {
	case err == nil:
		return w.Writer.Write(b)
	case half:
		n, _ := w.Writer.Write(b[:len(b)/2])
		return n, err
	}
	return 0, err
}

func (w faultyWriter) Sync() error {
	if err, _ := w.f.change("sync", w.name); err != nil {
		return err
	}
	return w.Writer.Sync()
}

// Close may fail too: some file systems report a full disk only then.
func (w faultyWriter) Close() error {
	err, _ := w.f.change("close", w.name)
	if closing := w.Writer.Close(); err == nil {
		err = closing
	}
	return err
}
