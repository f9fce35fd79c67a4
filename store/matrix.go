package store

import (
	"context"
	"fmt"
	"path"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
	"cutpoint/store/parquet"
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
	decoder := parquet.NewDecoder(0)  // the parts share its memory
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
			if err := decoder.ReadMatrix(ctx, p.file, dim, rows[from:to], data[from*dim:to*dim]); err != nil {
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
		n := p.file.Rows()
		p.Close()
		if part.Rows >= 0 && n != part.Rows || n < 0 {
			return nil, 0, fmt.Errorf("read part %s: %w: it has %d rows, the log says %d", name, ErrDamaged, n, part.Rows)
		}
		total += int(n)
		starts = append(starts, total)
	}
	return starts, total, nil
}
