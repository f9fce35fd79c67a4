package parquet

import (
	"context"
	"errors"
	"fmt"
	"slices"

	pq "github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// ScanFeatures yields features, whose embeddings have dim values, in slices of
// about a row group's size that are the receiver's to keep.
func (d *Decoder) ScanFeatures(ctx context.Context, f *File, dim int, yield func([]schemas.Feature) error) error {
	r, err := f.openFeatures(dim)
	if err != nil {
		return err
	}
	defer r.close()
	for i, g := range f.footer.groups {
		if err := r.scanGroup(ctx, d, i, int(g.rows), yield); err != nil {
			return err
		}
	}
	return nil
}

// ReadEmbeddings fills data (rows, dim) with the embeddings of a file of exactly
// that size.
func (d *Decoder) ReadEmbeddings(ctx context.Context, f *File, dim int, data []float32) error {
	if f.Rows() > int64(len(data)/dim) || int(f.Rows())*dim != len(data) {
		return fmt.Errorf("%w: it has %d rows where %d values are asked for", ErrDamaged, f.Rows(), len(data))
	}
	e, err := f.openEmbeddings(dim)
	if err != nil {
		return err
	}
	if e.vectors != nil {
		return d.read(ctx, e.vectors, 0, f.Groups(), data)
	}
	return e.readGeneral(ctx, data)
}

// CompareEmbeddings fails unless the embeddings of a file that this package wrote
// are those of rows, bit for bit.
func (d *Decoder) CompareEmbeddings(ctx context.Context, f *File, dim int, rows []schemas.Feature) error {
	c, err := f.openOwnVectors(dim)
	if err != nil {
		return err
	}
	return d.compare(ctx, c, rows)
}

func (f *File) openOwnVectors(dim int) (*vectorColumn, error) {
	c, err := f.openVectors(dim)
	if err == nil && c == nil {
		err = fmt.Errorf("%w: its embeddings are encoded in another way", ErrUnsupported)
	}
	return c, err
}

// embeddings are a file's. Whether parquet-go reads them is decided when they are
// opened.
type embeddings struct {
	f       *File
	dim     int
	vectors *vectorColumn // nil: with parquet-go
	general *pq.File
}

func (f *File) openEmbeddings(dim int) (e embeddings, err error) {
	e.f, e.dim = f, dim
	if e.vectors, err = f.openVectors(dim); err != nil {
		return e, err
	}
	if e.vectors == nil || f.hasLargeGroup(dim) {
		e.general, err = f.openParquetGo()
	}
	return e, err
}

// featureReader reads features.
type featureReader struct {
	*rowReader[schemas.Feature]
	embeddings
}

func (f *File) openFeatures(dim int) (r *featureReader, err error) {
	r = &featureReader{}
	if r.embeddings, err = f.openEmbeddings(dim); err != nil {
		return nil, err
	}
	r.rowReader, err = openRows[schemas.Feature](f)
	return r, err
}

// isLarge reports whether a row group of another tool may be larger than memory.
func isLarge(rows int64, dim int) bool { return rows > 2*int64(RowsPerGroup(dim)) }

func (f *File) hasLargeGroup(dim int) bool {
	return slices.ContainsFunc(f.footer.groups, func(g rowGroup) bool { return isLarge(g.rows, dim) })
}

// scanGroup yields a row group's features: all at once, or, with parquet-go, in
// slices. The embeddings of a slice share one block.
func (r *featureReader) scanGroup(ctx context.Context, d *Decoder, i, n int, yield func([]schemas.Feature) error) (err error) {
	if err := r.startGroup(i); err != nil {
		return err
	}
	step := n
	fill := func(block []float32) error { return d.read(ctx, r.vectors, i, i+1, block) }
	if r.vectors == nil || isLarge(int64(n), r.dim) {
		v, openErr := openGeneralVectors(r.general.RowGroups()[i], r.dim)
		if openErr != nil {
			return openErr
		}
		defer func() { err = errors.Join(err, v.Close()) }()
		step, fill = RowsPerGroup(r.dim), v.read
	}
	for ; n > 0; n -= step {
		step = min(step, n)
		rows, block := make([]schemas.Feature, step), make([]float32, step*r.dim) // (rows, dim)
		if err := fill(block); err != nil {
			return err
		}
		if err := r.read(ctx, rows); err != nil {
			return err
		}
		for k := range rows {
			rows[k].Embedding = block[k*r.dim : (k+1)*r.dim : (k+1)*r.dim]
		}
		if err := yield(rows); err != nil {
			return err
		}
	}
	return nil
}

// readGeneral fills data (rows, dim) from all row groups.
func (e *embeddings) readGeneral(ctx context.Context, data []float32) error {
	for i, group := range e.general.RowGroups() {
		v, err := openGeneralVectors(group, e.dim)
		if err != nil {
			return err
		}
		n := int(e.f.footer.groups[i].rows)
		err = v.read(data[:n*e.dim])
		data = data[n*e.dim:]
		if err = errors.Join(err, v.Close(), ctx.Err()); err != nil {
			return err
		}
	}
	return nil
}
