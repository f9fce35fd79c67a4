package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/schemas"
)

// alter commits a change of the documents table's metadata as another tool does.
func alter(t *testing.T, s *Store, actions ...action) *Store {
	t.Helper()
	log := s.documents.log
	if err := log.refresh(); err != nil {
		t.Fatal(err)
	}
	if err := log.commit(log.version+1, actions, CommitInfo{}.withDefaults()); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// TestAlteredTables: what another tool asks of a table is kept, or the write refused.
func TestAlteredTables(t *testing.T) {
	ctx := context.Background()
	documents := documentsOf(testFeatures(0, 4, 1))
	moved := []schemas.Document{documents[1]}
	moved[0].Path = "moved"
	for name, c := range map[string]struct {
		change         func(*metaData) action
		opens, appends bool
		want           string
	}{
		"a further column": {func(m *metaData) action {
			m.SchemaString = strings.Replace(m.SchemaString, `"fields":[`, `"fields":[{"name":"note","type":"string","nullable":true,"metadata":{}},`, 1)
			return action{MetaData: m}
		}, true, true, "column note"},
		"append only": {func(m *metaData) action {
			m.Configuration = map[string]string{appendOnlyKey: "true", schemas.KeyDescription: m.Configuration[schemas.KeyDescription]}
			return action{MetaData: m}
		}, true, true, appendOnlyKey},
		"a newer writer version": {func(*metaData) action { return action{Protocol: &protocol{1, 4}} }, false, false, "writer version 4"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTestStore(t)
			if err := s.Documents().Upsert(ctx, documents[:3], nil, CommitInfo{}); err != nil {
				t.Fatal(err)
			}
			meta := *s.documents.log.meta
			s = alter(t, s, c.change(&meta))
			if err := s.CheckWritable(); (err == nil) != c.opens || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("before a run: %v", err)
			}
			if _, err := s.Documents().Append(ctx, documents[3:], CommitInfo{}); (err == nil) != c.appends {
				t.Errorf("append: %v", err)
			}
			err := s.Documents().Upsert(ctx, moved, nil, CommitInfo{})
			if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("replace a row: %v", err)
			}
			_, err = s.Compact(ctx, CompactOptions{Gone: func(path string) bool { return path == documents[0].Path }})
			if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("compact: %v", err)
			}
		})
	}
}

// TestCleanedLog asks for a version from before a log that another tool cleaned.
func TestCleanedLog(t *testing.T) {
	s, _ := newCheckpointed(t, 9)
	for v := range int64(8) {
		if err := os.Remove(filepath.Join(s.Dir(), s.documents.log.entryName(v))); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range []int64{2, 5} {
		if err := os.Remove(filepath.Join(s.Dir(), s.documents.log.checkpointName(v))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Documents().At(1); err == nil || errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "begins at version 8") {
		t.Errorf("%v", err)
	}
	if _, err := s.Documents().At(9); err != nil {
		t.Error(err)
	}
}
