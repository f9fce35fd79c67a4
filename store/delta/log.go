package delta

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"time"

	"cutpoint/store/files"
)

const (
	// LogFolder is the name of the log's folder in its table's.
	LogFolder = "_delta_log"
	// maxEntry bounds the memory that one log entry may take.
	maxEntry = 256 << 20
	// newest is the limit of a log that has none.
	newest = math.MaxInt64
)

// Log is a table's log, replayed up to its newest version or up to a limit. What
// it says of the table is as of the last Refresh. Methods that only read the
// log's files (ReadCommit, History, VersionAt) may be called at any time,
// the others by one goroutine at a time.
type Log struct {
	*state
	files      files.Folder
	table      string // its folder
	limit      int64  // newer versions are not looked at
	checkpoint int64  // newest one known; -1: none
	durable    int64  // entries up to this one were made durable by this Log; -1: none
}

// New returns the log of the table in a folder. Nothing is read before Refresh.
func New(f files.Folder, table string) *Log { return newLog(f, table, newest) }

func newLog(f files.Folder, table string, limit int64) *Log {
	return &Log{state: newState(), files: f, table: table, limit: limit, checkpoint: -1, durable: -1}
}

// At returns the log as it was at a version, for reading only.
func At(f files.Folder, table string, version int64) (*Log, error) {
	if version < 0 {
		return nil, fmt.Errorf("table %s has no version %d", table, version)
	}
	l := newLog(f, table, version)
	if err := l.Refresh(); err != nil {
		return nil, fmt.Errorf("open version %d of table %s: %w", version, table, err)
	}
	if l.version != version {
		return nil, fmt.Errorf("table %s has no version %d; its newest is %d", table, version, l.version)
	}
	return l, nil
}

// Refresh replays the entries that were committed since the last call.
func (l *Log) Refresh() error {
	if l.version < 0 {
		if err := l.start(); err != nil {
			return err
		}
	}
	for l.version < l.limit {
		err := l.replayEntry(l.version + 1)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// replayEntry applies the entry that follows the state.
func (l *Log) replayEntry(version int64) error {
	actions, err := l.readEntry(version)
	if err != nil {
		return err
	}
	if err := l.apply(actions); err != nil {
		return fmt.Errorf("read log entry %s: %w", l.EntryName(version), err)
	}
	return nil
}

// start begins the replay at the newest checkpoint that can be read, or at
// version 0, and refuses a log with a gap after it: a writer that stopped there
// would hide every later entry.
func (l *Log) start() error {
	versions, checkpoints, err := l.list()
	if err != nil {
		return err
	}
	damaged := l.startAtCheckpoint(checkpoints)
	want := l.version + 1
	if len(versions) > 0 && l.limit < versions[0] && want == 0 {
		return errors.Join(fmt.Errorf("its log begins at version %d: another tool removed what came before", versions[0]), damaged)
	}
	for _, v := range versions {
		if v < want {
			continue
		}
		if v > want {
			return errors.Join(l.missing(want), damaged)
		}
		want++
	}
	return nil
}

// startAtCheckpoint replaces the state by that of the newest checkpoint that can
// be read. The error is about those that cannot: the entries say the same in
// other words.
func (l *Log) startAtCheckpoint(checkpoints []int64) (damaged error) {
	for _, v := range slices.Backward(checkpoints) {
		if v > l.limit {
			continue
		}
		s, err := l.readCheckpoint(v)
		if err == nil {
			l.state, l.checkpoint = s, v
			return damaged
		}
		damaged = errors.Join(damaged, err)
	}
	return damaged
}

func (l *Log) missing(version int64) error {
	return fmt.Errorf("read table %s: %w: log entry %s is missing", l.table, files.ErrDamaged, l.EntryName(version))
}

// readEntry reads the actions of an entry; its error names the file.
func (l *Log) readEntry(version int64) ([]Action, error) {
	name := l.EntryName(version)
	b, err := l.files.Get(name, maxEntry)
	var actions []Action
	if err == nil {
		actions, err = parseEntry(b)
	}
	if err == nil {
		err = checkVersion(actions, version)
	}
	if err != nil {
		return nil, fmt.Errorf("read log entry %s: %w", name, err)
	}
	return actions, nil
}

// Version is the newest version; -1 if the table was never written.
func (l *Log) Version() int64 { return l.version }

// Parts lists the table's parts in commit order, for the caller to keep.
func (l *Log) Parts() []Part { return l.parts.list() }

// Has reports whether a path is a part of the table.
func (l *Log) Has(name string) bool { return l.parts.has(name) }

// NeverNamed reports whether the log can tell that a file of this path and time of
// change never was a part. It cannot of one that is older than all that the log
// still knows: a commit may have removed it that another tool forgot.
func (l *Log) NeverNamed(name string, modified time.Time) bool {
	return !l.Named(name) && modified.UnixMilli() > l.knownSince
}

// Removed returns when a path was removed from the table that is no part any more.
func (l *Log) Removed(name string) (when time.Time, ok bool) {
	t, ok := l.removed[name]
	return time.UnixMilli(t.deleted).UTC(), ok
}

// Configuration is that of the table's metadata; nil if the table was never written.
func (l *Log) Configuration() map[string]string {
	if l.meta == nil {
		return nil
	}
	return l.meta.Configuration
}

// Created is when the table was made; zero if its metadata does not say.
func (l *Log) Created() time.Time {
	if l.meta == nil || l.meta.CreatedTime <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(l.meta.CreatedTime).UTC()
}

// Transaction returns the newest number of an application's commits (Txn); 0 if it
// made none.
func (l *Log) Transaction(app string) int64 { return l.apps[app].version }
