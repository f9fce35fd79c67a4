// Package store keeps features on disk: a folder with one Delta Lake table per
// name (documents, failures, and one for each cut), whose parts are Parquet
// files. FORMAT.md in this folder describes every byte that stands there.
//
// # Rooms
//
// This package is the tables and their upkeep: append, upsert, scan, recover,
// compact, vacuum, verify. What a table consists of at each version, its log says:
// package delta. How a file is written so that a crash leaves the old one or the
// new one: package files, whose verbs are all that is known here of the disk. How
// rows stand in a part: package parquet.
//
// # Correctness
//
// A part is written, read back in full and compared before it gets its name; only
// then does a log entry name it. An entry is put where no other stands (Delta's
// put-if-absent): of two writers one gets the version, and the loser reads the
// winner's entry, drops the rows that it wrote, and tries the next version. Nothing
// else is needed for every row to be there exactly once: the lock only keeps two
// runs from computing the same features.
//
// A crash leaves at most a temporary file or a whole part that no entry names;
// Recover removes the former and adopts the latter. It may also leave an entry that
// is there for all to see and that a power failure may still take: whoever reports
// rows as stored first settles what it relied on.
//
// All methods may be called from several goroutines and several processes.
package store
