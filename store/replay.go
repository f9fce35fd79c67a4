package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"cutpoint/schemas"
)

// replay is a table as the log describes it up to a version (Delta protocol,
// "Action Reconciliation").
type replay struct {
	version int64 // -1: no entry
	meta    *metaData
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

func newReplay() *replay {
	return &replay{version: -1, removed: map[string]tombstone{}, apps: map[string]appVersion{}}
}

// apply replays one entry. With an error nothing has changed.
func (r *replay) apply(actions []action) error {
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
		return fmt.Errorf("%w: the first entry has no metaData", ErrDamaged)
	}
	for _, change := range changes {
		change()
	}
	r.version++
	return nil
}

// change checks an action and returns what it does to the state.
func (r *replay) change(a action) (func(), error) {
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

func (r *replay) add(p Part) {
	r.parts.put(p)
	delete(r.removed, p.Path)
}

func (r *replay) remove(name string, t tombstone) {
	r.parts.drop(name)
	r.removed[name] = t
}

// named reports whether a path is or was a part of the table.
func (r *replay) named(name string) bool {
	_, was := r.removed[name]
	return was || r.parts.has(name)
}

// snapshot copies the state for a caller to keep.
func (r *replay) snapshot() Snapshot {
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

func checkProtocol(p protocol) error {
	if p.MinReaderVersion > readerVersion {
		return fmt.Errorf("%w: the table asks for Delta reader version %d, this program reads version %d", ErrUnsupported, p.MinReaderVersion, readerVersion)
	}
	return nil
}

func checkMetaData(m *metaData) error {
	if p := m.Format.Provider; p != "parquet" {
		return fmt.Errorf("%w: the table's files are %q, not Parquet", ErrUnsupported, p)
	}
	if len(m.PartitionColumns) > 0 {
		return fmt.Errorf("%w: the table is partitioned by %s", ErrUnsupported, strings.Join(m.PartitionColumns, ", "))
	}
	return nil
}

func partOf(a addFile) (Part, error) {
	name, err := localPath(a.Path)
	if err != nil {
		return Part{}, err
	}
	part := Part{Path: name, Rows: -1, Bytes: a.Size, SHA256: a.Tags[schemas.TagSHA256], modified: a.ModificationTime}
	var stats struct {
		NumRecords *int64 `json:"numRecords"`
	}
	if a.Stats != "" {
		if err := json.Unmarshal([]byte(a.Stats), &stats); err != nil {
			return Part{}, fmt.Errorf("%w: statistics of %s: %v", ErrDamaged, name, err)
		}
	}
	if stats.NumRecords != nil {
		part.Rows = *stats.NumRecords
	}
	if part.Bytes < 0 || (stats.NumRecords != nil && part.Rows < 0) {
		return Part{}, fmt.Errorf("%w: negative size of %s", ErrDamaged, name)
	}
	return part, nil
}

// partList is an ordered set of parts, by path. A part that is dropped leaves a
// hole until there are more holes than parts, so that each change costs O(1).
type partList struct {
	slots []Part // in commit order; Path == "" is a hole
	at    map[string]int
}

func (l *partList) len() int { return len(l.at) }

func (l *partList) has(name string) bool {
	_, ok := l.at[name]
	return ok
}

// put adds a part, or replaces the one of its path: the newest add counts.
func (l *partList) put(p Part) {
	if i, ok := l.at[p.Path]; ok {
		l.slots[i] = p
		return
	}
	if l.at == nil {
		l.at = map[string]int{}
	}
	l.at[p.Path] = len(l.slots)
	l.slots = append(l.slots, p)
}

func (l *partList) drop(name string) {
	i, ok := l.at[name]
	if !ok {
		return
	}
	l.slots[i] = Part{}
	delete(l.at, name)
	if len(l.slots) < 2*len(l.at)+16 {
		return
	}
	l.slots = l.list()
	for i, p := range l.slots {
		l.at[p.Path] = i
	}
}

// list returns the parts in commit order, for the caller to keep.
func (l *partList) list() []Part {
	out := make([]Part, 0, len(l.at))
	for _, p := range l.slots {
		if p.Path != "" {
			out = append(out, p)
		}
	}
	return out
}
