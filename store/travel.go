package store

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// At returns the table as it was at a version, for reading only.
func (t *Table[R]) At(version int64) (*Table[R], error) {
	if version < 0 {
		return nil, fmt.Errorf("table %s has no version %d", t.name, version)
	}
	log := newTableLogAt(t.store.files, t.name, version)
	if err := log.refresh(); err != nil {
		return nil, fmt.Errorf("open version %d of table %s: %w", version, t.name, err)
	}
	if log.version != version {
		return nil, fmt.Errorf("table %s has no version %d; its newest is %d", t.name, version, log.version)
	}
	then := newTable[R](t.store, t.name, t.dim, t.configuration)
	then.log = log
	return then, nil
}

// VersionAt returns the newest version that was committed at or before a time.
func (t *Table[R]) VersionAt(when time.Time) (int64, error) {
	snap, err := t.Snapshot()
	if err != nil {
		return -1, err
	}
	first := time.Time{}
	for v := snap.Version; v >= 0; v-- {
		c, err := t.log.readCommit(v)
		if errors.Is(err, fs.ErrNotExist) {
			break // another tool cleaned the log
		}
		if err != nil {
			return -1, err
		}
		if first = c.Time; !first.After(when) {
			return v, nil
		}
	}
	return -1, fmt.Errorf("table %s has no version of %s; its oldest is of %s", t.name, when.Format(time.RFC3339), first.Format(time.RFC3339))
}
