package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/schemas"
	"cutpoint/store/delta"
)

// alter commits a change of the documents table's metadata as another tool does.
func alter(t *testing.T, s *Store, actions ...delta.Action) *Store {
	t.Helper()
	log := s.documents.log
	if err := log.Refresh(); err != nil {
		t.Fatal(err)
	}
	if err := log.Commit(log.Version()+1, actions, CommitInfo{}.Begin()); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// metaDataOf reads the documents table's metadata from its first log entry.
func metaDataOf(t *testing.T, s *Store) *delta.MetaData {
	t.Helper()
	b, err := s.files.Get(s.documents.log.EntryName(0), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		var a delta.Action
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		if a.MetaData != nil {
			return a.MetaData
		}
	}
	t.Fatal("the first entry has no metaData")
	return nil
}

// TestAlteredTables: what another tool asks of a table is kept, or the write refused.
func TestAlteredTables(t *testing.T) {
	ctx := context.Background()
	documents := documentsOf(testFeatures(0, 4, 1))
	moved := []schemas.Document{documents[1]}
	moved[0].Path = "moved"
	for name, c := range map[string]struct {
		change         func(*delta.MetaData) delta.Action
		opens, appends bool
		want           string
	}{
		"a further column": {func(m *delta.MetaData) delta.Action {
			m.SchemaString = strings.Replace(m.SchemaString, `"fields":[`, `"fields":[{"name":"note","type":"string","nullable":true,"metadata":{}},`, 1)
			return delta.Action{MetaData: m}
		}, true, true, "column note"},
		"append only": {func(m *delta.MetaData) delta.Action {
			m.Configuration = map[string]string{"delta.appendOnly": "true", schemas.KeyDescription: m.Configuration[schemas.KeyDescription]}
			return delta.Action{MetaData: m}
		}, true, true, "delta.appendOnly"},
		"a newer writer version": {func(*delta.MetaData) delta.Action {
			return delta.Action{Protocol: &delta.Protocol{MinReaderVersion: 1, MinWriterVersion: 4}}
		}, false, false, "writer version 4"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTestStore(t)
			if err := s.Documents().Upsert(ctx, documents[:3], nil, CommitInfo{}); err != nil {
				t.Fatal(err)
			}
			s = alter(t, s, c.change(metaDataOf(t, s)))
			if err := s.CheckWritable(); (err == nil) != c.opens || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("before a run: %v", err)
			}
			if _, err := s.Documents().Append(ctx, documents[3:], CommitInfo{}); (err == nil) != c.appends {
				t.Errorf("append: error %v, should succeed: %v", err, c.appends)
			}
			err := s.Documents().Upsert(ctx, moved, nil, CommitInfo{})
			if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("replace a row: %v", err)
			}
			_, err = s.Compact(ctx, CompactOptions{Gone: func(path string, _ bool) bool { return path == documents[0].Path }})
			if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("compact: error %v, want %q", err, c.want)
			}
		})
	}
}

// TestCleanedLog asks for a version from before a log that another tool cleaned.
func TestCleanedLog(t *testing.T) {
	s, _ := newCheckpointed(t, 9)
	for v := range int64(8) {
		if err := os.Remove(filepath.Join(s.Dir(), s.documents.log.EntryName(v))); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range []int64{2, 5} {
		if err := os.Remove(filepath.Join(s.Dir(), s.documents.log.CheckpointName(v))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Documents().At(1); err == nil || errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "begins at version 8") {
		t.Errorf("read version 1 without its checkpoints: error %v, want where the history begins", err)
	}
	if _, err := s.Documents().At(9); err != nil {
		t.Error(err)
	}
}
