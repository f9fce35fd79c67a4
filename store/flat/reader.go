package flat

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	// tailBytes are read with the footer: a small file's only read.
	tailBytes = 64 << 10
	// maxChunk and maxPage bound what is held of a column, compressed and not.
	maxChunk = 256 << 20
	maxPage  = 64 << 20
	// batchRows are handed out at once.
	batchRows = 4096
)

// Reader reads files one after another with the same memory. It is for one
// goroutine. The zero value is ready.
type Reader struct {
	zstd    *zstd.Decoder // made when first needed
	tail    []byte        // the file's last bytes
	footer  footer
	columns []Column
}

// Read reads the fields of all rows of a file. It calls batch with the columns,
// in the order of the fields, of which batch must take that many values each.
// The values are right if Err of the columns is nil after them. Errors but those
// of file and batch wrap ErrForeign.
func (r *Reader) Read(file io.ReaderAt, size int64, fields []Field, batch func(rows int, columns []Column) error) error {
	if err := r.open(file, size, fields); err != nil {
		return err
	}
	for i, g := range r.footer.groups {
		for n := range fields {
			c := r.footer.chunks[i*len(fields)+n]
			raw, err := r.bytes(file, size, c, &r.columns[n].file)
			if err != nil {
				return err
			}
			r.columns[n].start(raw, c, r.footer.defs[n])
		}
		if err := r.group(g.rows, batch); err != nil {
			return err
		}
	}
	return nil
}

// open reads the footer.
func (r *Reader) open(file io.ReaderAt, size int64, fields []Field) error {
	if err := r.readTail(file, size, min(size, tailBytes)); err != nil {
		return err
	}
	n, ok := footerSize(r.tail)
	if !ok || n > size-footerTail-int64(len(magic)) {
		return fmt.Errorf("%w: its end", ErrForeign)
	}
	if n+footerTail > int64(len(r.tail)) {
		if err := r.readTail(file, size, n+footerTail); err != nil {
			return err
		}
	}
	end := int64(len(r.tail)) - footerTail
	if err := r.footer.parse(r.tail[end-n:end], fields, size-n-footerTail); err != nil {
		return err
	}
	for len(r.columns) < len(fields) {
		r.columns = append(r.columns, Column{reader: r})
	}
	r.columns = r.columns[:len(fields)]
	for i, f := range fields {
		r.columns[i].field = f
	}
	return nil
}

func (r *Reader) readTail(file io.ReaderAt, size, n int64) error {
	r.tail = resize(r.tail, n)
	return readAt(file, r.tail, size-n)
}

// bytes returns a chunk's bytes: those of the tail, or read into buffer.
func (r *Reader) bytes(file io.ReaderAt, size int64, c chunk, buffer *[]byte) ([]byte, error) {
	if at := c.start - (size - int64(len(r.tail))); at >= 0 {
		return r.tail[at : at+c.size], nil
	}
	*buffer = resize(*buffer, c.size)
	return *buffer, readAt(file, *buffer, c.start)
}

// group hands out the rows of a row group, which every column must have exactly.
func (r *Reader) group(rows int64, batch func(rows int, columns []Column) error) error {
	for rows > 0 {
		n := min(rows, batchRows)
		rows -= n
		if err := batch(int(n), r.columns); err != nil {
			return err
		}
		if err := Err(r.columns); err != nil {
			return err
		}
	}
	for i := range r.columns {
		if c := &r.columns[i]; c.left != 0 || len(c.body) != c.at {
			return fmt.Errorf("%w: column %s has other than its rows", ErrForeign, c.field.Name)
		}
	}
	return nil
}

// Err returns what went wrong while values were taken.
func Err(columns []Column) error {
	for i := range columns {
		if err := columns[i].err; err != nil {
			return fmt.Errorf("column %s: %w", columns[i].field.Name, err)
		}
	}
	return nil
}

func (r *Reader) decoder() (*zstd.Decoder, error) {
	if r.zstd == nil {
		var err error
		// A page's buffer has the size that its header says: a frame of more is refused.
		r.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(maxPage))
		if err != nil {
			return nil, err
		}
	}
	return r.zstd, nil
}

func readAt(file io.ReaderAt, b []byte, at int64) error {
	n, err := file.ReadAt(b, at)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it is cut short", ErrForeign)
	}
	return err
}

func resize(b []byte, n int64) []byte {
	if n <= int64(cap(b)) {
		return b[:n]
	}
	return make([]byte, n)
}
