package parquet

import (
	"errors"
	"fmt"
	"io"

	pq "github.com/parquet-go/parquet-go"
)

// tailBytes are read with the footer: of a small file that is all.
const tailBytes = 64 << 10

// File is a Parquet file that is open for reading. It is for one goroutine, and
// the zero value is ready for Reset.
type File struct {
	file    io.ReaderAt
	size    int64
	tail    []byte // the file's last bytes
	footer  footer
	general *pq.File     // opened when a column needs it
	unpack  decompressor // of all columns but vectors
	header  []byte       // buffer for page headers
	memory  rowMemory
}

// Open reads the footer of a file of size bytes and checks it.
func Open(file io.ReaderAt, size int64) (*File, error) {
	f := &File{}
	return f, f.Reset(file, size)
}

// Reset opens another file in the same memory.
func (f *File) Reset(file io.ReaderAt, size int64) error {
	f.file, f.size, f.general = file, size, nil
	if size < int64(len(magic))+footerTail {
		return fmt.Errorf("%w: %d bytes are no Parquet file", ErrDamaged, size)
	}
	if err := f.readTail(min(size, tailBytes)); err != nil {
		return err
	}
	n, ok := footerSize(f.tail)
	if !ok || n > min(size-footerTail-int64(len(magic)), maxFooter) {
		return fmt.Errorf("%w: it does not end as a Parquet file", ErrDamaged)
	}
	if n+footerTail > int64(len(f.tail)) {
		if err := f.readTail(n + footerTail); err != nil {
			return err
		}
	}
	end := int64(len(f.tail)) - footerTail
	return f.footer.parse(f.tail[end-n:end], size-n-footerTail)
}

// Rows returns the number of rows.
func (f *File) Rows() int64 { return f.footer.rows }

// Groups returns the number of row groups.
func (f *File) Groups() int { return len(f.footer.groups) }

// Lookup returns the value of one of the footer's keys.
func (f *File) Lookup(key string) (value string, ok bool) { return f.footer.lookup(key) }

// chunk returns the chunk of a leaf in a row group.
func (f *File) chunk(group, leaf int) *chunk {
	return &f.footer.chunks[group*len(f.footer.leaves)+leaf]
}

func (f *File) readTail(n int64) error {
	f.tail = grow(f.tail, int(n))
	return readAt(f.file, f.tail, f.size-n)
}

// bytes returns n bytes at an offset: those of the tail, or read into buffer.
func (f *File) bytes(offset, n int64, buffer *[]byte) ([]byte, error) {
	if i := offset - (f.size - int64(len(f.tail))); i >= 0 && i+n <= int64(len(f.tail)) {
		return f.tail[i : i+n], nil
	}
	*buffer = grow(*buffer, int(n))
	return *buffer, readAt(f.file, *buffer, offset)
}

func readAt(file io.ReaderAt, b []byte, offset int64) error {
	n, err := file.ReadAt(b, offset)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it is cut short", ErrDamaged)
	}
	return err
}
