package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	pq "github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// generalVectors reads the embeddings of a row group as plain floats, page by page,
// with parquet-go: for files of other tools whose pages are not plain.
// Lists of one fixed length have constant level streams (Parquet's "Nested
// Encoding"): repetition 0 and then dim-1 ones for each row, and the greatest
// definition level everywhere. They are compared with that and not interpreted.
type generalVectors struct {
	pages   pq.Pages
	maxDef  byte
	pattern []byte // (dim) repetition levels of a row
	at      int    // position in the row

	page   pq.Page
	values []float32 // of the page, not read yet
	levels []byte    // their repetition levels
}

func openGeneralVectors(group pq.RowGroup, dim int) (v *generalVectors, err error) {
	defer Guard(&err)
	for _, column := range group.Schema().Columns() {
		if column[0] != schemas.ColumnEmbedding {
			continue
		}
		leaf, _ := group.Schema().Lookup(column...)
		if leaf.Node.Type().Kind() != pq.Float || leaf.MaxRepetitionLevel != 1 {
			return nil, fmt.Errorf("%w: column embedding is no list of float32", ErrUnsupported)
		}
		chunk := group.ColumnChunks()[leaf.ColumnIndex]
		if n, want := chunk.NumValues(), group.NumRows()*int64(dim); n != want {
			return nil, fmt.Errorf("%w: embeddings have %d values where %d rows take %d", ErrDamaged, n, group.NumRows(), want)
		}
		pattern := bytes.Repeat([]byte{1}, dim)
		pattern[0] = 0
		return &generalVectors{pages: chunk.Pages(), maxDef: byte(leaf.MaxDefinitionLevel), pattern: pattern}, nil
	}
	return nil, fmt.Errorf("%w: it has no column embedding", ErrDamaged)
}

func (v *generalVectors) Close() error {
	pq.Release(v.page)
	return v.pages.Close()
}

// read fills dst with the next values, in row order.
func (v *generalVectors) read(dst []float32) (err error) {
	defer Guard(&err)
	for len(dst) > 0 {
		if len(v.values) == 0 {
			if err := v.nextPage(); err != nil {
				return err
			}
			continue
		}
		n := copy(dst, v.values)
		if err := v.checkLevels(v.levels[:n]); err != nil {
			return err
		}
		dst, v.values, v.levels = dst[n:], v.values[n:], v.levels[n:]
	}
	return nil
}

func (v *generalVectors) nextPage() error {
	pq.Release(v.page)
	v.page = nil
	p, err := v.pages.ReadPage()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: embeddings are cut short", ErrDamaged)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	v.page, v.levels = p, p.RepetitionLevels()
	if v.values, err = floats(p); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defs := p.DefinitionLevels()
	if len(v.values) != len(v.levels) || len(defs) != len(v.levels) || bytes.Count(defs, []byte{v.maxDef}) != len(defs) {
		return fmt.Errorf("%w: an embedding is empty or has nulls", ErrDamaged)
	}
	return nil
}

// floats returns the values of a page; those of another tool may be in a dictionary.
func floats(p pq.Page) ([]float32, error) {
	if p.Dictionary() == nil {
		data := p.Data()
		return data.Float(), nil
	}
	values := make([]pq.Value, p.NumValues())
	n, err := p.Values().ReadValues(values)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	out := make([]float32, n)
	for i, x := range values[:n] {
		if x.IsNull() {
			return nil, nil // refused by the count
		}
		out[i] = x.Float()
	}
	return out, nil
}

func (v *generalVectors) checkLevels(levels []byte) error {
	for len(levels) > 0 {
		n := min(len(levels), len(v.pattern)-v.at)
		if !bytes.Equal(levels[:n], v.pattern[v.at:v.at+n]) {
			return fmt.Errorf("%w: an embedding has not %d values", ErrDamaged, len(v.pattern))
		}
		levels, v.at = levels[n:], (v.at+n)%len(v.pattern)
	}
	return nil
}
