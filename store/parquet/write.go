package parquet

import (
	"context"
	"io"
	"maps"
	"slices"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"cutpoint/schemas"
)

// smallRowGroup is how many rows without embeddings a row group takes: about 64 MB
// before compression, as groups with embeddings do.
const smallRowGroup = 128 << 10

// Write writes rows as one Parquet file whose footer has these keys: features,
// whose embeddings have dim values, as WriteFeatures does, other rows with
// parquet-go.
func Write[R any](ctx context.Context, w io.Writer, rows []R, dim int, keys map[string]string) (err error) {
	defer Guard(&err)
	if features, ok := any(rows).([]schemas.Feature); ok {
		return WriteFeatures(ctx, w, features, FeatureOptions{Dim: dim, Codec: ChooseCodec(features), Keys: keys})
	}
	options := append([]pq.WriterOption{
		// zstd is read by every reader of today and shrinks paths and hashes.
		pq.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		// Version 1 pages with plain values are what every reader knows.
		pq.DataPageVersion(1),
		pq.DefaultEncodingFor(pq.ByteArray, &pq.Plain),
		pq.MaxRowsPerRowGroup(smallRowGroup),
		pq.WriteBufferSize(1 << 20),
		pq.PageBufferSize(1 << 20),
	}, footerOptions(keys)...)
	out := pq.NewGenericWriter[R](w, options...)
	for some := range slices.Chunk(rows, 64) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := out.Write(some); err != nil {
			return err
		}
	}
	return out.Close()
}

// footerOptions are what all files say in their footers: who wrote them, and the
// keys, sorted.
func footerOptions(keys map[string]string) []pq.WriterOption {
	options := []pq.WriterOption{pq.CreatedBy("cutpoint", "1", "")}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		options = append(options, pq.KeyValueMetadata(k, keys[k]))
	}
	return options
}
