package parquet

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go/format"

	"cutpoint/store/files"
	"cutpoint/store/thrift"
)

// Parquet's footer and page headers carry no checksum, and readers make room for
// what they say. The checks here come first, so that a small file never asks for
// much memory, whatever its bytes are.
const (
	// maxExpansion is how many bytes a byte of a page may unpack to: more than
	// any codec reaches (zstd: a run of 128 KB in 4 bytes).
	maxExpansion = 1 << 15
	// rowsPerByte is how many rows a byte of a file may hold. Keys are unique,
	// so that no writer comes near it.
	rowsPerByte = 64
	// maxFooter is enough for 80,000 column chunks.
	maxFooter = 16 << 20
	// maxPageHeader is far above what statistics of a page take.
	maxPageHeader = 1 << 20
)

// checkFooterBytes refuses a footer whose lengths reach beyond it.
func checkFooterBytes(f io.ReaderAt, size int64) error {
	const tail = 8 // the footer's length, and PAR1
	var end [tail]byte
	if size < 4+tail {
		return fmt.Errorf("%w: %d bytes are no Parquet file", files.ErrDamaged, size)
	}
	if _, err := f.ReadAt(end[:], size-tail); err != nil {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(end[:4]))
	if string(end[4:]) != "PAR1" || n > min(size-4-tail, maxFooter) {
		return fmt.Errorf("%w: it does not end as a Parquet file", files.ErrDamaged)
	}
	footer := make([]byte, n)
	if _, err := f.ReadAt(footer, size-tail-n); err != nil {
		return err
	}
	if !thrift.Whole(footer) {
		return fmt.Errorf("%w: its footer cannot be read", files.ErrDamaged)
	}
	return nil
}

// checkFooter refuses a footer whose numbers cannot be.
func checkFooter(m *format.FileMetaData, size int64) error {
	rows := int64(0)
	for _, group := range m.RowGroups {
		if group.NumRows < 0 || rows > m.NumRows {
			return fmt.Errorf("%w: its footer counts rows wrongly", files.ErrDamaged)
		}
		rows += group.NumRows
		for _, chunk := range group.Columns {
			if err := checkChunk(chunk.MetaData, group.NumRows, size); err != nil {
				return err
			}
		}
	}
	if rows != m.NumRows || rows/rowsPerByte > size {
		return fmt.Errorf("%w: its footer counts rows wrongly", files.ErrDamaged)
	}
	return nil
}

func checkChunk(c format.ColumnMetaData, rows, size int64) error {
	start := chunkStart(c)
	name := strings.Join(c.PathInSchema, ".")
	if c.NumValues < rows || c.TotalCompressedSize < 0 || start < 0 ||
		start > size || c.TotalCompressedSize > size-start {
		return fmt.Errorf("%w: its footer places column %s outside of the file", files.ErrDamaged, name)
	}
	// A list has more values than rows, of 4 bytes or more each.
	if c.NumValues > rows && c.NumValues/(maxExpansion/4) > c.TotalCompressedSize {
		return fmt.Errorf("%w: its footer gives column %s %d values in %d bytes", files.ErrDamaged, name, c.NumValues, c.TotalCompressedSize)
	}
	switch c.Codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd:
		return nil
	}
	// The LZ4 decoder of parquet-go grows without bound on damaged bytes.
	return fmt.Errorf("%w: compression %v", files.ErrUnsupported, c.Codec)
}

// chunkStart is where a chunk's first page begins; a dictionary comes first.
func chunkStart(c format.ColumnMetaData) int64 {
	if d := c.DictionaryPageOffset; d > 0 {
		return min(c.DataPageOffset, d)
	}
	return c.DataPageOffset
}

// checkPages refuses page headers whose numbers cannot be.
func checkPages(f io.ReaderAt, m *format.FileMetaData) error {
	for _, group := range m.RowGroups {
		for _, chunk := range group.Columns {
			if err := checkChunkPages(f, chunk.MetaData); err != nil {
				return fmt.Errorf("column %s: %w", strings.Join(chunk.MetaData.PathInSchema, "."), err)
			}
		}
	}
	return nil
}

func checkChunkPages(f io.ReaderAt, c format.ColumnMetaData) error {
	at := chunkStart(c)
	end, values := at+c.TotalCompressedSize, c.NumValues
	for at < end {
		p, err := readPageHeader(f, at, end)
		if err != nil {
			return err
		}
		at += p.length
		if p.compressed < 0 || p.compressed > end-at || p.plain < 0 || p.plain/maxExpansion > p.compressed ||
			p.values < 0 || p.values > values {
			return fmt.Errorf("%w: a page's header cannot be", files.ErrDamaged)
		}
		at, values = at+p.compressed, values-p.values
	}
	return nil
}

// pageHeader is what of a PageHeader sizes buffers (parquet.thrift).
type pageHeader struct {
	length            int64 // of the header itself
	plain, compressed int64 // bytes of the page
	values            int64 // of a data page
}

func readPageHeader(f io.ReaderAt, at, end int64) (pageHeader, error) {
	for window := int64(512); ; window = maxPageHeader {
		b := make([]byte, min(window, end-at))
		if _, err := f.ReadAt(b, at); err != nil {
			return pageHeader{}, err
		}
		if p, ok := decodePageHeader(b); ok {
			return p, nil
		}
		if window == maxPageHeader || window >= end-at {
			return pageHeader{}, fmt.Errorf("%w: a page's header cannot be read", files.ErrDamaged)
		}
	}
}

// decodePageHeader decodes the page header that b begins with.
func decodePageHeader(b []byte) (p pageHeader, ok bool) {
	const dataPage, dataPageV2 = 5, 8
	r := thrift.NewReader(b)
	r.Fields(func(id int64, t thrift.Type) bool {
		switch {
		case id == 2 && t == thrift.I32:
			p.plain = r.Integer()
		case id == 3 && t == thrift.I32:
			p.compressed = r.Integer()
		case (id == dataPage || id == dataPageV2) && t == thrift.Struct:
			r.Fields(func(id int64, t thrift.Type) bool {
				if id != 1 || t != thrift.I32 {
					return false
				}
				p.values = r.Integer()
				return true
			})
		default:
			return false
		}
		return true
	})
	p.length = int64(len(b) - len(r.Rest()))
	return p, !r.Bad()
}
