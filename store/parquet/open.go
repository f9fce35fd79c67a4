// Package parquet opens Parquet files whose bytes need not be what a writer wrote.
package parquet

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"cutpoint/store/files"
)

// Open reads the footer of a Parquet file of so many bytes.
func Open(r io.ReaderAt, size int64) (*parquet.File, error) {
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

// Guard, deferred, turns a panic of a decoder on damaged bytes into an error.
func Guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: its Parquet cannot be decoded (%v)", files.ErrDamaged, r)
	}
}
