package parquet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// OpenGeneral opens a file with parquet-go, having checked what its footer and its
// page headers say.
func OpenGeneral(file io.ReaderAt, size int64) (*pq.File, error) {
	f, err := Open(file, size)
	if err != nil {
		return nil, err
	}
	return f.openParquetGo()
}

// openParquetGo opens the file with parquet-go, once.
func (f *File) openParquetGo() (general *pq.File, err error) {
	if f.general != nil {
		return f.general, nil
	}
	defer Guard(&err)
	for i := range f.footer.chunks {
		if err := f.eachPage(&f.footer.chunks[i], func(page) {}); err != nil {
			return nil, fmt.Errorf("column %s: %w", f.footer.leaves[i%len(f.footer.leaves)].column, err)
		}
	}
	// Page indexes and Bloom filters serve searches; a part is read in order.
	general, err = pq.OpenFile(f.file, f.size, pq.SkipPageIndex(true), pq.SkipBloomFilters(true), pq.ReadBufferSize(256<<10))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	same := func(a pq.RowGroup, b rowGroup) bool { return a.NumRows() == b.rows }
	if !slices.EqualFunc(general.RowGroups(), f.footer.groups, same) {
		return nil, fmt.Errorf("%w: its footer can be read in two ways", ErrDamaged)
	}
	f.general = general
	return general, nil
}

// generalColumn reads a column with parquet-go: in any encoding, and of types that
// convert.
type generalColumn struct {
	groups  []pq.RowGroup
	ordinal int
	kind    kind
	number  func(pq.Value) (int64, error)

	pages  pq.Pages
	page   pq.Page
	values pq.ValueReader
	buffer []pq.Value
}

func (f *File) openGeneral(c *column) (g *generalColumn, err error) {
	defer Guard(&err)
	file, err := f.openParquetGo()
	if err != nil {
		return nil, err
	}
	leaf, ok := file.Schema().Lookup(c.name)
	if !ok || leaf.MaxRepetitionLevel > 0 {
		return nil, fmt.Errorf("%w: column %s is nested", ErrUnsupported, c.name)
	}
	g = &generalColumn{groups: file.RowGroups(), ordinal: leaf.ColumnIndex, kind: c.kind, buffer: make([]pq.Value, 256)}
	t := leaf.Node.Type()
	switch k := t.Kind(); {
	case c.kind == text && (k == pq.ByteArray || k == pq.FixedLenByteArray):
		return g, nil
	case c.kind == micros:
		g.number = microsOf(t)
	case c.kind == integer:
		g.number = int32Of(k)
	case c.kind == long:
		g.number = int64Of(k)
	}
	if g.number == nil {
		return nil, fmt.Errorf("%w: column %s is of type %s", ErrUnsupported, c.name, t)
	}
	return g, nil
}

func int64Of(k pq.Kind) func(pq.Value) (int64, error) {
	switch k {
	case pq.Int32:
		return func(v pq.Value) (int64, error) { return int64(v.Int32()), nil }
	case pq.Int64:
		return func(v pq.Value) (int64, error) { return v.Int64(), nil }
	}
	return nil
}

func int32Of(k pq.Kind) func(pq.Value) (int64, error) {
	number := int64Of(k)
	if number == nil {
		return nil
	}
	return func(v pq.Value) (int64, error) {
		n, err := number(v)
		if err == nil && int64(int32(n)) != n {
			err = fmt.Errorf("%w: the number %d does not fit into 32 bits", ErrUnsupported, n)
		}
		return n, err
	}
}

// microsOf converts times to microseconds since 1970.
func microsOf(t pq.Type) func(pq.Value) (int64, error) {
	if t.Kind() == pq.Int96 {
		return int96Micros
	}
	if t.Kind() != pq.Int64 {
		return nil
	}
	unit := time.Microsecond
	if l := t.LogicalType(); l != nil {
		if ts, ok := l.Value.(*format.TimestampType); ok && ts.Unit.Value != nil {
			unit = ts.Unit.Value.Duration()
		}
	}
	if unit < time.Microsecond {
		return func(v pq.Value) (int64, error) { return v.Int64() / int64(time.Microsecond/unit), nil }
	}
	return func(v pq.Value) (int64, error) { return v.Int64() * int64(unit/time.Microsecond), nil }
}

// startGroup begins with a row group.
func (g *generalColumn) startGroup(group int) (err error) {
	defer Guard(&err)
	g.close()
	g.pages = g.groups[group].ColumnChunks()[g.ordinal].Pages()
	return nil
}

func (g *generalColumn) close() {
	pq.Release(g.page)
	if g.pages != nil {
		g.pages.Close()
	}
	g.pages, g.page, g.values = nil, nil, nil
}

// read fills the batch with the next n values.
func (g *generalColumn) read(b *batch, n int) (err error) {
	defer Guard(&err)
	for done := 0; done < n; {
		if g.values == nil {
			pq.Release(g.page)
			g.page = nil
			if g.page, err = g.pages.ReadPage(); err != nil {
				return pageError(err)
			}
			g.values = g.page.Values()
		}
		some := g.buffer[:min(len(g.buffer), n-done)]
		count, err := g.values.ReadValues(some)
		for _, v := range some[:count] {
			if err := g.set(b, done, v); err != nil {
				return err
			}
			done++
		}
		switch {
		case errors.Is(err, io.EOF):
			g.values = nil
		case err != nil:
			return pageError(err)
		case count == 0:
			return pageError(io.EOF)
		}
	}
	return nil
}

func (g *generalColumn) set(b *batch, i int, v pq.Value) (err error) {
	if v.IsNull() {
		b.setNull(i, i+1)
		return nil
	}
	b.null[i] = false
	if g.kind == text {
		b.texts[i] = string(v.ByteArray())
		return nil
	}
	b.numbers[i], err = g.number(v)
	return err
}

func pageError(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: its values end early", ErrDamaged)
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// Spark writes times as INT96 unless it is told otherwise: eight bytes of
// nanoseconds since midnight and four of the Julian day, both little endian
// (Parquet's "Physical Types" calls it deprecated).
const (
	julian1970 = 2440588
	julianMin  = 1721426 // 0001-01-01
	julianMax  = 5373484 // 9999-12-31
	dayMicros  = 24 * 60 * 60 * 1_000_000
)

// int96Micros returns such a time in microseconds since 1970.
func int96Micros(v pq.Value) (int64, error) {
	x := v.Int96()
	nanos, day := uint64(x[1])<<32|uint64(x[0]), int64(x[2])
	if nanos >= dayMicros*1000 || day < julianMin || day > julianMax {
		return 0, fmt.Errorf("%w: time of %d ns on Julian day %d", ErrDamaged, nanos, day)
	}
	return (day-julian1970)*dayMicros + int64(nanos/1000), nil
}
