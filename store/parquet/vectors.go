package parquet

import (
	"fmt"

	"cutpoint/schemas"
)

// vectorColumn is the column of embeddings of a file, all of dim values, whose
// pages are all plain.
type vectorColumn struct {
	f      *File
	leaf   int
	dim    int
	maxDef byte // greatest definition level
	pages  plainPages
}

// openVectors finds the column of embeddings and reads its page headers. It
// returns nil if only parquet-go can read the column.
func (f *File) openVectors(dim int) (*vectorColumn, error) {
	if dim < 1 || dim > MaxDim {
		return nil, fmt.Errorf("%w: vectors of %d values", ErrUnsupported, dim)
	}
	ordinal := f.footer.find(schemas.ColumnEmbedding)
	if ordinal < 0 {
		return nil, fmt.Errorf("%w: it has no column %s", ErrDamaged, schemas.ColumnEmbedding)
	}
	l := &f.footer.leaves[ordinal]
	if l.physical != physicalFloat || l.maxRep != 1 {
		return nil, fmt.Errorf("%w: column %s is no list of float32", ErrUnsupported, schemas.ColumnEmbedding)
	}
	for i, g := range f.footer.groups {
		if n := f.chunk(i, ordinal).values; g.rows > (1<<62)/int64(dim) || n != g.rows*int64(dim) {
			return nil, fmt.Errorf("%w: embeddings have %d values where %d rows take %d each", ErrDamaged, n, g.rows, dim)
		}
	}
	c := &vectorColumn{f: f, leaf: ordinal, dim: dim, maxDef: l.maxDef}
	plain, err := f.plainPages(ordinal, max(maxPage, 16*int64(dim)), &c.pages)
	if err != nil || !plain {
		return nil, err
	}
	return c, c.check()
}

const physicalFloat = 4 // Type of parquet.thrift

// check refuses pages that take more memory than their values and levels can: a
// writer of runs takes five bytes a level at the worst.
func (c *vectorColumn) check() error {
	for _, p := range c.pages.pages {
		if p.size < 4*p.values || p.size > 16*p.values+1024 {
			return fmt.Errorf("%w: a page of %d embedding values has %d bytes", ErrDamaged, p.values, p.size)
		}
	}
	return nil
}

// rows returns how many rows the groups from … to-1 have.
func (c *vectorColumn) rows(from, to int) (n int) {
	for _, g := range c.f.footer.groups[from:to] {
		n += int(g.rows)
	}
	return n
}
