package predict

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"

	"cutpoint/model/head"
	"cutpoint/schemas"
)

// rowGroup is how many rows a row group has: what is held in memory.
const rowGroup = 1 << 16

// Keys of the file's metadata.
const (
	KeyClasses = "cutpoint.classes" // JSON list, in the order of the p_ columns
	KeyCut     = "cutpoint.head.cut"
)

// parquetTable writes a Parquet file with flat columns.
type parquetTable struct {
	unit string
	w    *parquet.GenericWriter[any]
	rows []parquet.Row
}

func newParquet(w io.Writer, unit string, f *head.File) (*parquetTable, error) {
	classes, err := json.Marshal(f.Classes)
	if err != nil {
		return nil, fmt.Errorf("classes of the head: %w", err)
	}
	return &parquetTable{unit: unit, w: parquet.NewGenericWriter[any](w, parquetSchema(columns(unit, f.Classes)),
		parquet.MaxRowsPerRowGroup(rowGroup),
		parquet.Compression(&parquet.Snappy),
		parquet.CreatedBy("cutpoint", "", ""),
		parquet.KeyValueMetadata(KeyClasses, string(classes)),
		parquet.KeyValueMetadata(KeyCut, f.Cut),
		parquet.KeyValueMetadata(schemas.KeyFingerprint, f.Fingerprint),
	)}, nil
}

// parquetSchema gives the columns their types: text, but for the second, a count,
// and for the probabilities. A label may be null.
func parquetSchema(names []string) *parquet.Schema {
	group := parquet.Group{}
	for i, name := range names {
		switch {
		case i == 1:
			group[name] = parquet.Int(32)
		case i == 3:
			group[name] = parquet.Optional(parquet.String())
		case i >= 5:
			group[name] = parquet.Leaf(parquet.DoubleType)
		default:
			group[name] = parquet.String()
		}
	}
	position := map[string]int{}
	for i, name := range names {
		position[name] = i
	}
	fields := make([]parquet.Field, len(names))
	for _, f := range group.Fields() {
		fields[position[f.Name()]] = f
	}
	return parquet.NewSchema("predictions", ordered{group, fields})
}

// ordered is a group whose columns keep their order; a Group sorts them by name.
type ordered struct {
	parquet.Group
	fields []parquet.Field
}

func (o ordered) Fields() []parquet.Field { return o.fields }

// GoType is no type of ours: rows are written as values, and a class may have a
// name that no field of a struct can have.
func (o ordered) GoType() reflect.Type { return reflect.TypeFor[struct{}]() }

func (t *parquetTable) Write(rows []Row) error {
	t.rows = t.rows[:0]
	for _, r := range rows {
		label := parquet.NullValue().Level(0, 0, 3)
		if r.Label != "" {
			label = parquet.ByteArrayValue([]byte(r.Label)).Level(0, 1, 3)
		}
		row := parquet.Row{
			parquet.ByteArrayValue([]byte(r.DocumentID)).Level(0, 0, 0),
			parquet.Int32Value(r.count(t.unit)).Level(0, 0, 1),
			parquet.ByteArrayValue([]byte(r.Path)).Level(0, 0, 2),
			label,
			parquet.ByteArrayValue([]byte(r.Predicted)).Level(0, 0, 4),
			parquet.DoubleValue(r.Probability).Level(0, 0, 5),
		}
		for k, v := range r.Probabilities {
			row = append(row, parquet.DoubleValue(v).Level(0, 0, 6+k))
		}
		t.rows = append(t.rows, row)
	}
	_, err := t.w.WriteRows(t.rows)
	return err
}

func (t *parquetTable) Close() error { return t.w.Close() }
