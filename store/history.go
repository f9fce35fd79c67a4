package store

import (
	"context"
	"slices"
	"time"

	"cutpoint/store/delta"
)

// At returns the table as it was at a version, for reading only.
func (t *Table[R]) At(version int64) (*Table[R], error) {
	log, err := delta.At(t.store.files, t.name, version)
	if err != nil {
		return nil, err
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
	return t.log.VersionAt(when, snap.Version)
}

// Commit says what the log has on one version of the table.
func (t *Table[R]) Commit(version int64) (Commit, error) { return t.log.ReadCommit(version) }

// History lists the commits of all tables whose log entries are still there, in
// order of time, and for one table in order of version.
func (s *Store) History(ctx context.Context) ([]Commit, error) {
	tables, err := s.tables()
	if err != nil {
		return nil, err
	}
	var all []Commit
	for _, t := range tables {
		commits, err := t.history(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, commits...)
	}
	slices.SortStableFunc(all, func(a, b Commit) int { return a.Time.Compare(b.Time) })
	return all, nil
}

func (t *Table[R]) history(ctx context.Context) ([]Commit, error) { return t.log.History(ctx) }
