package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"cutpoint/store/delta"
)

// DefaultRetention is how long a file stays after it left the newest version of
// its table: for so long older versions can be read.
const DefaultRetention = 7 * 24 * time.Hour

// VacuumOptions say what Vacuum may remove.
type VacuumOptions struct {
	OlderThan time.Duration // since the file left its table; 0 removes all
	Delete    bool          // otherwise Vacuum only lists
	Now       time.Time     // zero: time.Now()
}

// Leftover is a file that no newest version of a table needs.
type Leftover struct {
	Path  string    `json:"path"` // relative to the store
	Bytes int64     `json:"bytes"`
	Since time.Time `json:"since"` // when it was removed from its table, or last written
	Why   string    `json:"why"`
}

// Vacuum lists, and if told to removes, the files that the newest version of no
// table needs and that are older than the retention: parts that were replaced or
// dropped, parts that were never committed and could not be adopted, temporary
// files of dead runs, and all checkpoints but the newest. Log entries stay. Files
// that this package would not name so, and that no commit ever named, are never
// touched. Older versions that need a removed part cannot be read any more.
// Call it under the lock, after Recover.
func (s *Store) Vacuum(ctx context.Context, opt VacuumOptions) ([]Leftover, error) {
	if opt.Now.IsZero() {
		opt.Now = time.Now()
	}
	tables, err := s.tables()
	if err != nil {
		return nil, err
	}
	all := []Leftover{}
	for _, t := range tables {
		found, err := t.leftovers()
		if err != nil {
			return all, fmt.Errorf("list what table %s left: %w", t.Name(), err)
		}
		found = slices.DeleteFunc(found, func(l Leftover) bool { return opt.Now.Sub(l.Since) < opt.OlderThan })
		if opt.Delete && len(found) > 0 {
			// Should the power fail, no commit may be lost whose parts are gone.
			if err := t.settleAll(); err != nil {
				return all, err
			}
			if found, err = s.remove(ctx, found); err != nil {
				return append(all, found...), err
			}
		}
		all = append(all, found...)
	}
	return all, nil
}

// remove removes files and returns those that are gone.
func (s *Store) remove(ctx context.Context, found []Leftover) ([]Leftover, error) {
	for i, l := range found {
		if err := ctx.Err(); err != nil {
			return found[:i], err
		}
		if err := s.files.Delete(l.Path); err != nil {
			return found[:i], fmt.Errorf("remove %s: %w", l.Path, err)
		}
	}
	return found, nil
}

// leftovers lists the files in the table's folders that its newest version does
// not need. The folders are listed before the log is read: what is committed in
// between is then known to be needed.
func (t *Table[R]) leftovers() ([]Leftover, error) {
	files, err := t.listFolder(t.name)
	if err != nil {
		return nil, err
	}
	logFiles, err := t.listFolder(path.Join(t.name, delta.LogFolder))
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.log.Refresh(); err != nil {
		return nil, err
	}
	var out []Leftover
	for _, f := range files {
		if why, since := t.partLeftover(f); why != "" {
			out = append(out, leftover(t.name, f, why, since))
		}
	}
	needed, err := t.log.OldestNeeded()
	if err != nil {
		return nil, err
	}
	for _, f := range logFiles {
		v, is := delta.CheckpointVersion(f.Name())
		switch {
		case isTemporary(f.Name()):
			out = append(out, leftover(path.Join(t.name, delta.LogFolder), f, "temporary", f.ModTime()))
		case is && v < needed:
			out = append(out, leftover(path.Join(t.name, delta.LogFolder), f, "replaced by a newer checkpoint", f.ModTime()))
		}
	}
	return out, nil
}

// partLeftover says why the table does not need a file of its folder, and since
// when; "" if it does, or if the file is somebody else's.
func (t *Table[R]) partLeftover(f fs.FileInfo) (why string, since time.Time) {
	name := f.Name()
	if t.log.Has(name) {
		return "", time.Time{}
	}
	if when, ok := t.log.Removed(name); ok {
		// A clock that was wrong when the part was removed must not shorten its time.
		return "removed by a commit", latest(when, f.ModTime())
	}
	switch {
	case isTemporary(name):
		return "temporary", f.ModTime()
	case isPartName(name):
		return "never committed", f.ModTime()
	}
	return "", time.Time{}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func leftover(folder string, f fs.FileInfo, why string, since time.Time) Leftover {
	return Leftover{path.Join(folder, f.Name()), f.Size(), since.UTC(), why}
}

// listFolder lists the regular files of a folder.
func (t *Table[R]) listFolder(folder string) ([]fs.FileInfo, error) {
	entries, err := t.store.files.List(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []fs.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() { // else it is gone, or none of ours
			out = append(out, info)
		}
	}
	return out, nil
}
