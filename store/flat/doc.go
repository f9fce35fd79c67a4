// Package flat reads columns of strings and integers out of Parquet files, and
// nothing else of them: the keys of a table's parts, and the rows of its small
// tables. It exists because a general reader makes hundreds of objects for a
// footer, and a store is thousands of small files: here a small file is one read
// and its values are slices of a page.
//
// It knows what a store's own parts are made of: PLAIN values in version 1 data
// pages, with or without definition levels, uncompressed or in Snappy or zstd.
// For all else, whole or damaged, it returns ErrForeign: a general reader must be
// asked, and says what is wrong. No number of a file sizes a buffer before it was
// compared with the file's size or a fixed limit.
package flat

import "errors"

// ErrForeign is wrapped by errors about a file that is not written as this
// package knows it. It may be damaged, or of another writer.
var ErrForeign = errors.New("not a file of plain flat columns")
