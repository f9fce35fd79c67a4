package store

import "net/url"

// Snapshot is what a table consists of at one version.
type Snapshot struct {
	Version       int64  // of the log; -1 if the table was never written
	Rows          int64  // in all parts
	Bytes         int64  // of all parts
	Parts         []Part // in commit order
	Configuration map[string]string
}

// Part is one Parquet file of a table.
type Part struct {
	Path     string // relative to the table's folder
	Rows     int64
	Bytes    int64
	SHA256   string // hexadecimal; empty if another tool wrote the part
	modified int64  // ms since 1970
}

// encodedPath is the part's path as the log writes it.
func (p Part) encodedPath() string { return (&url.URL{Path: p.Path}).EscapedPath() }
