package delta

import (
	"maps"
	"slices"
)

// checkpointRow is a row of a checkpoint: one action ("Checkpoint Schema").
type checkpointRow struct {
	Txn      *checkpointTxn    `parquet:"txn,optional"`
	Add      *checkpointAdd    `parquet:"add,optional"`
	Remove   *checkpointRemove `parquet:"remove,optional"`
	MetaData *checkpointMeta   `parquet:"metaData,optional"`
	Protocol *checkpointProto  `parquet:"protocol,optional"`
}

type checkpointTxn struct {
	AppID       string `parquet:"appId,optional"`
	Version     int64  `parquet:"version"`
	LastUpdated *int64 `parquet:"lastUpdated,optional"`
}

type checkpointAdd struct {
	Path             string            `parquet:"path,optional"`
	PartitionValues  map[string]string `parquet:"partitionValues"`
	Size             int64             `parquet:"size"`
	ModificationTime int64             `parquet:"modificationTime"`
	DataChange       bool              `parquet:"dataChange"`
	Tags             map[string]string `parquet:"tags"`
	Stats            *string           `parquet:"stats,optional"`
}

type checkpointRemove struct {
	Path                 string            `parquet:"path,optional"`
	DeletionTimestamp    *int64            `parquet:"deletionTimestamp,optional"`
	DataChange           bool              `parquet:"dataChange"`
	ExtendedFileMetadata bool              `parquet:"extendedFileMetadata"`
	PartitionValues      map[string]string `parquet:"partitionValues"`
	Size                 *int64            `parquet:"size,optional"`
}

type checkpointMeta struct {
	ID               string            `parquet:"id,optional"`
	Name             *string           `parquet:"name,optional"`
	Description      *string           `parquet:"description,optional"`
	Format           checkpointFormat  `parquet:"format"`
	SchemaString     string            `parquet:"schemaString,optional"`
	PartitionColumns []string          `parquet:"partitionColumns,list"`
	Configuration    map[string]string `parquet:"configuration"`
	CreatedTime      *int64            `parquet:"createdTime,optional"`
}

type checkpointFormat struct {
	Provider string            `parquet:"provider,optional"`
	Options  map[string]string `parquet:"options"`
}

type checkpointProto struct {
	MinReaderVersion int32 `parquet:"minReaderVersion"`
	MinWriterVersion int32 `parquet:"minWriterVersion"`
}

// checkpointRows lists the actions that make up the state, with those removed
// paths that are to be kept.
func (s *state) checkpointRows(kept []string) []checkpointRow {
	meta := *s.meta
	rows := []checkpointRow{
		{Protocol: &checkpointProto{int32(s.reads), int32(s.writes)}},
		{MetaData: &checkpointMeta{
			ID: meta.ID, Name: orNil(meta.Name), Format: checkpointFormat{meta.Format.Provider, notNil(meta.Format.Options)},
			SchemaString: meta.SchemaString, PartitionColumns: meta.PartitionColumns,
			Configuration: notNil(meta.Configuration), CreatedTime: orNil(meta.CreatedTime),
		}},
	}
	for _, app := range sortedKeys(s.apps) {
		a := s.apps[app]
		rows = append(rows, checkpointRow{Txn: &checkpointTxn{app, a.version, orNil(a.updated)}})
	}
	for _, p := range s.parts.list() {
		rows = append(rows, checkpointRow{Add: p.checkpointAdd()})
	}
	for _, name := range kept {
		t := s.removed[name]
		rows = append(rows, checkpointRow{Remove: &checkpointRemove{
			Path: Part{Path: name}.encodedPath(), DeletionTimestamp: orNil(t.deleted), ExtendedFileMetadata: true,
			PartitionValues: map[string]string{}, Size: orNil(t.size),
		}})
	}
	return rows
}

func (p Part) checkpointAdd() *checkpointAdd {
	return &checkpointAdd{
		Path: p.encodedPath(), PartitionValues: map[string]string{}, Size: p.Bytes, ModificationTime: p.Modified,
		Tags: p.tags(), Stats: orNil(p.stats()),
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// orNil returns nil for the zero value: an optional column without a value.
func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func notNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
