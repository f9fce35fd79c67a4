package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/files"
)

// Store is a folder of tables that hold features of one description.
type Store struct {
	dir         string
	files       files.Folder
	description schemas.Description
	documents   *Table[schemas.Document]
	failures    *Table[schemas.Failure]
	locked      atomic.Bool // this handle holds the lock

	mu   sync.Mutex
	cuts map[string]cutTable // opened so far
}

type cutTable struct {
	table *Table[schemas.Feature]
	info  schemas.CutInfo
}

// Create opens the store at dir, making it if it is not there. It refuses a
// folder that holds something else, and, with a *FingerprintError, a store whose
// features have another description.
func Create(dir string, d schemas.Description) (*Store, error) {
	// A store that is there has a durable name.
	if _, err := os.Stat(filepath.Join(dir, schemas.DocumentsTable)); err != nil {
		if err := files.Make(dir); err != nil {
			return nil, fmt.Errorf("make store %s: %w", dir, err)
		}
	}
	f, err := files.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return createIn(f, dir, d)
}

func createIn(f files.Folder, dir string, d schemas.Description) (*Store, error) {
	s, err := openIn(f, dir)
	if errors.Is(err, ErrNotStore) {
		if err = checkVacant(f, dir); err != nil {
			return nil, err
		}
		if s, err = newStore(f, dir, d); err != nil {
			return nil, err
		}
		if err = s.documents.create(CommitInfo{}); err == nil {
			s, err = openIn(f, dir) // another program may have made it
		}
	}
	if err != nil {
		return nil, err
	}
	if err := s.CheckFingerprint(d); err != nil {
		return nil, err
	}
	return s, s.failures.create(CommitInfo{})
}

// Open opens an existing store. It returns ErrNotStore if dir holds none.
func Open(dir string) (*Store, error) {
	f, err := files.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w; it does not exist", dir, ErrNotStore)
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return openIn(f, dir)
}

// openIn reads the store's description from the documents table.
func openIn(f files.Folder, dir string) (*Store, error) {
	if ok, err := f.IsFolder(schemas.DocumentsTable); err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	} else if !ok {
		return nil, fmt.Errorf("%s: %w; it has no table %s", dir, ErrNotStore, schemas.DocumentsTable)
	}
	log := delta.New(f, schemas.DocumentsTable)
	if err := log.Refresh(); err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	if log.Version() < 0 {
		return nil, fmt.Errorf("%s: %w; its table %s is empty", dir, ErrNotStore, schemas.DocumentsTable)
	}
	var d schemas.Description
	text, ok := log.Configuration()[schemas.KeyDescription]
	if !ok {
		return nil, fmt.Errorf("%s: %w; its table %s has no %s", dir, ErrNotStore, schemas.DocumentsTable, schemas.KeyDescription)
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("open store %s: %w: %s: %v", dir, ErrDamaged, schemas.KeyDescription, err)
	}
	s, err := newStore(f, dir, d)
	if err == nil {
		s.documents.log = log // it need not be read again
	}
	return s, err
}

func newStore(f files.Folder, dir string, d schemas.Description) (*Store, error) {
	s := &Store{dir: dir, files: f, description: d, cuts: map[string]cutTable{}}
	configuration, err := s.configuration(nil)
	if err != nil {
		return nil, err
	}
	s.documents = newTable[schemas.Document](s, schemas.DocumentsTable, 0, configuration)
	s.failures = newTable[schemas.Failure](s, schemas.FailuresTable, 0, configuration)
	return s, nil
}

// checkVacant refuses to make a store among other files.
func checkVacant(f files.Folder, dir string) error {
	entries, err := f.List(".")
	if err != nil {
		return fmt.Errorf("make store %s: %w", dir, err)
	}
	for _, e := range entries {
		if n := e.Name(); n != schemas.DocumentsTable && n != schemas.FailuresTable && !strings.HasPrefix(n, ".") {
			return fmt.Errorf("make store %s: the folder holds other things (%s); name a new or empty folder", dir, n)
		}
	}
	return nil
}

// configuration is that of a table's metadata and of its parts' footers.
func (s *Store) configuration(cut *schemas.CutInfo) (map[string]string, error) {
	d, err := json.Marshal(s.description)
	if err != nil {
		return nil, fmt.Errorf("encode description: %w", err)
	}
	c := map[string]string{
		schemas.KeyDescription: string(d),
		schemas.KeyFingerprint: s.description.Fingerprint(),
		schemas.KeyTool:        schemas.Tool(),
	}
	if cut != nil {
		b, err := json.Marshal(cut)
		if err != nil {
			return nil, fmt.Errorf("encode cut %s: %w", cut.Cut, err)
		}
		c[schemas.KeyCut] = string(b)
	}
	return c, nil
}

// Dir returns the store's folder as it was named.
func (s *Store) Dir() string { return s.dir }

// Description says what the features depend on.
func (s *Store) Description() schemas.Description { return s.description }

// CheckFingerprint returns a *FingerprintError if features of d do not belong here.
func (s *Store) CheckFingerprint(d schemas.Description) error {
	if s.description.Fingerprint() == d.Fingerprint() {
		return nil
	}
	return &FingerprintError{s.dir, s.description, d}
}

// anyTable is a table whose rows are of whatever type.
type anyTable interface {
	Name() string
	recover(context.Context, *Recovery) error
	history(context.Context) ([]Commit, error)
	leftovers() ([]Leftover, error)
	settleAll() error
	checkWritable() error
}

// tables lists all tables: documents, failures, and the cuts by name.
func (s *Store) tables() ([]anyTable, error) {
	out := []anyTable{s.documents, s.failures}
	cuts, err := s.Cuts()
	if err != nil {
		return nil, err
	}
	for _, c := range cuts {
		t, _, err := s.Cut(c.Cut)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Documents returns the table of all pages that were seen.
func (s *Store) Documents() *Table[schemas.Document] { return s.documents }

// Failures returns the table of what could not be read.
func (s *Store) Failures() *Table[schemas.Failure] { return s.failures }
