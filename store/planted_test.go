package store

import (
	"path"
	"runtime"
	"strings"
	"testing"

	"cutpoint/store/delta"
	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// plantedBugs make of the program a worse one, between it and the disk. The
// checks of TestCrash must find each: a check that cannot fail proves nothing.
var plantedBugs = []struct {
	name    string
	program func(files.Disk) files.Disk
}{
	{"parts are not synced", func(f files.Disk) files.Disk { return unsynced{f, isPartTemp} }},
	{"log entries are not synced", func(f files.Disk) files.Disk { return unsynced{f, inLog} }},
	{"tables' folders are not synced", func(f files.Disk) files.Disk { return unsyncedFolder{f, isTableFolder} }},
	{"tables' folders are not synced when a part gets its name", func(f files.Disk) files.Disk { return &unsyncedRename{Disk: f} }},
	{"the logs' folders are not synced", func(f files.Disk) files.Disk { return unsyncedFolder{f, inLog} }},
	{"the store's folder is not synced", func(f files.Disk) files.Disk { return unsyncedFolder{f, func(n string) bool { return n == "." }} }},
	{"parts get their names after the commit", func(f files.Disk) files.Disk { return &lateRename{Disk: f} }},
	{"log entries are synced after the commit", func(f files.Disk) files.Disk { return &lateSync{Disk: f} }},
	{"log entries are written in place", func(f files.Disk) files.Disk { return &inPlace{Disk: f} }},
}

func inLog(name string) bool         { return strings.Contains(name, delta.LogFolder) }
func isPartTemp(name string) bool    { return strings.HasPrefix(path.Base(name), "."+partPrefix) }
func isTableFolder(name string) bool { return name != "." && !inLog(name) }

func TestPlantedBugs(t *testing.T) {
	for _, bug := range plantedBugs {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			c := newCrashTest(t)
			c.program = bug.program
			if err := c.firstFailure(t); err == nil {
				t.Error("not found")
			} else {
				t.Logf("found: %.300v", err)
			}
		})
	}
}

// firstFailure is the first that TestCrash would find by a kill, by a power
// failure that takes names, or by one that takes only contents.
func (c *crashTest) firstFailure(t *testing.T) error {
	t.Helper()
	calls, err := c.calls()
	if err != nil {
		t.Fatal(err)
	}
	kill := filestest.Killed()
	for k := 1; k <= len(calls); k++ {
		for _, how := range []crashCase{{kill, nil}, {kill, &filestest.Outages[0]}, {kill, &filestest.Outages[1]}} {
			if err := c.fail(k, how); err != nil {
				return err
			}
		}
	}
	return nil
}

// unsynced leaves out the sync of some files.
type unsynced struct {
	files.Disk
	of func(name string) bool
}

func (u unsynced) Create(name string) (files.Writer, error) {
	w, err := u.Disk.Create(name)
	if err == nil && u.of(name) {
		w = neverSynced{w}
	}
	return w, err
}

type neverSynced struct{ files.Writer }

func (neverSynced) Sync() error { return nil }

// unsyncedFolder leaves out the sync of some folders.
type unsyncedFolder struct {
	files.Disk
	of func(name string) bool
}

func (u unsyncedFolder) SyncDir(name string) error {
	if u.of(name) {
		return nil
	}
	return u.Disk.SyncDir(name)
}

// unsyncedRename leaves out the sync of a folder that follows a rename.
type unsyncedRename struct {
	files.Disk
	renamed bool
}

func (u *unsyncedRename) Rename(from, to string) error {
	u.renamed = true
	return u.Disk.Rename(from, to)
}

func (u *unsyncedRename) SyncDir(name string) error {
	if u.renamed {
		u.renamed = false
		return nil
	}
	return u.Disk.SyncDir(name)
}

// lateRename names parts after the next commit.
type lateRename struct {
	files.Disk
	pending [][2]string
}

func (l *lateRename) Rename(from, to string) error {
	l.pending = append(l.pending, [2]string{from, to})
	return nil
}

func (l *lateRename) Link(from, to string) error {
	err := l.Disk.Link(from, to)
	for _, names := range l.pending {
		if err == nil {
			err = l.Disk.Rename(names[0], names[1])
		}
	}
	l.pending = nil
	return err
}

// lateSync syncs a log entry once it is linked.
type lateSync struct {
	files.Disk
	entry files.Writer
}

func (l *lateSync) Create(name string) (files.Writer, error) {
	w, err := l.Disk.Create(name)
	if err == nil && inLog(name) {
		l.entry = w
		w = openForLater{w}
	}
	return w, err
}

func (l *lateSync) Link(from, to string) error {
	err := l.Disk.Link(from, to)
	if err == nil {
		err = l.entry.Sync()
	}
	l.entry.Close()
	return err
}

type openForLater struct{ files.Writer }

func (openForLater) Sync() error  { return nil }
func (openForLater) Close() error { return nil }

// inPlace writes a log entry under its final name instead of linking it there.
type inPlace struct {
	files.Disk
	entry []byte
}

func (p *inPlace) Create(name string) (files.Writer, error) {
	if !inLog(name) || strings.Contains(name, "_last_checkpoint") { // which is to be replaced
		return p.Disk.Create(name)
	}
	p.entry = nil
	return keptEntry{p}, nil
}

func (p *inPlace) Link(_, to string) error {
	w, err := p.Disk.Create(to)
	if err != nil {
		return err
	}
	if _, err = w.Write(p.entry); err == nil {
		err = w.Sync()
	}
	if err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

func (p *inPlace) Remove(name string) error {
	if inLog(name) {
		return nil
	}
	return p.Disk.Remove(name)
}

type keptEntry struct{ p *inPlace }

func (k keptEntry) Write(b []byte) (int, error) {
	k.p.entry = append(k.p.entry, b...)
	return len(b), nil
}
func (keptEntry) Sync() error  { return nil }
func (keptEntry) Close() error { return nil }

// overwriting commits by rename(2), which takes the place of another's entry.
type overwriting struct{ files.Disk }

func (o overwriting) Link(from, to string) error { return o.Disk.Rename(from, to) }

// lookFirst commits by rename(2) if it sees no other entry.
type lookFirst struct{ files.Disk }

func (l lookFirst) Link(from, to string) error {
	if _, err := l.Disk.Lstat(to); err == nil {
		return l.Disk.Link(from, to) // fails as it should
	}
	runtime.Gosched() // time passes
	return l.Disk.Rename(from, to)
}

func TestPlantedRaces(t *testing.T) {
	for name, program := range map[string]func(files.Disk) files.Disk{
		"commits overwrite":            func(f files.Disk) files.Disk { return overwriting{f} },
		"commits look, then overwrite": func(f files.Disk) files.Disk { return lookFirst{f} },
	} {
		if err := race(program(filestest.NewDisk()), t.TempDir(), 8, 20); err == nil {
			t.Errorf("%s: not found", name)
		} else {
			t.Logf("%s: found: %.300v", name, err)
		}
	}
}
