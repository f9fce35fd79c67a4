// Package export writes stored vectors for other tools.
package export

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"cutpoint/schemas"
)

// Arrow writes features as an Arrow IPC stream
// (https://arrow.apache.org/docs/format/Columnar.html), a record batch for each
// call of Write. Embeddings are FixedSizeList<float32>, so that a reader gets one
// contiguous (N, D) block.
type Arrow struct {
	writer  *ipc.Writer
	builder *array.RecordBuilder
	dim     int
}

// NewArrow begins a stream. What the numbers are goes into the schema's metadata.
func NewArrow(w io.Writer, info schemas.CutInfo, d schemas.Description) (*Arrow, error) {
	cut, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	description, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	metadata := arrow.NewMetadata(
		[]string{schemas.KeyCut, schemas.KeyDescription, schemas.KeyFingerprint},
		[]string{string(cut), string(description), d.Fingerprint()})
	vector := arrow.FixedSizeListOf(int32(info.Dim), arrow.PrimitiveTypes.Float32)
	schema := arrow.NewSchema([]arrow.Field{
		{Name: schemas.ColumnDocumentID, Type: arrow.BinaryTypes.String},
		{Name: schemas.ColumnPage, Type: arrow.PrimitiveTypes.Int32},
		{Name: schemas.ColumnPath, Type: arrow.BinaryTypes.String},
		{Name: schemas.ColumnLabel, Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: schemas.ColumnSplit, Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: schemas.ColumnEmbedding, Type: vector},
	}, &metadata)
	return &Arrow{
		writer:  ipc.NewWriter(w, ipc.WithSchema(schema)),
		builder: array.NewRecordBuilder(memory.DefaultAllocator, schema),
		dim:     info.Dim,
	}, nil
}

// Write adds rows as one record batch.
func (a *Arrow) Write(rows []schemas.Feature) error {
	text := func(i int) *array.StringBuilder { return a.builder.Field(i).(*array.StringBuilder) }
	vectors := a.builder.Field(5).(*array.FixedSizeListBuilder)
	values := vectors.ValueBuilder().(*array.Float32Builder)
	for _, r := range rows {
		if len(r.Embedding) != a.dim {
			return fmt.Errorf("%s page %d has %d values instead of %d", r.Path, r.Page, len(r.Embedding), a.dim)
		}
		text(0).Append(r.DocumentID)
		a.builder.Field(1).(*array.Int32Builder).Append(r.Page)
		text(2).Append(r.Path)
		appendOptional(text(3), r.Label)
		appendOptional(text(4), r.Split)
		vectors.Append(true)
		values.AppendValues(r.Embedding, nil)
	}
	record := a.builder.NewRecord()
	defer record.Release()
	return a.writer.Write(record)
}

func appendOptional(b *array.StringBuilder, s *string) {
	if s == nil {
		b.AppendNull()
		return
	}
	b.Append(*s)
}

// Close ends the stream; the underlying writer stays open.
func (a *Arrow) Close() error {
	a.builder.Release()
	return a.writer.Close()
}
