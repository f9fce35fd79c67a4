package store

import (
	"fmt"
	"slices"

	"cutpoint/store/delta"
)

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
	if err := t.log.Refresh(); err != nil {
		return err
	}
	return t.log.CheckWritable()
}

// checkColumns refuses to write parts of the table anew if they may hold columns
// that this package does not know: their values would be lost.
func (t *Table[R]) checkColumns() error {
	own, err := delta.Schema[R]()
	if err != nil {
		return err
	}
	known, err := delta.ColumnNames(own)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	have, err := t.log.Columns()
	if err != nil {
		return err
	}
	for _, name := range have {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%w: another tool gave it the column %s, whose values would be lost; drop the column first", ErrUnsupported, name)
		}
	}
	return nil
}
