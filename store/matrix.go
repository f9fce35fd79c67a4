package store

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
	"cutpoint/store/wide"
)

// ReadMatrix reads a cut's table into one matrix, in commit order: data is
// (N, dim) row-major, and rows are its N rows without their embeddings. Parts
// are read at once on all processors.
func ReadMatrix(ctx context.Context, t *Table[schemas.Feature], dim int) (rows []schemas.Feature, data []float32, err error) {
	if dim != t.dim {
		return nil, nil, fmt.Errorf("read cut %s: its embeddings have %d values, not %d", t.name, t.dim, dim)
	}
	snap, err := t.Snapshot()
	if err != nil {
		return nil, nil, err
	}
	starts, total, err := t.partStarts(snap)
	if err != nil {
		return nil, nil, err
	}
	rows = make([]schemas.Feature, total)
	data = make([]float32, total*dim) // (N, dim)
	decoder, err := wide.NewReader(0) // the parts share its memory
	if err != nil {
		return nil, nil, err
	}
	defer decoder.Close()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, part := range snap.Parts {
		from, to := starts[i], starts[i+1]
		group.Go(func() error {
			name := path.Join(t.name, part.Path)
			p, err := openPart(t.store.files, name)
			if err != nil {
				return err
			}
			defer p.Close()
			p.decoder = decoder
			if err := p.readMatrix(ctx, dim, rows[from:to], data[from*dim:to*dim]); err != nil {
				return fmt.Errorf("read part %s: %w", name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	return rows, data, nil
}

// partStarts returns the first row of each part, and the number of all rows,
// having compared the log's counts with the parts' footers.
func (t *Table[R]) partStarts(snap Snapshot) (starts []int, total int, err error) {
	starts = []int{0}
	for _, part := range snap.Parts {
		name := path.Join(t.name, part.Path)
		p, err := openPart(t.store.files, name)
		if err != nil {
			return nil, 0, err
		}
		n := p.parquet.NumRows()
		p.Close()
		if part.Rows >= 0 && n != part.Rows || n < 0 {
			return nil, 0, fmt.Errorf("read part %s: %w: it has %d rows, the log says %d", name, ErrDamaged, n, part.Rows)
		}
		total += int(n)
		starts = append(starts, total)
	}
	return starts, total, nil
}

// readMatrix fills rows and data (rows, dim) from a part of exactly that size.
func (p *partFile) readMatrix(ctx context.Context, dim int, rows []schemas.Feature, data []float32) error {
	c, r, done, err := p.wideVectors(dim)
	if err == nil {
		defer done()
		err = readWide(ctx, p, c, r, rows, data)
	}
	if errors.Is(err, wide.ErrForeign) {
		return p.readMatrixGeneral(ctx, dim, rows, data)
	}
	return err
}

// readWide reads the vectors in parallel, straight into data, and the small
// columns beside them.
func readWide(ctx context.Context, p *partFile, c *wide.Column, r *wide.Reader, rows []schemas.Feature, data []float32) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.Read(ctx, c, 0, c.Groups(), data) })
	group.Go(func() error {
		return p.pages(ctx, func(pages []page) error {
			if len(pages) > len(rows) {
				return fmt.Errorf("%w: it has more rows than its footer says", ErrDamaged)
			}
			for i, r := range pages {
				rows[i] = r.feature(nil)
			}
			rows = rows[len(pages):]
			return nil
		})
	})
	return group.Wait()
}

// readMatrixGeneral is readMatrix with the general reader.
func (p *partFile) readMatrixGeneral(ctx context.Context, dim int, rows []schemas.Feature, data []float32) error {
	for _, group := range p.parquet.RowGroups() {
		v, err := openVectors(group, dim)
		if err != nil {
			return err
		}
		err = scanGroup(ctx, group, wide.RowsPerGroup(dim), func(pages []page) error {
			if len(pages) > len(rows) {
				return fmt.Errorf("%w: it has more rows than its footer says", ErrDamaged)
			}
			for i, r := range pages {
				rows[i] = r.feature(nil)
			}
			n := len(pages)
			err := v.read(data[:n*dim])
			rows, data = rows[n:], data[n*dim:]
			return err
		})
		if err = errors.Join(err, v.Close()); err != nil {
			return err
		}
	}
	if len(rows) > 0 {
		return fmt.Errorf("%w: it has %d rows fewer than its footer says", ErrDamaged, len(rows))
	}
	return nil
}
