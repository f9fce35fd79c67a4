package delta

import (
	"encoding/json"
	"time"
)

// Action is one line of a log entry ("Actions"). Exactly one field is set; a line
// with none is an action that this package does not know and may ignore, as the
// protocol's versions govern what must be understood.
type Action struct {
	Protocol   *Protocol       `json:"protocol,omitempty"`
	MetaData   *MetaData       `json:"metaData,omitempty"`
	Add        *AddFile        `json:"add,omitempty"`
	Remove     *RemoveFile     `json:"remove,omitempty"`
	Txn        *Txn            `json:"txn,omitempty"`
	CommitInfo json.RawMessage `json:"commitInfo,omitempty"`
}

// Protocol says what a program must know to read and write the table ("Protocol
// Evolution").
type Protocol struct {
	MinReaderVersion int `json:"minReaderVersion"`
	MinWriterVersion int `json:"minWriterVersion"`
}

// MetaData describes the table ("Change Metadata").
type MetaData struct {
	ID               string            `json:"id"`
	Name             string            `json:"name,omitempty"`
	Format           FileFormat        `json:"format"`
	SchemaString     string            `json:"schemaString"`
	PartitionColumns []string          `json:"partitionColumns"`
	Configuration    map[string]string `json:"configuration"`
	CreatedTime      int64             `json:"createdTime,omitempty"` // ms since 1970
}

// FileFormat is that of the table's files; there is none but Parquet.
type FileFormat struct {
	Provider string            `json:"provider"`
	Options  map[string]string `json:"options"`
}

// AddFile adds a part to the table, or replaces the one of its path ("Add File and
// Remove File").
type AddFile struct {
	Path             string            `json:"path"` // relative to the table, percent-encoded
	PartitionValues  map[string]string `json:"partitionValues"`
	Size             int64             `json:"size"`
	ModificationTime int64             `json:"modificationTime"` // ms since 1970
	DataChange       bool              `json:"dataChange"`
	Stats            string            `json:"stats,omitempty"`
	Tags             map[string]string `json:"tags,omitempty"`
}

// RemoveFile removes a part; its file stays for older versions.
type RemoveFile struct {
	Path                 string            `json:"path"`
	DeletionTimestamp    int64             `json:"deletionTimestamp,omitempty"`
	DataChange           bool              `json:"dataChange"`
	ExtendedFileMetadata bool              `json:"extendedFileMetadata,omitempty"`
	PartitionValues      map[string]string `json:"partitionValues"`
	Size                 int64             `json:"size,omitempty"`
}

// Txn numbers the commits of an application ("Transaction Identifiers").
type Txn struct {
	AppID       string `json:"appId"`
	Version     int64  `json:"version"`
	LastUpdated int64  `json:"lastUpdated,omitempty"` // ms since 1970
}

// AddPart returns the action that adds a part to the table.
func AddPart(p Part) Action {
	return Action{Add: &AddFile{
		Path: p.encodedPath(), PartitionValues: map[string]string{}, Size: p.Bytes, ModificationTime: p.Modified,
		DataChange: true, Stats: p.stats(), Tags: p.tags(),
	}}
}

// RemovePart returns the action that removes a part from the table.
func RemovePart(p Part, when time.Time) Action {
	return Action{Remove: &RemoveFile{
		Path: p.encodedPath(), DeletionTimestamp: when.UnixMilli(), DataChange: true,
		ExtendedFileMetadata: true, PartitionValues: map[string]string{}, Size: p.Bytes,
	}}
}
