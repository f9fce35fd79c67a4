package wide

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// maxHeader bounds a page header: about fifty bytes, and a writer's statistics.
const maxHeader = 64 << 10

// readHeader reads the page header at an offset of a chunk and returns its length.
func (c *Column) readHeader(h *format.PageHeader, offset, end int64) (length int64, err error) {
	for window := int64(256); ; window *= 16 {
		b := make([]byte, min(window, end-offset))
		if _, err := c.file.ReadAt(b, offset); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		length, err = decodeHeader(h, b)
		if err == nil {
			return length, nil
		}
		if window >= maxHeader || int64(len(b)) < window {
			return 0, err
		}
	}
}

// decodeHeader decodes the page header that b begins with.
func decodeHeader(h *format.PageHeader, b []byte) (length int64, err error) {
	err = guarded(func() error {
		*h = format.PageHeader{}
		r := new(thrift.CompactProtocol).NewReaderFromBytes(b)
		err := thrift.NewDecoder(r).Decode(h)
		length = int64(r.BytesRead())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("%w: a page header: %w", ErrDamaged, err)
	}
	return length, nil
}

// maxRead bounds a page after decompression, unless a single vector is longer.
const maxRead = 64 << 20

// vectorPage is a page of vectors whose header was checked.
type vectorPage struct {
	offset int64 // of its body in the file
	packed int   // bytes there
	size   int   // bytes after decompression
	crc    int32 // of the bytes there; 0 if its writer gave none
	codec  Codec
	first  int // its first value among those that are read
	at     int // position of that in its vector
	count  int // values
}

// checkHeader fails unless a page at offset is plain, fits into its chunk and
// takes no more memory than left values and their levels can.
func checkHeader(h *format.PageHeader, dim, left, offset, end int64) error {
	if h.Type != format.DataPage || !h.DataPageHeader.Valid {
		return fmt.Errorf("%w: a page of type %v", ErrForeign, h.Type)
	}
	d := &h.DataPageHeader.V
	if d.Encoding != format.Plain || d.RepetitionLevelEncoding != format.RLE || d.DefinitionLevelEncoding != format.RLE {
		return fmt.Errorf("%w: encoding %v", ErrForeign, d.Encoding)
	}
	n := int64(d.NumValues)
	if n < 1 || n > left {
		return fmt.Errorf("%w: a page of %d embedding values where %d are left", ErrDamaged, n, left)
	}
	if h.CompressedPageSize < 0 || int64(h.CompressedPageSize) > end-offset {
		return fmt.Errorf("%w: a page is longer than its column", ErrDamaged)
	}
	// A writer of runs takes five bytes a level at the worst.
	if size := int64(h.UncompressedPageSize); size < 4*n || size > 16*n+1024 {
		return fmt.Errorf("%w: a page of %d embedding values has %d bytes", ErrDamaged, n, size)
	} else if size > max(maxRead, 16*dim) {
		return fmt.Errorf("%w: a page of %d bytes", ErrForeign, size)
	}
	return nil
}

// walk calls visit for each page of groups from … to-1, in order.
func (c *Column) walk(from, to int, visit func(vectorPage) error) error {
	value := 0
	var h format.PageHeader
	for _, g := range c.groups[from:to] {
		offset, left := g.start, int64(g.rows)*int64(c.dim)
		for left > 0 {
			length, err := c.readHeader(&h, offset, g.end)
			if err != nil {
				return err
			}
			offset += length
			if err := checkHeader(&h, int64(c.dim), left, offset, g.end); err != nil {
				return err
			}
			n := int(h.DataPageHeader.V.NumValues)
			err = visit(vectorPage{
				offset: offset, packed: int(h.CompressedPageSize), size: int(h.UncompressedPageSize),
				crc: h.CRC, codec: g.codec, first: value, at: value % c.dim, count: n,
			})
			if err != nil {
				return err
			}
			offset += int64(h.CompressedPageSize)
			left -= int64(n)
			value += n
		}
	}
	return nil
}
