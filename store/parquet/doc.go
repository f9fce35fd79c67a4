// Package parquet writes and reads the Parquet files of a store: the small tables
// of documents and failures, and the cut tables, which have a few small columns
// and one of vectors, all of one length. The columns of a row type are derived
// from its fields and their tags, in package schemas.
//
// # Reading
//
// Open reads and checks a footer. What is read of the file is then decided column
// by column, from the schema and the headers of the column's pages, before a value
// is decoded: where every page is plain, which is a version 1 data page of PLAIN
// values, uncompressed or in Snappy or zstd, this package decodes it; any other
// column, as other tools write them, is left to parquet-go. Nothing is read again
// another way: a plain page that does not decode is damaged.
//
// A plain column is slices of its pages, four times as fast as parquet-go, which
// also makes thousands of objects for each file, where a store is thousands of
// small ones (BenchmarkSmallTables).
//
// # Vectors
//
// What a general library does value by value is constant in a column of vectors.
// The repetition levels of a row are 0 and then dim-1 ones, and every definition
// level is the greatest (Parquet, "Nested Encoding": the Dremel levels); so both
// streams of a page are written from a formula and compared with it when read.
// The values of a page are the float32 memory of its rows, little endian, so they
// are copied as a block. Pages of about 1 MB are compressed and decompressed on
// all processors, in an order that does not show in the file.
//
// # Hostile files
//
// No number of a file sizes a buffer before it was compared with the file's size
// or a fixed limit, and every error about bytes that no writer wrote wraps
// ErrDamaged.
package parquet
