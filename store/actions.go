package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"cutpoint/schemas"
)

// action is one line of a log entry (Delta protocol, "Actions"). Exactly one
// field is set; a line with none is an action this package does not know and
// may ignore, as the protocol's versions govern what must be understood.
type action struct {
	Protocol   *protocol       `json:"protocol,omitempty"`
	MetaData   *metaData       `json:"metaData,omitempty"`
	Add        *addFile        `json:"add,omitempty"`
	Remove     *removeFile     `json:"remove,omitempty"`
	Txn        *txn            `json:"txn,omitempty"`
	CommitInfo json.RawMessage `json:"commitInfo,omitempty"`
}

// protocol: "Protocol Evolution".
type protocol struct {
	MinReaderVersion int `json:"minReaderVersion"`
	MinWriterVersion int `json:"minWriterVersion"`
}

// metaData: "Change Metadata".
type metaData struct {
	ID               string            `json:"id"`
	Name             string            `json:"name,omitempty"`
	Format           fileFormat        `json:"format"`
	SchemaString     string            `json:"schemaString"`
	PartitionColumns []string          `json:"partitionColumns"`
	Configuration    map[string]string `json:"configuration"`
	CreatedTime      int64             `json:"createdTime,omitempty"` // ms since 1970
}

type fileFormat struct {
	Provider string            `json:"provider"`
	Options  map[string]string `json:"options"`
}

// addFile: "Add File and Remove File".
type addFile struct {
	Path             string            `json:"path"` // relative to the table, percent-encoded
	PartitionValues  map[string]string `json:"partitionValues"`
	Size             int64             `json:"size"`
	ModificationTime int64             `json:"modificationTime"` // ms since 1970
	DataChange       bool              `json:"dataChange"`
	Stats            string            `json:"stats,omitempty"`
	Tags             map[string]string `json:"tags,omitempty"`
}

type removeFile struct {
	Path                 string            `json:"path"`
	DeletionTimestamp    int64             `json:"deletionTimestamp,omitempty"`
	DataChange           bool              `json:"dataChange"`
	ExtendedFileMetadata bool              `json:"extendedFileMetadata,omitempty"`
	PartitionValues      map[string]string `json:"partitionValues"`
	Size                 int64             `json:"size,omitempty"`
}

// txn: "Transaction Identifiers".
type txn struct {
	AppID       string `json:"appId"`
	Version     int64  `json:"version"`
	LastUpdated int64  `json:"lastUpdated,omitempty"` // ms since 1970
}

// Versions of the Delta protocol that this package reads and writes.
const (
	readerVersion = 1
	writerVersion = 2
)

// engine is commitInfo.engineInfo of entries written here.
const engine = "cutpoint"

// parseEntry reads the actions of one log entry: JSON objects, one a line.
func parseEntry(b []byte) ([]action, error) {
	var actions []action
	for i, line := range bytes.Split(b, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var a action
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, fmt.Errorf("%w: line %d is no action (%v)", ErrDamaged, i+1, err)
		}
		actions = append(actions, a)
	}
	return actions, checkWhole(b, actions)
}

// checkWhole refuses an entry that lost bytes. One written here ends in a
// commitInfo with the SHA-256 of all that stands before the digits. Other
// writers have no such sum, but all of them write a commitInfo.
func checkWhole(b []byte, actions []action) error {
	if head, sum, ok := splitChecksum(b); ok {
		if got := sha256.Sum256(head); hex.EncodeToString(got[:]) != sum {
			return fmt.Errorf("%w: its checksum does not match", ErrDamaged)
		}
		return nil
	}
	for _, a := range actions {
		if a.CommitInfo == nil {
			continue
		}
		var info struct {
			Engine any `json:"engineInfo"`
		}
		if err := json.Unmarshal(a.CommitInfo, &info); err != nil {
			return fmt.Errorf("%w: its commitInfo is no object", ErrDamaged)
		}
		if by, _ := info.Engine.(string); strings.HasPrefix(by, engine) {
			return fmt.Errorf("%w: its checksum is missing", ErrDamaged)
		}
		return nil
	}
	return fmt.Errorf("%w: it is cut short (no commitInfo)", ErrDamaged)
}

const (
	checksumKey = `"` + schemas.TagSHA256 + `":"`
	checksumEnd = `"}}` + "\n"
)

// splitChecksum returns what comes before the digits of the checksum, and them.
func splitChecksum(b []byte) (head []byte, sum string, ok bool) {
	at := len(b) - len(checksumEnd) - 2*sha256.Size
	if at < 0 || !bytes.HasSuffix(b, []byte(checksumEnd)) || !bytes.HasSuffix(b[:at], []byte(checksumKey)) {
		return nil, "", false
	}
	return b[:at], string(b[at : at+2*sha256.Size]), true
}

// checkVersion refuses an entry written here that stands under another's name: a
// copy would bring back what was removed since.
func checkVersion(actions []action, version int64) error {
	for _, a := range actions {
		var info struct {
			Version any `json:"cutpoint.version"` // another writer may mean something else by it
		}
		if a.CommitInfo == nil || json.Unmarshal(a.CommitInfo, &info) != nil {
			continue
		}
		if v, ok := info.Version.(float64); ok && v != float64(version) {
			return fmt.Errorf("%w: it is a copy of entry %.0f", ErrDamaged, v)
		}
	}
	return nil
}

// formatEntry writes actions and then info as log entry number version, with its
// checksum.
func formatEntry(version int64, actions []action, info CommitInfo) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, a := range actions {
		if err := enc.Encode(a); err != nil {
			return nil, fmt.Errorf("encode log entry: %w", err)
		}
	}
	last, err := json.Marshal(info.fields(version, actions))
	if err != nil {
		return nil, fmt.Errorf("encode log entry: %w", err)
	}
	fmt.Fprintf(&out, `{"commitInfo":%s,%s`, bytes.TrimSuffix(last, []byte("}")), checksumKey)
	sum := sha256.Sum256(out.Bytes())
	out.WriteString(hex.EncodeToString(sum[:]))
	out.WriteString(checksumEnd)
	return out.Bytes(), nil
}

// localPath decodes a path of an add or remove action (RFC 2396 encoded) and
// refuses what points out of the table's folder.
func localPath(encoded string) (string, error) {
	name, err := url.PathUnescape(encoded)
	if err != nil {
		return "", fmt.Errorf("%w: path %q: %v", ErrDamaged, encoded, err)
	}
	if !filepath.IsLocal(name) || name == "." || strings.Contains(encoded, "://") {
		return "", fmt.Errorf("%w: path %q leaves the table's folder", ErrUnsupported, encoded)
	}
	return name, nil
}
