package parquet

import (
	"bytes"
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
)

// Decoder decodes the pages of embeddings on several goroutines. Its memory is a
// page's bytes before and after decompression for each of them, whatever the
// number of files that are read through it at once.
type Decoder struct {
	unpack *decompressor
	slots  chan *scratch
}

// scratch is the memory in which one goroutine decodes a page.
type scratch struct {
	body, raw  []byte
	repetition levelCache
	definition levelCache
}

// NewDecoder returns a decoder with a number of goroutines; 0 is one a processor.
func NewDecoder(workers int) *Decoder {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	d := &Decoder{&decompressor{workers: workers}, make(chan *scratch, workers)}
	for range workers {
		d.slots <- &scratch{}
	}
	return d
}

// Close frees what the decoder holds. No file may be read through it any more.
func (d *Decoder) Close() { d.unpack.Close() }

// read fills dst (rows, dim) with the vectors of row groups from … to-1, which
// must have exactly these rows.
func (d *Decoder) read(ctx context.Context, c *vectorColumn, from, to int, dst []float32) error {
	if n := c.rows(from, to); n > len(dst)/c.dim || n*c.dim != len(dst) {
		return fmt.Errorf("%w: it has %d rows where %d values are asked for", ErrDamaged, n, len(dst))
	}
	return d.each(ctx, c, from, to, func(first int, plain []byte) error {
		copyFloats(dst[first:first+len(plain)/4], plain)
		return nil
	})
}

// compare fails unless the file's vectors are those of rows, bit for bit.
func (d *Decoder) compare(ctx context.Context, c *vectorColumn, rows []schemas.Feature) error {
	if n := c.rows(0, c.f.Groups()); n != len(rows) {
		return fmt.Errorf("%w: it has %d rows, not %d", ErrDamaged, n, len(rows))
	}
	return d.each(ctx, c, 0, c.f.Groups(), func(first int, plain []byte) error {
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
func (d *Decoder) each(ctx context.Context, c *vectorColumn, from, to int, visit func(first int, plain []byte) error) error {
	group, ctx := errgroup.WithContext(ctx)
	err := c.eachPage(from, to, func(p *vectorPage) error {
		var s *scratch
		select {
		case s = <-d.slots:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := ctx.Err(); err != nil { // select takes either
			d.slots <- s
			return err
		}
		group.Go(func() error {
			defer func() { d.slots <- s }()
			return guarded(func() error {
				plain, err := d.decode(c, p, s)
				if err != nil {
					return err
				}
				return visit(p.first, plain)
			})
		})
		return nil
	})
	// A failed page ends the loop; its error says more.
	if pageErr := group.Wait(); pageErr != nil {
		return pageErr
	}
	return err
}

// vectorPage is a page of vectors.
type vectorPage struct {
	page
	codec Codec
	first int // its first value among those that are read
}

// eachPage calls visit with the pages of groups from … to-1, in order.
func (c *vectorColumn) eachPage(from, to int, visit func(*vectorPage) error) error {
	first := 0
	for i := from; i < to; i++ {
		codec := c.f.chunk(i, c.leaf).codec
		for _, p := range c.pages.group(i) {
			if err := visit(&vectorPage{p, codec, first}); err != nil {
				return err
			}
			first += int(p.values)
		}
	}
	return nil
}

// decode reads a page and returns its plain values, in the scratch's memory.
func (d *Decoder) decode(c *vectorColumn, p *vectorPage, s *scratch) ([]byte, error) {
	s.body = grow(s.body, int(p.packed))
	if err := readAt(c.f.file, s.body, p.offset); err != nil {
		return nil, err
	}
	if err := p.checkCRC(s.body); err != nil {
		return nil, err
	}
	raw, err := d.unpack.decompress(p.codec, s.raw, s.body, int(p.size))
	if err != nil {
		return nil, err
	}
	if p.codec != Uncompressed {
		s.raw = raw
	}
	return s.values(raw, p, c)
}

// values checks the levels of a page and returns what follows them.
func (s *scratch) values(raw []byte, p *vectorPage, c *vectorColumn) ([]byte, error) {
	count := int(p.page.values)
	repetition, raw, err := cutLevels(raw)
	if err != nil {
		return nil, err
	}
	definition, raw, err := cutLevels(raw)
	if err != nil {
		return nil, err
	}
	shape := levelShape{count, c.dim, p.first % c.dim, c.maxDef}
	if !s.repetition.holds(shape, repetition) {
		if err := checkRepetition(repetition, count, c.dim, shape.at); err != nil {
			return nil, err
		}
		s.repetition.keep(shape, repetition)
	}
	if !s.definition.holds(shape, definition) {
		if err := checkDefinition(definition, count, c.maxDef); err != nil {
			return nil, err
		}
		s.definition.keep(shape, definition)
	}
	if len(raw) != 4*count {
		return nil, fmt.Errorf("%w: a page has %d bytes for %d embedding values", ErrDamaged, len(raw), count)
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
