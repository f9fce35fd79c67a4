package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
	"cutpoint/store/files"
	cutparquet "cutpoint/store/parquet"
	"cutpoint/store/wide"
)

// partFile is a part open for reading.
type partFile struct {
	files.File
	parquet *parquet.File
	info    partInfo
	decoder *wide.Reader // of vectors, where several parts share one
}

// openPart opens a part and reads its footer.
func openPart(f files.Folder, name string) (p *partFile, err error) {
	file, err := f.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open part %s: %w; a part of an older version may have been removed by a vacuum", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open part %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			file.Close()
			err = fmt.Errorf("open part %s: %w", name, err)
		}
	}()
	defer cutparquet.Guard(&err)
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	pf, err := cutparquet.OpenGeneral(file, info.Size())
	if err != nil {
		return nil, err
	}
	return &partFile{
		File: file, parquet: pf,
		info: partInfo{info.Size(), info.ModTime().UnixMilli()},
	}, nil
}

// footer returns the cutpoint keys of the part's footer.
func (p *partFile) footer() map[string]string {
	out := map[string]string{}
	for _, k := range []string{schemas.KeyDescription, schemas.KeyCut, schemas.KeyFingerprint} {
		if v, ok := p.parquet.Lookup(k); ok {
			out[k] = v
		}
	}
	return out
}

// pageKey are the columns of a key.
type pageKey struct {
	DocumentID string `parquet:"document_id"`
	Page       int32  `parquet:"page"`
}

// scanPart yields all rows of a part in slices that are the receiver's to keep.
func scanPart[R Row](ctx context.Context, p *partFile, dim int, yield func([]R) error) error {
	if f, ok := any(yield).(func([]schemas.Feature) error); ok {
		return scanFeatures(ctx, p, dim, f)
	}
	return scanPlain(ctx, p, smallRowGroup/16, yield)
}

// scanPlain reads rows of any type but Feature, batch rows at a time.
func scanPlain[T any](ctx context.Context, p *partFile, batch int, yield func([]T) error) error {
	for _, group := range p.parquet.RowGroups() {
		if err := scanGroup(ctx, group, batch, yield); err != nil {
			return err
		}
	}
	return nil
}

func scanGroup[T any](ctx context.Context, group parquet.RowGroup, batch int, yield func([]T) error) error {
	r, err := openRows[T](group)
	if err != nil {
		return err
	}
	defer r.Close()
	for left := group.NumRows(); left > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := make([]T, min(left, int64(batch)))
		if err := readRows(r, rows); err != nil {
			return err
		}
		left -= int64(len(rows))
		if err := yield(rows); err != nil {
			return err
		}
	}
	return nil
}

func openRows[T any](group parquet.RowGroup) (r *parquet.GenericReader[T], err error) {
	defer cutparquet.Guard(&err)
	return parquet.NewGenericRowGroupReader[T](withoutInt96(group)), nil
}

// readRows fills rows, or fails.
func readRows[T any](r *parquet.GenericReader[T], rows []T) (err error) {
	defer cutparquet.Guard(&err)
	for len(rows) > 0 {
		n, err := r.Read(rows)
		rows = rows[n:]
		switch {
		case len(rows) == 0:
		case errors.Is(err, io.EOF), err == nil && n == 0:
			return fmt.Errorf("%w: %d rows fewer than its footer says", ErrDamaged, len(rows))
		case err != nil:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	return nil
}
