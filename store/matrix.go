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

// tableRows reads all rows of a cut's table without their embeddings, in commit order.
func tableRows(ctx context.Context, t *Table[schemas.Feature]) ([]schemas.Feature, error) {
	snap, starts, err := t.partStarts()
	if err != nil {
		return nil, err
	}
	rows := make([]schemas.Feature, starts[len(snap.Parts)])
	err = t.eachOpenPart(ctx, snap.Parts, func(ctx context.Context, p *partFile, i int) error {
		return parquet.ReadRows(ctx, p.file, rows[starts[i]:starts[i+1]])
	})
	return rows, err
}

// tableVectors reads a cut's embeddings into one matrix, (N, dim) row-major, in the
// order of tableRows.
func tableVectors(ctx context.Context, t *Table[schemas.Feature]) ([]float32, error) {
	snap, starts, err := t.partStarts()
	if err != nil {
		return nil, err
	}
	decoder := parquet.NewDecoder(0) // the parts share its memory
	defer decoder.Close()
	data := make([]float32, starts[len(snap.Parts)]*t.dim) // (N, dim)
	err = t.eachOpenPart(ctx, snap.Parts, func(ctx context.Context, p *partFile, i int) error {
		return decoder.ReadEmbeddings(ctx, p.file, t.dim, data[starts[i]*t.dim:starts[i+1]*t.dim])
	})
	return data, err
}

// partStarts returns the newest snapshot and the first row of each of its parts,
// with the number of all rows at the end, having compared the log's counts with the
// parts' footers.
func (t *Table[R]) partStarts() (snap Snapshot, starts []int, err error) {
	if snap, err = t.Snapshot(); err != nil {
		return snap, nil, err
	}
	total := 0
	starts = []int{0}
	for _, part := range snap.Parts {
		name := path.Join(t.name, part.Path)
		p, err := openPart(t.store.files, name)
		if err != nil {
			return snap, nil, err
		}
		n := p.file.Rows()
		p.Close()
		if part.Rows >= 0 && n != part.Rows || n < 0 {
			return snap, nil, fmt.Errorf("read part %s: %w: it has %d rows, the log says %d", name, ErrDamaged, n, part.Rows)
		}
		total += int(n)
		starts = append(starts, total)
	}
	return snap, starts, nil
}

// eachOpenPart calls read with every part and its index, several at a time.
func (t *Table[R]) eachOpenPart(ctx context.Context, parts []Part, read func(ctx context.Context, p *partFile, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, part := range parts {
		group.Go(func() error {
			name := path.Join(t.name, part.Path)
			p, err := openPart(t.store.files, name)
			if err != nil {
				return err
			}
			defer p.Close()
			if err := read(ctx, p, i); err != nil {
				return fmt.Errorf("read part %s: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}
