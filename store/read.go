package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// openPart opens a part for reading. A file that is no whole Parquet file is an
// error that names it; what parquet-go does with hostile bytes must not reach the
// user as a panic.
func openPart(path string) (f *os.File, p *parquet.File, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("part %s is not a regular file", path)
	}
	if f, err = os.Open(path); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err = damaged(path, recover(), err); err != nil {
			f.Close()
		}
	}()
	p, err = parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	return f, p, err
}

// damaged turns a reader's panic or error into an error that names the part.
func damaged(path string, panicked any, err error) error {
	if panicked != nil {
		err = fmt.Errorf("%v", panicked)
	}
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("part %s cannot be read: %w; restore it from a backup, or remove its table and featurize again", path, err)
}

// errYield wraps what the caller of a scan returned, which is no damage.
type errYield struct{ error }

// scanPart calls yield with a part's rows.
func scanPart[R any](ctx context.Context, path string, yield func([]R) error) (err error) {
	f, p, err := openPart(path)
	if err != nil {
		return err
	}
	defer f.Close()
	defer func() {
		var y errYield
		if r := recover(); r == nil && errors.As(err, &y) {
			err = y.error
		} else {
			err = damaged(path, r, err)
		}
	}()
	r := parquet.NewGenericReader[R](p)
	defer r.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := make([]R, 256)
		n, err := r.Read(rows)
		if n > 0 {
			if err := yield(rows[:n]); err != nil {
				return errYield{err}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// keyRow are the columns that identify a row.
type keyRow struct {
	DocumentID string `parquet:"document_id"`
	Page       int32  `parquet:"page"`
}

func readKeys(path string) ([]schemas.PageKey, error) {
	var keys []schemas.PageKey
	err := scanPart(context.Background(), path, func(rows []keyRow) error {
		for _, r := range rows {
			keys = append(keys, schemas.PageKey(r))
		}
		return nil
	})
	return keys, err
}

// ReadMatrix reads a cut table: its rows without their embeddings, and the
// embeddings as one row-major (N, D) matrix in the same order.
func ReadMatrix(ctx context.Context, t *Table[schemas.Feature]) (rows []schemas.Feature, data []float32, err error) {
	s, err := t.Snapshot()
	if err != nil {
		return nil, nil, err
	}
	data = make([]float32, s.Rows*int64(t.cut.Dim))
	for _, p := range s.Parts {
		path := filepath.Join(t.dir, p.Path)
		part, err := readFeatureRows(ctx, path)
		if err != nil {
			return nil, nil, err
		}
		if int64(len(part)) != p.Rows {
			return nil, nil, damaged(path, nil, fmt.Errorf("it has %d rows, its commit says %d", len(part), p.Rows))
		}
		if err := readEmbeddings(path, data[len(rows)*t.cut.Dim:][:len(part)*t.cut.Dim]); err != nil {
			return nil, nil, err
		}
		rows = append(rows, part...)
	}
	return rows, data, nil
}

// featureRow is a feature without its vector.
type featureRow struct {
	DocumentID string  `parquet:"document_id"`
	Page       int32   `parquet:"page"`
	Path       string  `parquet:"path"`
	Label      *string `parquet:"label,optional"`
	Split      *string `parquet:"split,optional"`
}

func readFeatureRows(ctx context.Context, path string) ([]schemas.Feature, error) {
	var out []schemas.Feature
	err := scanPart(ctx, path, func(rows []featureRow) error {
		for _, r := range rows {
			out = append(out, schemas.Feature{DocumentID: r.DocumentID, Page: r.Page, Path: r.Path, Label: r.Label, Split: r.Split})
		}
		return nil
	})
	return out, err
}

// readEmbeddings copies a part's embeddings end to end, page by Parquet page.
func readEmbeddings(path string, dst []float32) (err error) {
	f, p, err := openPart(path)
	if err != nil {
		return err
	}
	defer f.Close()
	defer func() { err = damaged(path, recover(), err) }()
	leaf, ok := p.Schema().Lookup("embedding", "list", "element")
	if !ok {
		return errors.New("it has no column embedding.list.element")
	}
	for _, group := range p.RowGroups() {
		pages := group.ColumnChunks()[leaf.ColumnIndex].Pages()
		rest, err := copyPages(dst, pages)
		if err = errors.Join(err, pages.Close()); err != nil {
			return err
		}
		dst = rest
	}
	if len(dst) != 0 {
		return fmt.Errorf("its embeddings are %d values short", len(dst))
	}
	return nil
}

func copyPages(dst []float32, pages parquet.Pages) (rest []float32, err error) {
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
		data := page.Data()
		values := data.Float()
		if len(values) > len(dst) {
			return dst, errors.New("its embeddings have more values than their length allows")
		}
		dst = dst[copy(dst, values):]
		parquet.Release(page)
	}
}
