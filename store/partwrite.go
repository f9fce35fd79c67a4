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
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	cutparquet "cutpoint/store/parquet"
	"cutpoint/store/wide"
)

const (
	partPrefix = "part-"
	partSuffix = ".parquet"

	// smallRowGroup is how many rows without embeddings a row group takes:
	// about 64 MB before compression, as groups with embeddings do.
	smallRowGroup = 128 << 10
)

// encodeRows writes rows as one Parquet file: those of a cut table with package
// wide, the small ones of other tables with the general writer.
func encodeRows[R Row](ctx context.Context, w io.Writer, rows []R, dim int, footer map[string]string) (err error) {
	defer cutparquet.Guard(&err)
	if features, ok := any(rows).([]schemas.Feature); ok {
		return wide.Write(ctx, w, features, wide.Options{Dim: dim, Codec: wide.ChooseCodec(features), Keys: footer})
	}
	options := []parquet.WriterOption{
		// zstd is read by every reader of today and shrinks paths and hashes.
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		// Version 1 pages with plain values are what every reader knows.
		parquet.DataPageVersion(1),
		parquet.DefaultEncodingFor(parquet.ByteArray, &parquet.Plain),
		parquet.MaxRowsPerRowGroup(smallRowGroup),
		parquet.WriteBufferSize(1 << 20),
		parquet.PageBufferSize(1 << 20),
		parquet.CreatedBy("cutpoint", "1", ""),
	}
	for _, k := range []string{schemas.KeyDescription, schemas.KeyCut, schemas.KeyFingerprint, schemas.KeyTool} {
		if v, ok := footer[k]; ok {
			options = append(options, parquet.KeyValueMetadata(k, v))
		}
	}
	out := parquet.NewGenericWriter[R](w, options...)
	for len(rows) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(rows), 64)
		if _, err := out.Write(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return out.Close()
}

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
		return encodeRows(ctx, io.MultiWriter(w, sum, &size), rows, t.dim, t.footer())
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
	if features, ok := any(rows).([]schemas.Feature); ok {
		return p.info, compareFeatures(ctx, p, t.dim, features)
	}
	err = scanPart(ctx, p, t.dim, func(got []R) error {
		if len(got) > len(rows) {
			return fmt.Errorf("%w: more rows read back than written", ErrDamaged)
		}
		for i := range got {
			if !sameRow(got[i], rows[i]) {
				return fmt.Errorf("%w: page %v reads back differently", ErrDamaged, got[i].Key())
			}
		}
		rows = rows[len(got):]
		return nil
	})
	if err == nil && len(rows) > 0 {
		err = fmt.Errorf("%w: %d rows do not read back", ErrDamaged, len(rows))
	}
	return p.info, err
}

// isPartName reports whether a file name is one that writePart gives.
func isPartName(name string) bool {
	id, ok := strings.CutPrefix(name, partPrefix)
	id, ok2 := strings.CutSuffix(id, partSuffix)
	return ok && ok2 && uuid.Validate(id) == nil
}
