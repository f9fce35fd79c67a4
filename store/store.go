package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"cutpoint/schemas"
)

var (
	// ErrNotStore is returned by Open for a folder that holds no store.
	ErrNotStore = errors.New("no store")
	// ErrLocked is returned by Lock when another run holds the store for longer
	// than the caller would wait.
	ErrLocked = errors.New("the store is locked by another run")
)

// FingerprintError is returned when a store holds vectors of another kind than
// the caller's.
type FingerprintError struct {
	Dir         string
	Differences []string // in words
}

func (e *FingerprintError) Error() string {
	return fmt.Sprintf("store %s holds features of another fingerprint: this run has %s; use another --store, or the weights that it was made with",
		e.Dir, strings.Join(e.Differences, ", "))
}

// Store is an opened store.
type Store struct {
	dir         string
	fs          files
	description schemas.Description
	documents   *Table[schemas.Document]
	failures    *Table[schemas.Failure]
	cuts        map[string]*Table[schemas.Feature]
}

const lockName = ".lock"

// Create opens the store at dir, and makes it if the folder is absent or empty.
func Create(dir string, d schemas.Description) (*Store, error) { return create(disk{}, dir, d) }

func create(fsys files, dir string, d schemas.Description) (*Store, error) {
	s, err := open(fsys, dir)
	if err == nil {
		return s, s.CheckFingerprint(d)
	}
	if !errors.Is(err, ErrNotStore) {
		return nil, err
	}
	if err := checkVacant(dir); err != nil {
		return nil, err
	}
	s = &Store{dir: dir, fs: fsys, description: d}
	config := s.configuration()
	// The documents table makes the folder a store, so it comes last.
	if err := createTable[schemas.Failure](fsys, filepath.Join(dir, schemas.FailuresTable), config); err != nil {
		return nil, fmt.Errorf("make store %s: %w", dir, err)
	}
	if err := createTable[schemas.Document](fsys, filepath.Join(dir, schemas.DocumentsTable), config); err != nil {
		return nil, fmt.Errorf("make store %s: %w", dir, err)
	}
	if s, err = open(fsys, dir); err != nil {
		return nil, err
	}
	return s, s.CheckFingerprint(d) // another run may have made it meanwhile
}

// checkVacant refuses to make a store among somebody's other files.
func checkVacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at folder %s: %w", dir, err)
	}
	for _, e := range entries {
		if name := e.Name(); name != lockName && name != schemas.FailuresTable && name != schemas.DocumentsTable {
			return fmt.Errorf("folder %s is no store and holds other files (%s); name an empty or a new folder", dir, name)
		}
	}
	return nil
}

// Open opens an existing store.
func Open(dir string) (*Store, error) { return open(disk{}, dir) }

func open(fsys files, dir string) (*Store, error) {
	if !isTable(filepath.Join(dir, schemas.DocumentsTable)) {
		return nil, fmt.Errorf("%w at %s; featurize makes one", ErrNotStore, dir)
	}
	s := &Store{dir: dir, fs: fsys, cuts: map[string]*Table[schemas.Feature]{}}
	var err error
	if s.documents, err = openTable[schemas.Document](fsys, dir, schemas.DocumentsTable); err != nil {
		return nil, err
	}
	if s.failures, err = openTable[schemas.Failure](fsys, dir, schemas.FailuresTable); err != nil {
		return nil, err
	}
	text := s.documents.state.meta.Configuration[schemas.KeyDescription]
	if err := json.Unmarshal([]byte(text), &s.description); err != nil {
		return nil, fmt.Errorf("store %s does not say what its numbers are (%s in the metadata of %s): %w", dir, schemas.KeyDescription, schemas.DocumentsTable, err)
	}
	return s, nil
}

// isTable reports whether a folder, not a link to one, has a first commit.
func isTable(dir string) bool {
	for _, p := range []string{dir, filepath.Join(dir, logFolder)} {
		if info, err := os.Lstat(p); err != nil || !info.IsDir() {
			return false
		}
	}
	_, err := os.Lstat(filepath.Join(dir, logFolder, logName(0)))
	return err == nil
}

// Dir returns the store's folder.
func (s *Store) Dir() string { return s.dir }

// Description says what the store's numbers depend on.
func (s *Store) Description() schemas.Description { return s.description }

// CheckFingerprint returns a *FingerprintError if d's vectors would not be
// comparable with the store's.
func (s *Store) CheckFingerprint(d schemas.Description) error {
	if s.description.Fingerprint() == d.Fingerprint() {
		return nil
	}
	return &FingerprintError{s.dir, s.description.Differences(d)}
}

