// Package parquet opens Parquet files whose bytes need not be what a writer wrote.
package parquet

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"cutpoint/store/files"
)

// OpenGeneral opens a Parquet file of so many bytes for parquet-go. It refuses a
// footer or page header that would make that read or allocate without bound.
func OpenGeneral(r io.ReaderAt, size int64) (*parquet.File, error) {
	if err := checkFooterBytes(r, size); err != nil {
		return nil, err
	}
	// Page indexes and Bloom filters serve searches; a part is read in order.
	pf, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(256<<10))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", files.ErrDamaged, err)
	}
	if err := checkFooter(pf.Metadata(), size); err != nil {
		return nil, err
	}
	return pf, checkPages(r, pf.Metadata())
}
