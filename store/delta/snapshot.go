package delta

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"cutpoint/schemas"
	"cutpoint/store/files"
)

// Snapshot is what a table consists of at one version.
type Snapshot struct {
	Version       int64  // of the log; -1 if the table was never written
	Rows          int64  // in all parts
	Bytes         int64  // of all parts
	Parts         []Part // in commit order
	Configuration map[string]string
}

// Has reports whether a path is a part of the snapshot.
func (s Snapshot) Has(name string) bool {
	return slices.ContainsFunc(s.Parts, func(p Part) bool { return p.Path == name })
}

// Part is one Parquet file of a table.
type Part struct {
	Path     string // relative to the table's folder
	Rows     int64  // -1 if its writer did not say
	Bytes    int64
	SHA256   string // hexadecimal; empty if another tool wrote the part
	Modified int64  // ms since 1970
}

// encodedPath is the part's path as the log writes it.
func (p Part) encodedPath() string { return (&url.URL{Path: p.Path}).EscapedPath() }

// stats are the part's statistics, of which only the number of rows is kept; "" if
// that is unknown ("Per-file Statistics").
func (p Part) stats() string {
	if p.Rows < 0 {
		return ""
	}
	return fmt.Sprintf(`{"numRecords":%d}`, p.Rows)
}

func (p Part) tags() map[string]string {
	if p.SHA256 == "" {
		return map[string]string{}
	}
	return map[string]string{schemas.TagSHA256: p.SHA256}
}

// partOf is the part that an action adds.
func partOf(a AddFile) (Part, error) {
	name, err := localPath(a.Path)
	if err != nil {
		return Part{}, err
	}
	part := Part{Path: name, Rows: -1, Bytes: a.Size, SHA256: a.Tags[schemas.TagSHA256], Modified: a.ModificationTime}
	var stats struct {
		NumRecords *int64 `json:"numRecords"`
	}
	if a.Stats != "" {
		if err := json.Unmarshal([]byte(a.Stats), &stats); err != nil {
			return Part{}, fmt.Errorf("%w: statistics of %s: %v", files.ErrDamaged, name, err)
		}
	}
	if stats.NumRecords != nil {
		part.Rows = *stats.NumRecords
	}
	if part.Bytes < 0 || (stats.NumRecords != nil && part.Rows < 0) {
		return Part{}, fmt.Errorf("%w: negative size of %s", files.ErrDamaged, name)
	}
	return part, nil
}

// localPath decodes a path of an add or remove action (RFC 2396 encoded) and
// refuses what points out of the table's folder.
func localPath(encoded string) (string, error) {
	name, err := url.PathUnescape(encoded)
	if err != nil {
		return "", fmt.Errorf("%w: path %q: %v", files.ErrDamaged, encoded, err)
	}
	if !filepath.IsLocal(name) || name == "." || strings.Contains(encoded, "://") {
		return "", fmt.Errorf("%w: path %q leaves the table's folder", files.ErrUnsupported, encoded)
	}
	return name, nil
}
