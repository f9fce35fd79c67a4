package wide

import (
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// Column is the column of vectors of a Parquet file that is open for reading.
type Column struct {
	file   io.ReaderAt
	dim    int
	maxDef byte // greatest definition level
	groups []chunk
}

// chunk is where a row group's vectors stand.
type chunk struct {
	start, end int64 // in the file
	first      int   // row
	rows       int
	codec      Codec
}

// OpenColumn finds the column embedding of a file of size bytes whose footer is
// footer. All its vectors must have dim values. An error wraps ErrForeign if
// only a general reader can read the file, else ErrDamaged.
func OpenColumn(file io.ReaderAt, size int64, footer *format.FileMetaData, dim int) (*Column, error) {
	if dim < 1 || dim > MaxDim {
		return nil, fmt.Errorf("%w: vectors of %d values", ErrForeign, dim)
	}
	leaf, maxDef, err := findVectors(footer.Schema)
	if err != nil {
		return nil, err
	}
	c := &Column{file: file, dim: dim, maxDef: maxDef}
	first := 0
	for i, g := range footer.RowGroups {
		if leaf >= len(g.Columns) {
			return nil, fmt.Errorf("%w: row group %d has no column embedding", ErrDamaged, i)
		}
		ch, err := newGroupChunk(&g.Columns[leaf], g.NumRows, size, dim)
		if err != nil {
			return nil, fmt.Errorf("row group %d: %w", i, err)
		}
		ch.first = first
		first += ch.rows
		c.groups = append(c.groups, ch)
	}
	return c, nil
}

// newGroupChunk checks what a footer says of a chunk before anything relies on it.
func newGroupChunk(c *format.ColumnChunk, rows, size int64, dim int) (chunk, error) {
	m := &c.MetaData
	if !slices.Equal(m.PathInSchema, []string{"embedding", "list", "element"}) || m.Type != format.Float ||
		c.FilePath != "" || !known(m.Codec) || m.DictionaryPageOffset != 0 {
		return chunk{}, fmt.Errorf("%w: its embeddings", ErrForeign)
	}
	if rows < 0 || rows > (1<<62)/int64(dim) || m.NumValues != rows*int64(dim) {
		return chunk{}, fmt.Errorf("%w: embeddings have %d values where %d rows take %d each", ErrDamaged, m.NumValues, rows, dim)
	}
	start, length := m.DataPageOffset, m.TotalCompressedSize
	if start < 0 || length < 0 || start > size || length > size-start {
		return chunk{}, fmt.Errorf("%w: embeddings are outside of the file", ErrDamaged)
	}
	return chunk{start: start, end: start + length, rows: int(rows), codec: m.Codec}, nil
}

// findVectors returns the number of the leaf embedding.list.element among the
// leaves, and its greatest definition level.
func findVectors(schema []format.SchemaElement) (leaf int, maxDef byte, err error) {
	for i, e := range schema {
		if i == 0 {
			continue // the root
		}
		if e.Name != "embedding" || i+2 >= len(schema) {
			if e.NumChildren.V > 0 { // only vectors are nested here
				break
			}
			leaf++
			continue
		}
		list, element := schema[i+1], schema[i+2]
		if e.NumChildren.V != 1 || list.Name != "list" || list.NumChildren.V != 1 || element.Name != "element" ||
			e.RepetitionType.V == format.Repeated || list.RepetitionType.V != format.Repeated ||
			element.RepetitionType.V == format.Repeated || element.NumChildren.V != 0 {
			break
		}
		maxDef = 1
		if e.RepetitionType.V == format.Optional {
			maxDef++
		}
		if element.RepetitionType.V == format.Optional {
			maxDef++
		}
		return leaf, maxDef, nil
	}
	return 0, 0, fmt.Errorf("%w: its schema has other columns", ErrForeign)
}

// Groups returns the number of row groups, and GroupRows that of rows in one.
func (c *Column) Groups() int { return len(c.groups) }

// GroupRows returns the number of rows in a row group.
func (c *Column) GroupRows(group int) int { return c.groups[group].rows }

// rows is how many rows groups from … to-1 have.
func (c *Column) rows(from, to int) (n int) {
	for _, g := range c.groups[from:to] {
		n += g.rows
	}
	return n
}
