package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/parquet"
)

const (
	partPrefix = "part-"
	partSuffix = ".parquet"
)

// byteCount counts what is written to it.
type byteCount int64

func (n *byteCount) Write(b []byte) (int, error) {
	*n += byteCount(len(b))
	return len(b), nil
}

// writePart writes rows as a new part of the table: durable and read back, but
// not yet named by the log.
func (t *Table[R]) writePart(ctx context.Context, rows []R) (*delta.Part, error) {
	name := path.Join(t.name, partPrefix+uuid.NewString()+partSuffix)
	var size byteCount
	sum := sha256.New()
	var part delta.Part
	encode := func(w io.Writer) error {
		return parquet.Write(ctx, io.MultiWriter(w, sum, &size), rows, t.dim, t.footer())
	}
	check := func(temp string) error {
		part = delta.Part{Rows: int64(len(rows)), Bytes: int64(size), SHA256: hex.EncodeToString(sum.Sum(nil))}
		info, err := t.readBack(ctx, temp, rows, part)
		part.Modified = info.modified
		return err
	}
	if err := t.store.files.Put(name, encode, check); err != nil {
		return nil, fmt.Errorf("write part %s: %w", name, err)
	}
	part.Path = path.Base(name)
	return &part, nil
}

// partInfo is what a file system says of a part.
type partInfo struct{ size, modified int64 }

// readBack reads a part in full and compares it with what was to be written: its
// bytes, for no row shows a bit that flipped in a footer, and its rows, for the
// encoder may err. The disk is not asked again (its cache answers).
func (t *Table[R]) readBack(ctx context.Context, name string, rows []R, written Part) (partInfo, error) {
	if err := t.verifyBytes(name, written); err != nil {
		return partInfo{}, err
	}
	p, err := openPart(t.store.files, name)
	if err != nil {
		return partInfo{}, err
	}
	defer p.Close()
	group, ctx := errgroup.WithContext(ctx)
	if features, ok := any(rows).([]schemas.Feature); ok {
		group.Go(func() error { return t.compareEmbeddings(ctx, p, features) })
	}
	group.Go(func() error { return compareRows(ctx, p.file, rows) })
	return p.info, group.Wait()
}

// compareEmbeddings fails unless a part has the embeddings of rows, bit for bit.
func (t *Table[R]) compareEmbeddings(ctx context.Context, p *partFile, rows []schemas.Feature) error {
	f, err := parquet.Open(p, p.info.size) // a file is for one goroutine
	if err != nil {
		return err
	}
	d := parquet.NewDecoder(0)
	defer d.Close()
	return d.CompareEmbeddings(ctx, f, t.dim, rows)
}

// compareRows fails unless a part holds rows, but for their embeddings.
func compareRows[R Row](ctx context.Context, f *parquet.File, rows []R) error {
	var buffer []R
	err := parquet.Scan(ctx, f, &buffer, func(got []R) error {
		if len(got) > len(rows) {
			return fmt.Errorf("%w: more rows read back than written", ErrDamaged)
		}
		for i := range got {
			if !sameRow(got[i], withoutEmbedding(rows[i])) {
				return fmt.Errorf("%w: page %v reads back differently", ErrDamaged, got[i].Key())
			}
		}
		rows = rows[len(got):]
		return nil
	})
	if err == nil && len(rows) > 0 {
		err = fmt.Errorf("%w: %d rows do not read back", ErrDamaged, len(rows))
	}
	return err
}

func withoutEmbedding[R Row](row R) R {
	if f, ok := any(&row).(*schemas.Feature); ok {
		f.Embedding = nil
	}
	return row
}

// isPartName reports whether a file name is one that writePart gives.
func isPartName(name string) bool {
	id, ok := strings.CutPrefix(name, partPrefix)
	id, ok2 := strings.CutSuffix(id, partSuffix)
	return ok && ok2 && uuid.Validate(id) == nil
}
