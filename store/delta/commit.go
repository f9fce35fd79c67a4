package delta

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/google/uuid"

	"cutpoint/store/files"
)

// ErrConflict is returned by Commit if another writer took the version first.
var ErrConflict = errors.New("another writer committed first")

// appendOnlyKey is Delta's property of a table whose rows must stay ("Append-only
// Tables").
const appendOnlyKey = "delta.appendOnly"

// Create makes the table if it is not there, as version 0; another writer may do
// so first. columns is what Schema returns; a table of an older program gets those
// that it lacks. The table is durable then.
func (l *Log) Create(columns string, configuration map[string]string, info CommitInfo) error {
	if err := l.Refresh(); err != nil {
		return err
	}
	if l.version >= 0 {
		if l.durable < 0 { // made by another writer
			if err := l.Settle(); err != nil {
				return err
			}
		}
		return l.addColumns(columns, info)
	}
	for _, folder := range []string{l.table, path.Join(l.table, LogFolder)} {
		if err := l.files.MakeFolder(folder); err != nil {
			return err
		}
	}
	info = info.Begin()
	info.Operation = "CREATE TABLE"
	meta := &MetaData{
		ID: uuid.NewString(), Name: l.table, Format: FileFormat{"parquet", map[string]string{}},
		SchemaString: columns, PartitionColumns: []string{}, Configuration: configuration,
		CreatedTime: info.Time.UnixMilli(),
	}
	err := l.commit(0, []Action{{Protocol: &Protocol{readerVersion, writerVersion}}, {MetaData: meta}}, info)
	if err != nil && !errors.Is(err, ErrConflict) {
		return err
	}
	if err := l.Refresh(); err != nil {
		return err
	}
	return l.Settle() // another writer's entry may not be durable yet
}

// Commit writes actions as a version of the table, or returns ErrConflict if
// another writer was first: who chose the actions by looking at the version before
// looks again. The entry is durable when Commit returns nil. After an error other
// than ErrConflict it may be there: what it adds must stay.
func (l *Log) Commit(version int64, actions []Action, info CommitInfo) error {
	if info.began.IsZero() {
		info = info.Begin()
	}
	if info.App != "" {
		// Should another writer have come first, this number is wrong, and so is version.
		next := Txn{info.App, l.Transaction(info.App) + 1, info.Time.UnixMilli()}
		actions = append(slices.Clip(actions), Action{Txn: &next})
	}
	if err := l.commit(version, actions, info); err != nil {
		return err
	}
	if err := l.Refresh(); err == nil { // else the next reader of the log says so
		l.checkpointIfDue()
	}
	return nil
}

func (l *Log) commit(version int64, actions []Action, info CommitInfo) error {
	if err := l.checkWritable(actions); err != nil {
		return fmt.Errorf("write table %s: %w", l.table, err)
	}
	entry, err := formatEntry(version, actions, info)
	if err != nil {
		return err
	}
	err = l.files.PutIfAbsent(l.EntryName(version), entry)
	if errors.Is(err, fs.ErrExist) {
		return ErrConflict
	}
	if err != nil {
		return fmt.Errorf("commit log entry %s: %w", l.EntryName(version), err)
	}
	l.durable = version
	return nil
}

// Settle makes the entries that were read durable. A writer that was killed, or
// whose commit failed, may leave an entry that is there for all to see and that a
// power failure may still take. Who reports its rows as stored must settle first.
func (l *Log) Settle() error {
	if l.durable >= l.version {
		return nil
	}
	return l.SettleAll()
}

// SettleAll is Settle for all that stands in the log, even if this Log committed it.
func (l *Log) SettleAll() error {
	if err := l.files.Settle(path.Join(l.table, LogFolder)); err != nil {
		return err
	}
	l.durable = l.version
	return nil
}

// CheckWritable returns an error if this package must not write to the table:
// another tool asks for more than it knows, or it is read as it was.
func (l *Log) CheckWritable() error { return l.checkWritable(nil) }

// checkWritable refuses actions that the table's properties forbid.
func (l *Log) checkWritable(actions []Action) error {
	if l.limit != newest {
		return fmt.Errorf("version %d is read as it was, and cannot be changed", l.limit)
	}
	if l.writes > writerVersion {
		return fmt.Errorf("%w: it asks for Delta writer version %d, this program writes version %d", files.ErrUnsupported, l.writes, writerVersion)
	}
	if !strings.EqualFold(l.Configuration()[appendOnlyKey], "true") {
		return nil
	}
	for _, a := range actions {
		if a.Remove != nil && a.Remove.DataChange {
			return fmt.Errorf("%w: its property %s forbids replacing or dropping rows; unset it", files.ErrUnsupported, appendOnlyKey)
		}
	}
	return nil
}
