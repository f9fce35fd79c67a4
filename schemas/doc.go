// Package schemas holds every name and type that a store has on disk:
// table names, Parquet rows, metadata keys and the description of what the
// numbers are. It imports nothing of the project, so any room may use it.
// store/FORMAT.md is the same in prose.
package schemas
