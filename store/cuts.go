package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cutpoint/schemas"
	"cutpoint/store/delta"
)

// CreateCut opens a cut's table, making it if it is not there. It refuses a cut
// that the store holds under another shape.
func (s *Store) CreateCut(info schemas.CutInfo) (*Table[schemas.Feature], error) {
	if err := checkCut(info); err != nil {
		return nil, err
	}
	if want := s.description.ValueType(); info.DType != want {
		return nil, fmt.Errorf("store %s holds values of type %s, not %s; name another store", s.dir, want, info.DType)
	}
	t, got, err := s.cut(info.Cut)
	if errors.Is(err, fs.ErrNotExist) {
		configuration, err := s.configuration(&info)
		if err != nil {
			return nil, err
		}
		if err := newTable[schemas.Feature](s, info.Cut, info.Dim, configuration).create(CommitInfo{}); err != nil {
			return nil, err
		}
		t, got, err = s.cut(info.Cut) // another program may have made it
		if err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	if got.Dim != info.Dim || !slices.Equal(got.Shape, info.Shape) || got.Layout != info.Layout || got.DType != info.DType {
		return nil, fmt.Errorf("store %s holds cut %s as %s %v %s, not %s %v %s; name another store",
			s.dir, info.Cut, got.Layout, got.Shape, got.DType, info.Layout, info.Shape, info.DType)
	}
	return t, nil
}

// Cut opens an existing cut's table.
func (s *Store) Cut(name string) (*Table[schemas.Feature], schemas.CutInfo, error) {
	if !isCutName(name) {
		return nil, schemas.CutInfo{}, s.noCut(name)
	}
	t, info, err := s.cut(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, schemas.CutInfo{}, s.noCut(name)
	}
	return t, info, err
}

func (s *Store) noCut(name string) error {
	cuts, err := s.Cuts()
	if err != nil {
		return err
	}
	names := make([]string, len(cuts))
	for i, c := range cuts {
		names[i] = c.Cut
	}
	if len(names) == 0 {
		return fmt.Errorf("store %s has no cut %q; it holds no features yet", s.dir, name)
	}
	return fmt.Errorf("store %s has no cut %q; it has %s", s.dir, name, strings.Join(names, ", "))
}

// Cuts lists the cut tables, sorted by name.
func (s *Store) Cuts() ([]schemas.CutInfo, error) {
	entries, err := s.files.List(".")
	if err != nil {
		return nil, fmt.Errorf("list store %s: %w", s.dir, err)
	}
	var cuts []schemas.CutInfo
	for _, e := range entries { // sorted
		if !e.IsDir() || !isCutName(e.Name()) {
			continue
		}
		_, info, err := s.cut(e.Name())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		cuts = append(cuts, info)
	}
	return cuts, nil
}

// cut opens a cut's table; the error is fs.ErrNotExist if the folder is not
// there, or holds no table of this store (one that was never committed, or
// something of another program).
func (s *Store) cut(name string) (*Table[schemas.Feature], schemas.CutInfo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.cuts[name]; ok {
		return c.table, c.info, nil
	}
	t, info, err := s.openCut(name)
	if err == nil {
		s.cuts[name] = cutTable{t, info}
	}
	return t, info, err
}

// openCut reads what a cut's table is from its log.
func (s *Store) openCut(name string) (*Table[schemas.Feature], schemas.CutInfo, error) {
	var info schemas.CutInfo
	if ok, err := s.files.IsFolder(name); err != nil {
		return nil, info, fmt.Errorf("open cut %s: %w", name, err)
	} else if !ok {
		return nil, info, fs.ErrNotExist
	}
	log := delta.New(s.files, name)
	if err := log.Refresh(); err != nil {
		return nil, info, fmt.Errorf("open cut %s: %w", name, err)
	}
	c := log.Configuration()
	if c[schemas.KeyCut] == "" {
		return nil, info, fs.ErrNotExist
	}
	if err := json.Unmarshal([]byte(c[schemas.KeyCut]), &info); err != nil {
		return nil, info, fmt.Errorf("open cut %s: %w: %s: %v", name, ErrDamaged, schemas.KeyCut, err)
	}
	if err := checkCut(info); err != nil || info.Cut != name || info.DType != s.description.ValueType() ||
		c[schemas.KeyFingerprint] != s.description.Fingerprint() {
		return nil, info, fmt.Errorf("open cut %s: %w: its table belongs to another store or cut", filepath.Join(s.dir, name), ErrDamaged)
	}
	t := newTable[schemas.Feature](s, name, info.Dim, c)
	t.log = log // it need not be read again
	return t, info, nil
}

// cutName keeps a table's name inside its store on every file system.
const cutName = `^[a-z0-9][a-z0-9_-]{0,62}$`

func isCutName(name string) bool {
	ok, _ := regexp.MatchString(cutName, name)
	return ok && name != schemas.DocumentsTable && name != schemas.FailuresTable
}

func checkCut(info schemas.CutInfo) error {
	if !isCutName(info.Cut) {
		return fmt.Errorf("cut %q cannot be a table's name", info.Cut)
	}
	product := 1
	for _, n := range info.Shape {
		if n < 1 || product > maxDim {
			return fmt.Errorf("cut %s has an impossible shape %v", info.Cut, info.Shape)
		}
		product *= n
	}
	if product != info.Dim || info.Dim < 1 || info.Dim > maxDim {
		return fmt.Errorf("cut %s has %d values, but its shape is %v", info.Cut, info.Dim, info.Shape)
	}
	if info.DType != schemas.Float32 && info.DType != schemas.Float16 {
		return fmt.Errorf("cut %s: %w: values of type %q", info.Cut, ErrUnsupported, info.DType)
	}
	return nil
}

// maxDim bounds an embedding; VGG19's largest tensor at 224×224 has 3.2 million values.
const maxDim = 1 << 26
