package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
	"cutpoint/store/wide"
)

// wideVectors opens the vectors of a part for the reader of package wide. An
// error that wraps wide.ErrForeign asks for the general reader instead. The
// caller calls done in the end.
func (p *partFile) wideVectors(dim int) (c *wide.Column, r *wide.Reader, done func(), err error) {
	if c, err = wide.OpenColumn(p, p.info.size, p.parquet.Metadata(), dim); err != nil {
		return nil, nil, nil, err
	}
	if p.decoder != nil {
		return c, p.decoder, func() {}, nil
	}
	if r, err = wide.NewReader(0); err != nil {
		return nil, nil, nil, err
	}
	return c, r, r.Close, nil
}

// scanFeatures yields features in slices of about a row group's size; the
// embeddings of a slice share one block.
func scanFeatures(ctx context.Context, p *partFile, dim int, yield func([]schemas.Feature) error) error {
	c, r, done, err := p.wideVectors(dim)
	if err == nil {
		defer done()
	} else if !errors.Is(err, wide.ErrForeign) {
		return err
	}
	for i, group := range p.parquet.RowGroups() {
		rows, err := []schemas.Feature(nil), error(wide.ErrForeign)
		// Another tool's group may be larger than memory: that is read in slices.
		if c != nil && c.GroupRows(i) <= 2*wide.RowsPerGroup(dim) {
			rows, err = readFeatures(ctx, group, c, r, i, dim)
		}
		switch {
		case errors.Is(err, wide.ErrForeign):
			err = scanFeaturesGeneral(ctx, group, dim, yield)
		case err == nil && len(rows) > 0:
			err = yield(rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readFeatures reads row group i in full.
func readFeatures(ctx context.Context, group parquet.RowGroup, c *wide.Column, r *wide.Reader, i, dim int) ([]schemas.Feature, error) {
	n := c.GroupRows(i)
	block := make([]float32, n*dim) // (rows, dim)
	if err := r.Read(ctx, c, i, i+1, block); err != nil {
		return nil, err
	}
	rows := make([]schemas.Feature, 0, n)
	err := scanGroup(ctx, group, max(n, 1), func(pages []page) error {
		for _, p := range pages {
			at := len(rows) * dim
			rows = append(rows, p.feature(block[at:at+dim:at+dim]))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// scanFeaturesGeneral yields a row group's features with the general reader.
func scanFeaturesGeneral(ctx context.Context, group parquet.RowGroup, dim int, yield func([]schemas.Feature) error) error {
	v, err := openVectors(group, dim)
	if err != nil {
		return err
	}
	err = scanGroup(ctx, group, wide.RowsPerGroup(dim), func(pages []page) error {
		block := make([]float32, len(pages)*dim) // (rows, dim)
		if err := v.read(block); err != nil {
			return err
		}
		rows := make([]schemas.Feature, len(pages))
		for i, r := range pages {
			rows[i] = r.feature(block[i*dim : (i+1)*dim : (i+1)*dim])
		}
		return yield(rows)
	})
	return errors.Join(err, v.Close())
}

// compareFeatures fails unless a part holds rows, bit for bit. The embeddings
// are compared page by page where they are decoded.
func compareFeatures(ctx context.Context, p *partFile, dim int, rows []schemas.Feature) error {
	c, r, done, err := p.wideVectors(dim)
	if err != nil {
		return err
	}
	defer done()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.Compare(ctx, c, rows) })
	group.Go(func() error { return comparePages(ctx, p, rows) })
	return group.Wait()
}

// comparePages compares all columns but the embeddings.
func comparePages(ctx context.Context, p *partFile, rows []schemas.Feature) error {
	err := p.pages(ctx, func(pages []page) error {
		if len(pages) > len(rows) {
			return fmt.Errorf("%w: more rows read back than written", ErrDamaged)
		}
		for i, got := range pages {
			want := rows[i]
			want.Embedding = nil
			if !sameRow(got.feature(nil), want) {
				return fmt.Errorf("%w: page %v reads back differently", ErrDamaged, want.Key())
			}
		}
		rows = rows[len(pages):]
		return nil
	})
	if err == nil && len(rows) > 0 {
		err = fmt.Errorf("%w: %d rows do not read back", ErrDamaged, len(rows))
	}
	return err
}

func (p page) feature(embedding []float32) schemas.Feature {
	return schemas.Feature{
		DocumentID: p.DocumentID, Page: p.Page, Path: p.Path, Label: p.Label, Split: p.Split,
		FeaturizedAt: time.UnixMicro(p.FeaturizedAt).UTC(), Embedding: embedding,
	}
}
