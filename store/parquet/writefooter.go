package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"cutpoint/schemas"
)

// newFooter is the footer of a file without rows. The schema and its column
// orders are those that parquet-go gives the row type, so that the type in
// package schemas stays the one place that names them.
func newFooter(keys map[string]string) (*format.FileMetaData, error) {
	var b bytes.Buffer
	w := pq.NewGenericWriter[schemas.Feature](&b, footerOptions(keys)...)
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("make the schema: %w", err)
	}
	f, err := pq.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return nil, fmt.Errorf("make the schema: %w", err)
	}
	return f.Metadata(), nil
}

// writeFooter ends a file.
func writeFooter(w io.Writer, footer *format.FileMetaData) error {
	b, err := thrift.Marshal(new(thrift.CompactProtocol), footer)
	if err != nil {
		return fmt.Errorf("encode footer: %w", err)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)))
	_, err = w.Write(append(b, magic...))
	return err
}

// newChunk is the metadata of a column chunk without its pages.
func newChunk(c *column, rows []schemas.Feature, codec Codec) format.ColumnChunk {
	encodings := []format.Encoding{format.Plain}
	if c.optional {
		encodings = append(encodings, format.RLE)
	}
	return format.ColumnChunk{MetaData: format.ColumnMetaData{
		Type: format.Type(c.kind.physical()), Encoding: encodings, PathInSchema: []string{c.name}, Codec: codec,
		NumValues: int64(len(rows)), Statistics: c.statistics(rows),
	}}
}

// newVectorChunk is the same of the vectors. Their least and greatest value
// help no query; how many of each level there are helps a reader to plan.
func newVectorChunk(rows, dim int, codec Codec) format.ColumnChunk {
	n := int64(rows) * int64(dim)
	return format.ColumnChunk{MetaData: format.ColumnMetaData{
		Type: format.Float, Encoding: []format.Encoding{format.Plain, format.RLE},
		PathInSchema: []string{schemas.ColumnEmbedding, "list", "element"}, Codec: codec, NumValues: n,
		SizeStatistics: format.SizeStatistics{
			RepetitionLevelHistogram: []int64{int64(rows), n - int64(rows)},
			DefinitionLevelHistogram: []int64{0, n},
		},
	}}
}
