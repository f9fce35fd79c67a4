// Package store keeps the tables of a run on disk: a folder with one Delta Lake
// table for the documents, one for the failures and one for each cut. A table is
// a folder of Parquet parts and a log of commits (_delta_log); what the log names
// is the table, whatever else lies beside it. FORMAT.md describes the bytes.
//
// A part is written under a temporary name, synced, read back, compared and
// renamed; then the commit that names it is linked into place under the next
// version number, which fails if another writer was faster. A lost race is
// repeated against what the winner wrote. Correctness comes from that step alone;
// the lock only keeps two runs from doing the same work.
package store
