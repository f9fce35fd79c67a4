package parquet

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"runtime"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"cutpoint/schemas"
)

// FeatureOptions say how a file of features is written.
type FeatureOptions struct {
	Dim   int               // length of every vector
	Codec Codec             // of all pages
	Keys  map[string]string // the footer's keys and values
}

// WriteFeatures writes rows as one Parquet file. The bytes depend on nothing but the
// rows and options. Besides the rows it holds a few pages for each processor.
func WriteFeatures(ctx context.Context, w io.Writer, rows []schemas.Feature, o FeatureOptions) error {
	if o.Dim < 1 || o.Dim > MaxDim {
		return fmt.Errorf("vectors of %d values cannot be written; a file takes 1 to %d", o.Dim, MaxDim)
	}
	for i := range rows {
		if n := len(rows[i].Embedding); n != o.Dim {
			return fmt.Errorf("row %d has %d values, not %d", i, n, o.Dim)
		}
	}
	footer, err := newFooter(o.Keys)
	if err != nil {
		return err
	}
	workers := runtime.GOMAXPROCS(0)
	packer, err := newCompressor(o.Codec, workers)
	if err != nil {
		return err
	}
	f := &fileWriter{w: w, rows: rows, dim: o.Dim, columns: featureColumns, packer: packer, footer: footer}
	if err := f.write([]byte(magic)); err != nil {
		return err
	}
	plan, groups := planPages(rows, o.Dim, f.columns)
	f.addGroups(groups)
	err = ordered(ctx, len(plan), workers+2,
		func(i int, p *newPage) error { return f.encode(plan[i], p) },
		func(i int, p *newPage) error { return f.emit(plan[i], p) })
	if err != nil {
		return err
	}
	f.closeGroups()
	return writeFooter(w, footer)
}

// fileWriter is a file that is being written.
type fileWriter struct {
	w       io.Writer
	offset  int64
	rows    []schemas.Feature
	dim     int
	columns []column
	packer  *compressor
	footer  *format.FileMetaData
}

func (f *fileWriter) write(b []byte) error {
	n, err := f.w.Write(b)
	f.offset += int64(n)
	return err
}

// newPage is a page on its way to the file; its memory is used again.
type newPage struct {
	raw, packed, header []byte
	body                []byte // what goes into the file: packed, or raw
}

// encode builds and compresses a page.
func (f *fileWriter) encode(plan pagePlan, p *newPage) error {
	rows, values := f.rows[plan.from:plan.to], plan.to-plan.from
	var vectors int // where they begin
	if plan.column < len(f.columns) {
		p.raw = f.columns[plan.column].appendPage(p.raw[:0], rows)
		vectors = len(p.raw)
	} else {
		values *= f.dim
		p.raw = appendRepetition(p.raw[:0], f.dim, len(rows))
		p.raw = appendDefinition(p.raw, values, 1)
		vectors = len(p.raw)
		for i := range rows {
			p.raw = appendFloats(p.raw, rows[i].Embedding)
		}
	}
	p.body = f.packer.compress(p.packed, p.raw, vectors)
	if f.packer.codec != Uncompressed {
		p.packed = p.body
	}
	if len(p.raw) > math.MaxInt32 || len(p.body) > math.MaxInt32 {
		return fmt.Errorf("a page of %d rows takes %d bytes; Parquet counts them in 31 bits", len(rows), len(p.raw))
	}
	header := format.PageHeader{
		Type: format.DataPage, UncompressedPageSize: int32(len(p.raw)), CompressedPageSize: int32(len(p.body)),
		CRC: int32(crc32.ChecksumIEEE(p.body)),
		DataPageHeader: thrift.New(format.DataPageHeader{
			NumValues: int32(values), Encoding: format.Plain,
			DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		}),
	}
	b := bytes.NewBuffer(p.header[:0])
	if err := thrift.NewEncoder(new(thrift.CompactProtocol).NewWriter(b)).Encode(&header); err != nil {
		return fmt.Errorf("encode page header: %w", err)
	}
	p.header = b.Bytes()
	return nil
}

// emit writes a page after the one before it and notes it in the footer.
func (f *fileWriter) emit(plan pagePlan, p *newPage) error {
	m := &f.footer.RowGroups[plan.group].Columns[plan.column].MetaData
	if plan.first {
		m.DataPageOffset = f.offset
		m.EncodingStats = []format.PageEncodingStats{{PageType: format.DataPage, Encoding: format.Plain}}
	}
	m.EncodingStats[0].Count++
	m.TotalUncompressedSize += int64(len(p.header) + len(p.raw))
	m.TotalCompressedSize += int64(len(p.header) + len(p.body))
	if err := f.write(p.header); err != nil {
		return err
	}
	return f.write(p.body)
}

// addGroups puts the row groups into the footer, without sizes and offsets.
func (f *fileWriter) addGroups(groups [][2]int) {
	f.footer.NumRows = int64(len(f.rows))
	f.footer.RowGroups = nil
	for i, g := range groups {
		rows := f.rows[g[0]:g[1]]
		group := format.RowGroup{NumRows: int64(len(rows)), Ordinal: int16(i)}
		for c := range f.columns {
			group.Columns = append(group.Columns, newChunk(&f.columns[c], rows, f.packer.codec))
		}
		group.Columns = append(group.Columns, newVectorChunk(len(rows), f.dim, f.packer.codec))
		f.footer.RowGroups = append(f.footer.RowGroups, group)
	}
}

// closeGroups sums the chunks up.
func (f *fileWriter) closeGroups() {
	for i := range f.footer.RowGroups {
		g := &f.footer.RowGroups[i]
		g.FileOffset = g.Columns[0].MetaData.DataPageOffset
		for _, c := range g.Columns {
			g.TotalByteSize += c.MetaData.TotalUncompressedSize
			g.TotalCompressedSize += c.MetaData.TotalCompressedSize
		}
	}
}
