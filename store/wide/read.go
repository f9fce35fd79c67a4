package wide

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
)

// Reader decodes pages on several goroutines. Its memory is a page's bytes
// before and after decompression for each of them, whatever the number of files
// that are read through it at once.
type Reader struct {
	unpacker *decompressor
	slots    chan *scratch
}

// scratch is the memory in which one goroutine decodes a page.
type scratch struct {
	body, raw  []byte
	repetition levelCache
	definition levelCache
}

// NewReader returns a reader with that many goroutines; 0 is one a processor.
func NewReader(workers int) (*Reader, error) {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	unpacker, err := newDecompressor(workers)
	if err != nil {
		return nil, err
	}
	r := &Reader{unpacker, make(chan *scratch, workers)}
	for range workers {
		r.slots <- &scratch{}
	}
	return r, nil
}

// Close frees what the reader holds. No call of it may be under way.
func (r *Reader) Close() { r.unpacker.Close() }

// Read fills dst (rows, dim) with the vectors of row groups from … to-1, which
// must have exactly these rows.
func (r *Reader) Read(ctx context.Context, c *Column, from, to int, dst []float32) error {
	if n := c.rows(from, to); n > len(dst)/c.dim || n*c.dim != len(dst) {
		return fmt.Errorf("%w: it has %d rows where %d values are asked for", ErrDamaged, n, len(dst))
	}
	return r.each(ctx, c, from, to, func(first int, plain []byte) error {
		copyFloats(dst[first:first+len(plain)/4], plain)
		return nil
	})
}

// Compare fails unless the file's vectors are those of rows, bit for bit.
func (r *Reader) Compare(ctx context.Context, c *Column, rows []schemas.Feature) error {
	if n := c.rows(0, len(c.groups)); n != len(rows) {
		return fmt.Errorf("%w: it has %d rows, not %d", ErrDamaged, n, len(rows))
	}
	return r.each(ctx, c, 0, len(c.groups), func(first int, plain []byte) error {
		for len(plain) > 0 {
			row := &rows[first/c.dim]
			want := row.Embedding[first%c.dim:]
			n := min(len(want), len(plain)/4)
			if !equalFloats(plain[:4*n], want[:n]) {
				return fmt.Errorf("%w: page %v reads back differently", ErrDamaged, row.Key())
			}
			first, plain = first+n, plain[4*n:]
		}
		return nil
	})
}

// each decodes the pages of groups from … to-1 and calls visit with the plain
// values of each and the index of the first, on several goroutines.
func (r *Reader) each(ctx context.Context, c *Column, from, to int, visit func(first int, plain []byte) error) error {
	group, ctx := errgroup.WithContext(ctx)
	err := c.walk(from, to, func(p vectorPage) error {
		var s *scratch
		select {
		case s = <-r.slots:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := ctx.Err(); err != nil { // select takes either
			r.slots <- s
			return err
		}
		group.Go(func() error {
			defer func() { r.slots <- s }()
			return guarded(func() error {
				plain, err := r.decode(c, p, s)
				if err != nil {
					return err
				}
				return visit(p.first, plain)
			})
		})
		return nil
	})
	// A failed page cancels the walk; its error says more.
	if pageErr := group.Wait(); pageErr != nil {
		return pageErr
	}
	return err
}

// decode reads a page and returns its plain values, in the scratch's memory.
func (r *Reader) decode(c *Column, p vectorPage, s *scratch) ([]byte, error) {
	s.body = grow(s.body, p.packed)
	if _, err := c.file.ReadAt(s.body, p.offset); err != nil {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: embeddings are cut short", ErrDamaged)
		}
		return nil, err
	}
	if p.crc != 0 && int32(crc32.ChecksumIEEE(s.body)) != p.crc {
		return nil, fmt.Errorf("%w: a page has not its checksum", ErrDamaged)
	}
	raw, err := r.unpacker.decompress(p.codec, s.raw, s.body, p.size)
	if err != nil {
		return nil, err
	}
	if p.codec != Uncompressed {
		s.raw = raw
	}
	return s.values(raw, p, c)
}

// values checks the levels of a page and returns what follows them.
func (s *scratch) values(raw []byte, p vectorPage, c *Column) ([]byte, error) {
	if len(raw) != p.size {
		return nil, fmt.Errorf("%w: a page has not the size of its header", ErrDamaged)
	}
	repetition, raw, err := cutLevels(raw)
	if err != nil {
		return nil, err
	}
	definition, raw, err := cutLevels(raw)
	if err != nil {
		return nil, err
	}
	shape := levelShape{p.count, c.dim, p.at, c.maxDef}
	if !s.repetition.holds(shape, repetition) {
		if err := checkRepetition(repetition, p.count, c.dim, p.at); err != nil {
			return nil, err
		}
		s.repetition.keep(shape, repetition)
	}
	if !s.definition.holds(shape, definition) {
		if err := checkDefinition(definition, p.count, c.maxDef, bits.Len8(c.maxDef)); err != nil {
			return nil, err
		}
		s.definition.keep(shape, definition)
	}
	if len(raw) != 4*p.count {
		return nil, fmt.Errorf("%w: a page has %d bytes for %d embedding values", ErrDamaged, len(raw), p.count)
	}
	return raw, nil
}

// levelShape is all that the levels of a page depend on.
type levelShape struct {
	count, dim, at int
	maxDef         byte
}

// levelCache is the last level stream that was found right: all but the last
// page of a row group have the same, whoever wrote it.
type levelCache struct {
	shape  levelShape
	stream []byte
}

func (l *levelCache) holds(shape levelShape, stream []byte) bool {
	return shape == l.shape && bytes.Equal(stream, l.stream)
}

func (l *levelCache) keep(shape levelShape, stream []byte) {
	l.shape, l.stream = shape, append(l.stream[:0], stream...)
}