func (s *Store) configuration() map[string]string {
	b, _ := json.Marshal(s.description) // Fingerprint has shown that it can be encoded
	return map[string]string{schemas.KeyDescription: string(b), schemas.KeyFingerprint: s.description.Fingerprint()}
}

// Documents returns the table of all pages seen.
func (s *Store) Documents() *Table[schemas.Document] { return s.documents }

// Failures returns the table of what could not be read.
func (s *Store) Failures() *Table[schemas.Failure] { return s.failures }

// CreateCut opens a cut's table, and makes it if it is not there.
func (s *Store) CreateCut(info schemas.CutInfo) (*Table[schemas.Feature], error) {
	dir := filepath.Join(s.dir, info.Cut)
	if !isTable(dir) {
		b, err := json.Marshal(info)
		if err != nil {
			return nil, err
		}
		config := s.configuration()
		config[schemas.KeyCut] = string(b)
		if err := createTable[schemas.Feature](s.fs, dir, config); err != nil {
			return nil, fmt.Errorf("make table %s: %w", dir, err)
		}
	}
	t, have, err := s.Cut(info.Cut)
	if err != nil {
		return nil, err
	}
	if have.Dim != info.Dim || have.DType != info.DType || have.Layout != info.Layout || !slices.Equal(have.Shape, info.Shape) {
		return nil, fmt.Errorf("table %s holds %s vectors of %v, this run makes %s of %v; use another --store", dir, have.DType, have.Shape, info.DType, info.Shape)
	}
	return t, nil
}

// Cut opens a cut's table. The error for an absent one names those that are there.
func (s *Store) Cut(name string) (*Table[schemas.Feature], schemas.CutInfo, error) {
	if t, ok := s.cuts[name]; ok {
		return t, t.cut, nil
	}
	if name != filepath.Base(name) || !isTable(filepath.Join(s.dir, name)) {
		return nil, schemas.CutInfo{}, s.noCut(name)
	}
	t, err := openTable[schemas.Feature](s.fs, s.dir, name)
	if err != nil {
		return nil, schemas.CutInfo{}, err
	}
	config := t.state.meta.Configuration
	if got, want := config[schemas.KeyFingerprint], s.description.Fingerprint(); got != want {
		return nil, schemas.CutInfo{}, fmt.Errorf("table %s has fingerprint %.12s, its store has %.12s; it was copied here from another store", name, got, want)
	}
	if err := json.Unmarshal([]byte(config[schemas.KeyCut]), &t.cut); err != nil {
		return nil, schemas.CutInfo{}, fmt.Errorf("table %s does not say what its vectors are: %w", name, err)
	}
	if t.cut.Dim < 1 || t.cut.Cut != name {
		return nil, schemas.CutInfo{}, fmt.Errorf("table %s says that it holds cut %q of %d values", name, t.cut.Cut, t.cut.Dim)
	}
	s.cuts[name] = t
	return t, t.cut, nil
}

func (s *Store) noCut(name string) error {
	infos, err := s.Cuts()
	if err != nil {
		return err
	}
	var have []string
	for _, i := range infos {
		have = append(have, i.Cut)
	}
	return fmt.Errorf("store %s has no features %q; it has %s; featurize --cuts %s adds them", s.dir, name, strings.Join(have, ", "), name)
}

// Cuts lists the cut tables, sorted by name.
func (s *Store) Cuts() ([]schemas.CutInfo, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list store %s: %w", s.dir, err)
	}
	var infos []schemas.CutInfo
	for _, e := range entries {
		name := e.Name()
		if name == schemas.DocumentsTable || name == schemas.FailuresTable || !isTable(filepath.Join(s.dir, name)) {
			continue
		}
		_, info, err := s.Cut(name)
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// Lock takes the store for one run at a time, waiting up to so long. What keeps
// tables whole is the commit, not the lock: it saves two runs from doing the same
// work twice.
func (s *Store) Lock(ctx context.Context, wait time.Duration) (unlock func() error, err error) {
	l := flock.New(filepath.Join(s.dir, lockName))
	held, err := l.TryLock()
	if err == nil && !held && wait > 0 {
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		held, err = l.TryLockContext(ctx, 100*time.Millisecond)
		if errors.Is(err, context.DeadlineExceeded) {
			err = nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("lock store %s: %w", s.dir, err)
	}
	if !held {
		return nil, fmt.Errorf("%w: %s", ErrLocked, s.dir)
	}
	return l.Unlock, nil
}
