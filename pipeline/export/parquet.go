package export

import (
	"encoding/json"
	"io"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// groupBytes is how many bytes of vectors a row group has, before compression.
const groupBytes = 64 << 20

// parquetTable writes one file with the columns of the store's own parts
// (schemas.Feature), labels and paths brought up to date.
type parquetTable struct {
	out   *parquet.GenericWriter[schemas.Feature]
	table Table
	group int64 // bytes of vectors in the row group at hand
}

func newParquet(w io.Writer, t Table) (*parquetTable, error) {
	options := []parquet.WriterOption{parquet.Compression(&parquet.Zstd),
		parquet.KeyValueMetadata(schemas.KeyFingerprint, t.Description.Fingerprint()), parquet.KeyValueMetadata(schemas.KeyTool, schemas.Tool())}
	for key, v := range map[string]any{schemas.KeyCut: t.Info, schemas.KeyDescription: t.Description, keyClasses: t.Classes} {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		options = append(options, parquet.KeyValueMetadata(key, string(raw)))
	}
	return &parquetTable{out: parquet.NewGenericWriter[schemas.Feature](w, options...), table: t}, nil
}

func (p *parquetTable) Write(rows []schemas.Feature) error {
	for i, r := range rows {
		if err := p.table.check(r); err != nil {
			return err
		}
		if _, err := p.out.Write(rows[i : i+1]); err != nil {
			return err
		}
		if p.group += 4 * int64(p.table.Info.Dim); p.group >= groupBytes {
			if err := p.out.Flush(); err != nil {
				return err
			}
			p.group = 0
		}
	}
	return nil
}

func (p *parquetTable) Close() error { return p.out.Close() }
