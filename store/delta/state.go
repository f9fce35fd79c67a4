package delta

import (
	"fmt"
	"maps"
	"strings"

	"cutpoint/store/files"
)

// state is a table as its log describes it up to a version ("Action
// Reconciliation").
type state struct {
	version int64 // -1: no entry
	meta    *MetaData
	reads   int // lowest version of the protocol that a reader must know
	writes  int // … and a writer
	parts   partList
	removed map[string]tombstone // paths that are no parts any more
	apps    map[string]appVersion
	// knownSince is the time (ms since 1970) since when every path that became a
	// part is known. It is that of a checkpoint of another tool, which keeps
	// tombstones for a limited time only; 0 if every path is known.
	knownSince int64
}

// tombstone says that a path was a part once.
type tombstone struct {
	deleted int64 // ms since 1970
	size    int64
}

// appVersion is the newest transaction of an application.
type appVersion struct {
	version int64
	updated int64 // ms since 1970; 0 if unknown
}

func newState() *state {
	return &state{version: -1, removed: map[string]tombstone{}, apps: map[string]appVersion{}}
}

// apply replays one entry. With an error nothing has changed.
func (r *state) apply(actions []Action) error {
	changes := make([]func(), 0, len(actions))
	meta := r.meta
	for _, a := range actions {
		change, err := r.change(a)
		if err != nil {
			return err
		}
		if a.MetaData != nil {
			meta = a.MetaData
		}
		if change != nil {
			changes = append(changes, change)
		}
	}
	if r.version < 0 && meta == nil {
		return fmt.Errorf("%w: the first entry has no metaData", files.ErrDamaged)
	}
	for _, change := range changes {
		change()
	}
	r.version++
	return nil
}

// change checks an action and returns what it does to the state.
func (r *state) change(a Action) (func(), error) {
	switch {
	case a.Protocol != nil:
		p := *a.Protocol
		return func() { r.reads, r.writes = p.MinReaderVersion, p.MinWriterVersion }, checkProtocol(p)
	case a.MetaData != nil:
		return func() { r.meta = a.MetaData }, checkMetaData(a.MetaData)
	case a.Add != nil:
		part, err := partOf(*a.Add)
		return func() { r.add(part) }, err
	case a.Remove != nil:
		name, err := localPath(a.Remove.Path)
		return func() { r.remove(name, tombstone{a.Remove.DeletionTimestamp, a.Remove.Size}) }, err
	case a.Txn != nil:
		t := *a.Txn
		return func() { r.apps[t.AppID] = appVersion{t.Version, t.LastUpdated} }, nil
	}
	return nil, nil
}

func (r *state) add(p Part) {
	r.parts.put(p)
	delete(r.removed, p.Path)
}

func (r *state) remove(name string, t tombstone) {
	r.parts.drop(name)
	r.removed[name] = t
}

// named reports whether a path is or was a part of the table.
func (r *state) named(name string) bool {
	_, was := r.removed[name]
	return was || r.parts.has(name)
}

// snapshot copies the state for a caller to keep.
func (r *state) snapshot() Snapshot {
	s := Snapshot{Version: r.version, Parts: r.parts.list()}
	if r.meta != nil {
		s.Configuration = maps.Clone(r.meta.Configuration)
	}
	for _, p := range s.Parts {
		s.Rows += p.Rows
		s.Bytes += p.Bytes
	}
	return s
}

func checkProtocol(p Protocol) error {
	if p.MinReaderVersion > readerVersion {
		return fmt.Errorf("%w: the table asks for Delta reader version %d, this program reads version %d", files.ErrUnsupported, p.MinReaderVersion, readerVersion)
	}
	return nil
}

func checkMetaData(m *MetaData) error {
	if p := m.Format.Provider; p != "parquet" {
		return fmt.Errorf("%w: the table's files are %q, not Parquet", files.ErrUnsupported, p)
	}
	if len(m.PartitionColumns) > 0 {
		return fmt.Errorf("%w: the table is partitioned by %s", files.ErrUnsupported, strings.Join(m.PartitionColumns, ", "))
	}
	return nil
}
