package store

import (
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// Spark writes times as INT96 unless it is told otherwise: eight bytes of
// nanoseconds since midnight and four of the Julian day, both little endian
// (Parquet's "Physical Types" calls it deprecated). parquet-go would take the
// first eight bytes for the whole.
const (
	julian1970 = 2440588
	julianMin  = 1721426 // 0001-01-01
	julianMax  = 5373484 // 9999-12-31
	dayMicros  = 24 * 60 * 60 * 1_000_000
)

// int96Micros returns such a time in microseconds since 1970.
func int96Micros(v parquet.Value) (int64, error) {
	x := v.Int96()
	nanos, day := uint64(x[1])<<32|uint64(x[0]), int64(x[2])
	if nanos >= dayMicros*1000 || day < julianMin || day > julianMax {
		return 0, fmt.Errorf("%w: time of %d ns on Julian day %d", ErrDamaged, nanos, day)
	}
	return (day-julian1970)*dayMicros + int64(nanos/1000), nil
}

// int96Group is a row group whose columns of INT96 read as TIMESTAMP(MICROS).
type int96Group struct {
	parquet.RowGroup
	schema *parquet.Schema
	chunks []parquet.ColumnChunk
}

// withoutInt96 returns a row group that has no INT96 columns at its top level.
func withoutInt96(group parquet.RowGroup) parquet.RowGroup {
	root := group.Schema()
	if !slices.ContainsFunc(root.Fields(), isInt96) {
		return group
	}
	fields, chunks := slices.Clone(root.Fields()), slices.Clone(group.ColumnChunks())
	for i, f := range fields {
		if leaf, ok := root.Lookup(f.Name()); ok && isInt96(f) {
			fields[i] = microsField{f}
			chunks[leaf.ColumnIndex] = int96Chunk{chunks[leaf.ColumnIndex]}
		}
	}
	return &int96Group{group, parquet.NewSchema(root.Name(), fieldsNode{root, fields}), chunks}
}

func isInt96(f parquet.Field) bool { return f.Leaf() && f.Type().Kind() == parquet.Int96 }

func (g *int96Group) Schema() *parquet.Schema             { return g.schema }
func (g *int96Group) ColumnChunks() []parquet.ColumnChunk { return g.chunks }
func (g *int96Group) Rows() parquet.Rows                  { return parquet.NewRowGroupRowReader(g) }

// fieldsNode is a group with other fields, in the same order.
type fieldsNode struct {
	parquet.Node
	fields []parquet.Field
}

func (n fieldsNode) Fields() []parquet.Field { return n.fields }

// microsField is a field of TIMESTAMP(MICROS) where there was one of INT96.
type microsField struct{ parquet.Field }

func (microsField) Type() parquet.Type { return microsType() }

func microsType() parquet.Type { return parquet.Timestamp(parquet.Microsecond).Type() }

// int96Chunk, int96Pages, int96Page and int96Values are the way from a column to
// its values, of which the last are converted.
type int96Chunk struct{ parquet.ColumnChunk }

func (int96Chunk) Type() parquet.Type     { return microsType() }
func (c int96Chunk) Pages() parquet.Pages { return int96Pages{c.ColumnChunk.Pages()} }

type int96Pages struct{ parquet.Pages }

func (p int96Pages) ReadPage() (parquet.Page, error) {
	page, err := p.Pages.ReadPage()
	if err != nil {
		return nil, err
	}
	return int96Page{page}, nil
}

type int96Page struct{ parquet.Page }

func (int96Page) Type() parquet.Type              { return microsType() }
func (p int96Page) Slice(i, j int64) parquet.Page { return int96Page{p.Page.Slice(i, j)} }
func (p int96Page) Values() parquet.ValueReader   { return int96Values{p.Page.Values()} }

type int96Values struct{ from parquet.ValueReader }

func (r int96Values) ReadValues(values []parquet.Value) (int, error) {
	n, err := r.from.ReadValues(values)
	for i, v := range values[:n] {
		if v.IsNull() {
			continue
		}
		micros, err := int96Micros(v)
		if err != nil {
			return i, err
		}
		values[i] = parquet.Int64Value(micros).Level(v.RepetitionLevel(), v.DefinitionLevel(), v.Column())
	}
	return n, err
}
