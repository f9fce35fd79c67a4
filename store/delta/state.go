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
func (s *state) apply(actions []Action) error {
	changes := make([]func(), 0, len(actions))
	meta := s.meta
	for _, a := range actions {
		change, err := s.change(a)
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
	if s.version < 0 && meta == nil {
		return fmt.Errorf("%w: the first entry has no metaData", files.ErrDamaged)
	}
	for _, change := range changes {
		change()
	}
	s.version++
	return nil
}

// change checks an action and returns what it does to the state.
func (s *state) change(a Action) (func(), error) {
	switch {
	case a.Protocol != nil:
		p := *a.Protocol
		return func() { s.reads, s.writes = p.MinReaderVersion, p.MinWriterVersion }, checkProtocol(p)
	case a.MetaData != nil:
		return func() { s.meta = a.MetaData }, checkMetaData(a.MetaData)
	case a.Add != nil:
		part, err := partOf(*a.Add)
		return func() { s.add(part) }, err
	case a.Remove != nil:
		name, err := localPath(a.Remove.Path)
		return func() { s.remove(name, tombstone{a.Remove.DeletionTimestamp, a.Remove.Size}) }, err
	case a.Txn != nil:
		t := *a.Txn
		return func() { s.apps[t.AppID] = appVersion{t.Version, t.LastUpdated} }, nil
	}
	return nil, nil
}

func (s *state) add(p Part) {
	s.parts.put(p)
	delete(s.removed, p.Path)
}

func (s *state) remove(name string, t tombstone) {
	s.parts.drop(name)
	s.removed[name] = t
}

// Named reports whether a path is or was a part of the table.
func (s *state) Named(name string) bool {
	_, was := s.removed[name]
	return was || s.parts.has(name)
}

// Snapshot returns what the table consists of, for the caller to keep.
func (s *state) Snapshot() Snapshot {
	out := Snapshot{Version: s.version, Parts: s.parts.list()}
	if s.meta != nil {
		out.Configuration = maps.Clone(s.meta.Configuration)
	}
	for _, p := range out.Parts {
		out.Rows += p.Rows
		out.Bytes += p.Bytes
	}
	return out
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
