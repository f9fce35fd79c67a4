package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// The actions of the Delta transaction log that are read and written here
// (Delta Lake's PROTOCOL.md, "Actions"). Each line of a commit holds one.
type action struct {
	Protocol   *protocol       `json:"protocol,omitempty"`
	MetaData   *metaData       `json:"metaData,omitempty"`
	Add        *add            `json:"add,omitempty"`
	Remove     *remove         `json:"remove,omitempty"`
	CommitInfo json.RawMessage `json:"commitInfo,omitempty"`
}

type protocol struct {
	MinReaderVersion int `json:"minReaderVersion"`
	MinWriterVersion int `json:"minWriterVersion"`
}

// What is written needs no more than the first versions: no column mapping, no
// deletion vectors, no table features.
const (
	readerVersion = 1
	writerVersion = 2
)

type metaData struct {
	ID               string            `json:"id"`
	Name             string            `json:"name,omitempty"`
	Format           format            `json:"format"`
	SchemaString     string            `json:"schemaString"`
	PartitionColumns []string          `json:"partitionColumns"`
	Configuration    map[string]string `json:"configuration"`
	CreatedTime      int64             `json:"createdTime"` // milliseconds
}

type format struct {
	Provider string            `json:"provider"`
	Options  map[string]string `json:"options"`
}

type add struct {
	Path             string            `json:"path"`
	PartitionValues  map[string]string `json:"partitionValues"`
	Size             int64             `json:"size"`
	ModificationTime int64             `json:"modificationTime"` // milliseconds
	DataChange       bool              `json:"dataChange"`
	Stats            string            `json:"stats,omitempty"` // JSON of stats
	Tags             map[string]string `json:"tags,omitempty"`
}

type stats struct {
	NumRecords int64 `json:"numRecords"`
}

type remove struct {
	Path              string `json:"path"`
	DeletionTimestamp int64  `json:"deletionTimestamp"` // milliseconds
	DataChange        bool   `json:"dataChange"`
}

type commitInfo struct {
	Timestamp           int64             `json:"timestamp"` // milliseconds
	Operation           string            `json:"operation"`
	OperationParameters map[string]string `json:"operationParameters"`
	EngineInfo          string            `json:"engineInfo"`
	Run                 string            `json:"run,omitempty"`
}

// encodeActions writes one action a line.
func encodeActions(actions []action) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, a := range actions {
		if err := enc.Encode(a); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// decodeActions reads a commit. Actions that it does not know are skipped, as the
// protocol asks.
func decodeActions(data []byte) ([]action, error) {
	var actions []action
	for n, line := range bytes.Split(data, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var a action
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, fmt.Errorf("line %d is no action: %w", n+1, err)
		}
		actions = append(actions, a)
	}
	if len(actions) == 0 {
		return nil, fmt.Errorf("it holds no action")
	}
	if last := data[len(data)-1]; last != '\n' {
		return nil, fmt.Errorf("it is cut short: the last line has no end")
	}
	return actions, nil
}

// logName is the file name of a version's commit.
func logName(version int64) string { return fmt.Sprintf("%020d.json", version) }

// logVersion reads a commit's file name; false for any other file.
func logVersion(name string) (int64, bool) {
	if len(name) != 25 || name[20:] != ".json" {
		return 0, false
	}
	v, err := strconv.ParseInt(name[:20], 10, 64)
	return v, err == nil && v >= 0
}
