package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// appendOnlyKey is Delta's property of a table whose rows must stay ("Append-only
// Tables").
const appendOnlyKey = "delta.appendOnly"

// CheckWritable returns an error if another tool gave a table a property that
// this package's commits would break. A run asks before it computes anything.
func (s *Store) CheckWritable() error {
	tables, err := s.tables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.checkWritable(); err != nil {
			return fmt.Errorf("write table %s: %w", t.Name(), err)
		}
	}
	return nil
}

func (t *Table[R]) checkWritable() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.log.refresh(); err != nil {
		return err
	}
	return t.log.checkWritable(nil)
}

// checkWritable refuses actions that the table's properties forbid.
func (l *tableLog) checkWritable(actions []action) error {
	if l.limit != newest {
		return fmt.Errorf("version %d is read as it was, and cannot be changed", l.limit)
	}
	if l.writes > writerVersion {
		return fmt.Errorf("%w: it asks for Delta writer version %d, this program writes version %d", ErrUnsupported, l.writes, writerVersion)
	}
	if l.meta == nil || !strings.EqualFold(l.meta.Configuration[appendOnlyKey], "true") {
		return nil
	}
	for _, a := range actions {
		if a.Remove != nil && a.Remove.DataChange {
			return fmt.Errorf("%w: its property %s forbids replacing or dropping rows; unset it", ErrUnsupported, appendOnlyKey)
		}
	}
	return nil
}

// checkColumns refuses to write parts of the table anew if they may hold columns
// that this package does not know: their values would be lost.
func (t *Table[R]) checkColumns() error {
	own, err := deltaSchema[R]()
	if err != nil {
		return err
	}
	known, err := columnNames(own)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.log.meta == nil {
		return nil
	}
	have, err := columnNames(t.log.meta.SchemaString)
	if err != nil {
		return fmt.Errorf("%w: its schema: %v", ErrDamaged, err)
	}
	for _, name := range have {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%w: another tool gave it the column %s, whose values would be lost; drop the column first", ErrUnsupported, name)
		}
	}
	return nil
}

func columnNames(schema string) ([]string, error) {
	var s struct {
		Fields []deltaField `json:"fields"`
	}
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		return nil, err
	}
	var names []string
	for _, f := range s.Fields {
		names = append(names, f.Name)
	}
	return names, nil
}
