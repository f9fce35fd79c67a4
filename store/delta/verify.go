package delta

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"cutpoint/store/files"
)

// Findings say what Verify found; sentences that name the file.
type Findings struct {
	Problems []string
	Notes    []string // what is odd but harms nothing
}

func (f *Findings) problem(format string, args ...any) {
	f.Problems = append(f.Problems, fmt.Sprintf(format, args...))
}

// Verify replays a table's log from its first entry, compares every checkpoint
// with the entries up to it, and returns the log at its newest version. What is
// damaged is a problem even where a checkpoint makes up for it; an error says that
// the table cannot be read.
func Verify(f files.Folder, table string) (*Log, Findings, error) {
	var found Findings
	l := New(f, table)
	entries, checkpoints, err := l.list()
	if err != nil {
		return nil, found, err
	}
	l.verifyPointer(&found)
	if len(entries) > 0 && entries[0] == 0 {
		if err = l.verifyEntries(entries, checkpoints, &found); err == nil {
			return l, found, nil
		}
	} else if len(entries) > 0 {
		found.Notes = append(found.Notes, fmt.Sprintf("the log of table %s begins at version %d: another tool removed what came before", table, entries[0]))
	}
	again := New(f, table)
	if failed := again.Refresh(); failed != nil {
		return nil, found, errors.Join(err, failed)
	}
	if err != nil {
		found.problem("%v", err)
	}
	return again, found, nil
}

// verifyEntries replays all entries and compares the checkpoints on the way.
func (l *Log) verifyEntries(entries, checkpoints []int64, found *Findings) error {
	for _, v := range entries {
		if v != l.version+1 {
			return l.missing(l.version + 1)
		}
		if err := l.replayEntry(v); err != nil {
			return err
		}
		if _, is := slices.BinarySearch(checkpoints, v); !is {
			continue
		}
		c, err := l.readCheckpoint(v)
		if err != nil {
			found.problem("%v", err)
		} else if what := l.differs(c); what != "" {
			found.problem("%s: its %s are not those of the log entries up to it", l.CheckpointName(v), what)
		}
	}
	return nil
}

// differs names what a checkpoint does not have as the entries have it.
func (s *state) differs(c *state) string {
	byPath := func(l []Part) map[string]Part {
		m := map[string]Part{}
		for _, p := range l {
			m[p.Path] = p
		}
		return m
	}
	versions := func(apps map[string]appVersion) map[string]int64 {
		m := map[string]int64{}
		for app, a := range apps {
			m[app] = a.version
		}
		return m
	}
	switch {
	case !maps.Equal(byPath(s.parts.list()), byPath(c.parts.list())):
		return "parts"
	case s.meta.ID != c.meta.ID || s.meta.SchemaString != c.meta.SchemaString || !maps.Equal(s.meta.Configuration, c.meta.Configuration):
		return "metadata"
	case s.reads != c.reads || s.writes != c.writes:
		return "protocol versions"
	case !maps.Equal(versions(s.apps), versions(c.apps)):
		return "transactions"
	}
	return ""
}

// verifyPointer checks that _last_checkpoint, where other tools begin to read,
// names a checkpoint that is there.
func (l *Log) verifyPointer(found *Findings) {
	version, err := l.pointer()
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		found.problem("%v", err)
		return
	}
	// Other tools may split a checkpoint into several files.
	prefix := strings.TrimSuffix(path.Base(l.CheckpointName(version)), "parquet")
	present, err := l.files.List(path.Join(l.table, LogFolder))
	if err == nil && !slices.ContainsFunc(present, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), prefix) }) {
		found.problem("%s: the checkpoint of version %d is missing", l.pointerName(), version)
	}
}
