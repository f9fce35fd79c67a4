package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"github.com/google/uuid"

	"cutpoint/schemas"
)

// Row is what a table holds: schemas.Document, schemas.Failure or schemas.Feature.
type Row interface{ Key() schemas.PageKey }

// Table is one Delta table. Its methods may be called from several goroutines.
type Table[R Row] struct {
	name string
	dir  string
	fs   files
	cut  schemas.CutInfo // of a cut table

	mu    sync.Mutex
	state *state
	keys  *KeySet // nil until asked for; then as new as state
}

// Snapshot is a table at one version.
type Snapshot struct {
	Version       int64
	Rows, Bytes   int64
	Parts         []Part
	Configuration map[string]string
}

// CommitInfo goes into the log with a commit.
type CommitInfo struct {
	Operation string    // "WRITE", …
	Run       string    // identifies the run
	Time      time.Time // zero = now
}

// createTable commits version 0. That somebody else just did so is no error.
func createTable[R Row](fsys files, dir string, config map[string]string) error {
	schema, err := deltaSchema(reflect.TypeFor[R]())
	if err != nil {
		return err
	}
	if err := fsys.Mkdir(filepath.Join(dir, logFolder)); err != nil {
		return err
	}
	for _, d := range []string{dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		if err := fsys.SyncDir(d); err != nil {
			return err
		}
	}
	now := time.Now()
	actions := []action{
		infoAction(CommitInfo{Operation: "CREATE TABLE", Time: now}),
		{Protocol: &protocol{readerVersion, writerVersion}},
		{MetaData: &metaData{
			ID: uuid.NewString(), Name: filepath.Base(dir), Format: format{"parquet", map[string]string{}},
			SchemaString: schema, PartitionColumns: []string{}, Configuration: config, CreatedTime: now.UnixMilli(),
		}},
	}
	err = commit(fsys, dir, 0, actions)
	if errors.Is(err, errLostRace) {
		return nil
	}
	return err
}

func openTable[R Row](fsys files, store, name string) (*Table[R], error) {
	t := &Table[R]{name: name, dir: filepath.Join(store, name), fs: fsys, state: newState()}
	if !isTable(t.dir) {
		return nil, fmt.Errorf("store %s has no table %s; restore the folder from a backup", store, name)
	}
	return t, t.refresh(context.Background())
}

// Name returns the table's name.
func (t *Table[R]) Name() string { return t.name }

// Snapshot returns the newest version.
func (t *Table[R]) Snapshot() (Snapshot, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refresh(context.Background()); err != nil {
		return Snapshot{}, err
	}
	s := Snapshot{Version: t.state.version, Parts: t.state.parts, Configuration: t.state.meta.Configuration}
	for _, p := range s.Parts {
		s.Rows += p.Rows
		s.Bytes += p.Bytes
	}
	return s, nil
}

// refresh takes in what was committed since, by this process or another.
func (t *Table[R]) refresh(ctx context.Context) error {
	removed := len(t.state.gone)
	added, err := t.state.replay(t.dir)
	if err != nil {
		return err
	}
	if t.keys == nil {
		return nil
	}
	if len(t.state.gone) != removed { // keys may have left with the removed parts
		t.keys, added = newKeySet(), t.state.parts
	}
	return t.enter(ctx, added)
}

func (t *Table[R]) enter(ctx context.Context, parts []Part) error {
	for _, p := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		keys, err := readKeys(filepath.Join(t.dir, p.Path))
		if err != nil {
			return err
		}
		t.keys.addPart(p.Path, keys)
	}
	return nil
}

// Keys returns the set of pages in the table, which grows with what this table
// appends from now on.
func (t *Table[R]) Keys(ctx context.Context) (*KeySet, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.loadKeys(ctx); err != nil {
		return nil, err
	}
	return t.keys, nil
}

func (t *Table[R]) loadKeys(ctx context.Context) error {
	if err := t.refresh(ctx); err != nil || t.keys != nil {
		return err
	}
	t.keys = newKeySet()
	if err := t.enter(ctx, t.state.parts); err != nil {
		t.keys = nil
		return err
	}
	return nil
}

// Scan calls yield with all rows of the newest version, in commit order, in
// slices that yield may keep.
func (t *Table[R]) Scan(ctx context.Context, yield func([]R) error) error {
	s, err := t.Snapshot()
	if err != nil {
		return err
	}
	for _, p := range s.Parts {
		if err := scanPart(ctx, filepath.Join(t.dir, p.Path), yield); err != nil {
			return err
		}
	}
	return nil
}

func infoAction(info CommitInfo) action {
	if info.Time.IsZero() {
		info.Time = time.Now()
	}
	return action{CommitInfo: encodeInfo(info)}
}
