package parquet

import (
	"context"
	"fmt"
	"reflect"
	"slices"
)

// batchRows is how many rows are decoded at once.
const batchRows = 4096

// columnReader hands out a column's values, a row group after another.
type columnReader interface {
	startGroup(group int) error
	read(b *batch, n int) error
	close()
}

// rowReader reads rows of any type, without embeddings, column by column. A file
// has one at a time, whose memory is the file's.
type rowReader[R any] struct {
	f       *File
	columns []column
	readers []columnReader
	last    []*string // of each column, see assign
}

// rowMemory is what the row readers of one file after another use again.
type rowMemory struct {
	rowType reflect.Type
	columns []column // of rowType
	plain   []plainColumn
	batch   batch
}

// openRows finds the columns of a row type. What reads each is decided here, by
// the schema and the headers of its pages: this package where they are plain,
// parquet-go where they are not. A column that the file lacks is NULL.
func openRows[R any](f *File) (*rowReader[R], error) {
	m := &f.memory
	if t := reflect.TypeFor[R](); m.rowType != t {
		m.rowType, m.columns = t, columnsOf[R]()
		m.plain = make([]plainColumn, len(m.columns))
	}
	m.batch.reset(int(min(f.footer.rows, batchRows)))
	r := &rowReader[R]{f: f, columns: m.columns, last: make([]*string, len(m.columns))}
	for i := range m.columns {
		reader, err := f.openColumn(&m.columns[i], &m.plain[i])
		if err != nil {
			return nil, err
		}
		r.readers = append(r.readers, reader)
	}
	return r, nil
}

func (r *rowReader[R]) close() {
	for _, c := range r.readers {
		c.close()
	}
}

func (f *File) openColumn(c *column, plain *plainColumn) (columnReader, error) {
	ordinal := f.footer.find(c.name)
	if ordinal < 0 {
		return absentColumn{}, nil
	}
	ok, err := f.openPlain(ordinal, c.kind, plain)
	if err != nil {
		return nil, err
	}
	if ok {
		return plain, nil
	}
	return f.openGeneral(c)
}

// absentColumn is a column that a file lacks.
type absentColumn struct{}

func (absentColumn) startGroup(int) error { return nil }
func (absentColumn) close()               {}

func (absentColumn) read(b *batch, n int) error {
	b.setNull(0, n)
	return nil
}

// startGroup begins with a row group.
func (r *rowReader[R]) startGroup(group int) error {
	for i, c := range r.readers {
		if err := c.startGroup(group); err != nil {
			return fmt.Errorf("column %s: %w", r.columns[i].name, err)
		}
	}
	return nil
}

// read fills rows with the next ones of the row group.
func (r *rowReader[R]) read(ctx context.Context, rows []R) error {
	for len(rows) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		some := rows[:min(len(rows), batchRows)]
		rows = rows[len(some):]
		for i := range r.columns {
			if err := r.readers[i].read(&r.f.memory.batch, len(some)); err != nil {
				return fmt.Errorf("column %s: %w", r.columns[i].name, err)
			}
			assign(some, &r.columns[i], &r.f.memory.batch, &r.last[i])
		}
	}
	return nil
}

// ReadRows fills rows, but for embeddings, from a file of exactly that size.
func ReadRows[R any](ctx context.Context, f *File, rows []R) error {
	if int64(len(rows)) != f.Rows() {
		return fmt.Errorf("%w: it has %d rows, not %d", ErrDamaged, f.Rows(), len(rows))
	}
	r, err := openRows[R](f)
	if err != nil {
		return err
	}
	defer r.close()
	for i, g := range f.footer.groups {
		if err := r.startGroup(i); err != nil {
			return err
		}
		if err := r.read(ctx, rows[:g.rows]); err != nil {
			return err
		}
		rows = rows[g.rows:]
	}
	return nil
}

// Scan yields all rows of a file, without embeddings: in the memory of buffer,
// which is used again, or, if that is nil, in slices that are the receiver's to
// keep. Strings share the memory of a page of the file.
func Scan[R any](ctx context.Context, f *File, buffer *[]R, yield func([]R) error) error {
	r, err := openRows[R](f)
	if err != nil {
		return err
	}
	defer r.close()
	for i := range f.footer.groups {
		if err := r.scanGroup(ctx, i, buffer, yield); err != nil {
			return err
		}
	}
	return nil
}

func (r *rowReader[R]) scanGroup(ctx context.Context, group int, buffer *[]R, yield func([]R) error) error {
	if err := r.startGroup(group); err != nil {
		return err
	}
	for left := r.f.footer.groups[group].rows; left > 0; {
		n := int(min(left, batchRows))
		left -= int64(n)
		var own []R
		rows := &own
		if buffer != nil {
			rows = buffer
		}
		*rows = slices.Grow((*rows)[:0], n)[:n]
		if err := r.read(ctx, *rows); err != nil {
			return err
		}
		if err := yield(*rows); err != nil {
			return err
		}
	}
	return nil
}
