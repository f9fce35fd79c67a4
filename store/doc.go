// Package store keeps features on disk: a folder with one Delta Lake table per
// name (documents, failures, and one for each cut), whose parts are Parquet
// files. FORMAT.md in this folder describes every byte that stands there.
//
// # Correctness
//
// A part is written under a temporary name, synced, read back in full and
// compared, renamed, and its folder synced; only then does a log entry name it.
// The entry is written and synced under a temporary name too, and gets its
// final name by link(2), which fails if another writer took that version first
// (Delta calls this put-if-absent). The loser reads the winner's entry, drops
// the rows that it wrote, and tries the next version. Nothing else is needed
// for every row to be there exactly once: the lock only keeps two runs from
// computing the same features.
//
// A crash leaves at most a temporary file or a whole part that no entry names;
// Recover removes the former and adopts the latter.
//
// All methods may be called from several goroutines and several processes.
package store
