// Package delta keeps the log of a Delta Lake table: which Parquet files a table
// consists of at each of its versions, and why that changed. It follows the Delta
// Transaction Log Protocol
// (https://github.com/delta-io/delta/blob/master/PROTOCOL.md), whose sections are
// named here in quotation marks, for reader version 1 and writer version 2, without
// partitions. It knows no rows; ../FORMAT.md describes every byte that it writes.
//
// # Log
//
// A log is a sequence of entries, one a version ("Delta Log Entries"), each a list
// of actions ("Actions"). A Log replays them ("Action Reconciliation"); a Snapshot
// is what that gives. Commit adds an entry and is the only way to change a table:
// files.Folder.PutIfAbsent gives a version to one writer, and the others get
// ErrConflict, read the winner's entry and decide anew. No lock is needed.
//
// # Checkpoints
//
// Now and then Commit writes a checkpoint ("Checkpoints"; classic, one file), so
// that opening a table stays fast. Nothing else depends on it: all entries stay,
// one that cannot be read is passed over, and Verify compares each with the entries
// up to it.
//
// # Damage
//
// Entries and checkpoints written here carry their SHA-256. Others' are read as far
// as they make sense. What does not is an error that wraps files.ErrDamaged, or
// files.ErrUnsupported if it is whole and asks for more than this package knows.
package delta
