package store

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// verifyLog replays a table's log from its first entry, compares every
// checkpoint with the entries up to it, and returns the newest state. What is
// damaged is a problem even where a checkpoint makes up for it.
func (t *Table[R]) verifyLog(r *VerifyReport) (*tableLog, error) {
	log := newTableLog(t.store.files, t.name)
	entries, checkpoints, err := log.list()
	if err != nil {
		return nil, err
	}
	log.verifyPointer(r)
	if len(entries) > 0 && entries[0] == 0 {
		err = log.verifyEntries(entries, checkpoints, r)
		if err == nil {
			return log, nil
		}
	} else if len(entries) > 0 {
		r.note("the log of table %s begins at version %d: another tool removed what came before", t.name, entries[0])
	}
	again := newTableLog(t.store.files, t.name)
	if failed := again.refresh(); failed != nil {
		return nil, errors.Join(err, failed)
	}
	if err != nil {
		r.problem("%v", err)
	}
	return again, nil
}

// verifyEntries replays all entries and compares the checkpoints on the way.
func (l *tableLog) verifyEntries(entries, checkpoints []int64, r *VerifyReport) error {
	for _, v := range entries {
		if v != l.version+1 {
			return fmt.Errorf("read table %s: %w: log entry %s is missing", l.folder, ErrDamaged, l.entryName(l.version+1))
		}
		if err := l.replayEntry(v); err != nil {
			return err
		}
		if _, is := slices.BinarySearch(checkpoints, v); !is {
			continue
		}
		c, err := readCheckpoint(l.files, l.folder, v)
		if err != nil {
			r.problem("%v", err)
		} else if what := l.differs(c); what != "" {
			r.problem("%s: its %s are not those of the log entries up to it", l.checkpointName(v), what)
		}
	}
	return nil
}

// differs names what a checkpoint does not have as the entries have it.
func (r *replay) differs(c *replay) string {
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
	case !maps.Equal(byPath(r.parts.list()), byPath(c.parts.list())):
		return "parts"
	case r.meta.ID != c.meta.ID || r.meta.SchemaString != c.meta.SchemaString || !maps.Equal(r.meta.Configuration, c.meta.Configuration):
		return "metadata"
	case r.reads != c.reads || r.writes != c.writes:
		return "protocol versions"
	case !maps.Equal(versions(r.apps), versions(c.apps)):
		return "transactions"
	}
	return ""
}

// verifyPointer checks that _last_checkpoint, where other tools begin to read,
// names a checkpoint that is there.
func (l *tableLog) verifyPointer(r *VerifyReport) {
	version, err := l.pointer()
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		r.problem("%v", err)
		return
	}
	// Other tools may split a checkpoint into several files.
	prefix := strings.TrimSuffix(path.Base(l.checkpointName(version)), "parquet")
	files, err := l.files.ReadDir(path.Join(l.folder, logFolder))
	if err == nil && !slices.ContainsFunc(files, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), prefix) }) {
		r.problem("%s: the checkpoint of version %d is missing", l.pointerName(), version)
	}
}
