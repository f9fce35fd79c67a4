// Package wide writes and reads the Parquet files of cut tables: a few small
// columns and one column of wide vectors, a LIST<float> whose lists all have
// one length, dim.
//
// What a general Parquet library does value by value is constant here. The
// repetition levels of a row are 0 and then dim-1 ones, and every definition
// level is the greatest (Parquet, "Nested Encoding": the Dremel levels); so
// both streams of a page are written from a formula and compared with it when
// read. The values of a page are the float32 memory of its rows, little endian,
// so they are copied as a block. Pages of about 1 MB are compressed and
// decompressed on all processors, in an order that does not show in the file.
//
// The file is a plain Parquet file with version 1 pages: any reader reads it,
// and Column reads those of other writers as long as their vectors are plain
// version 1 pages. For all else it returns ErrForeign, and the general reader
// must be taken.
package wide

import (
	"errors"

	"cutpoint/store/files"
)

// ErrDamaged is wrapped by every error about bytes that are not what a writer
// wrote: they do not decode, or contradict what the footer says.
var ErrDamaged = files.ErrDamaged

// ErrForeign is wrapped by errors about files that may be whole, but whose
// vectors are encoded in a way that only a general reader knows.
var ErrForeign = errors.New("encoded in another way")
