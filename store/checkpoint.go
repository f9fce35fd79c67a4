package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
	cutparquet "cutpoint/store/parquet"
)

const (
	checkpointSuffix = ".checkpoint.parquet"
	lastCheckpoint   = "_last_checkpoint"
	// checkpointEvery is after how many entries a checkpoint follows unless the
	// table's property delta.checkpointInterval says otherwise.
	checkpointEvery = 100
	intervalKey     = "delta.checkpointInterval"
	// allTombstones is a footer key: no path that was ever a part and is still on
	// disk is missing from this checkpoint.
	allTombstones = "cutpoint.all_tombstones"
)

// checkpointRow is a row of a checkpoint: one action (Delta protocol,
// "Checkpoint Schema").
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

func (l *tableLog) checkpointName(version int64) string {
	return path.Join(l.folder, logFolder, fmt.Sprintf("%020d%s", version, checkpointSuffix))
}

func (l *tableLog) pointerName() string { return path.Join(l.folder, logFolder, lastCheckpoint) }

// pointer reads which version's checkpoint _last_checkpoint names.
func (l *tableLog) pointer() (int64, error) {
	b, err := readWhole(l.files, l.pointerName(), 1<<20)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", l.pointerName(), err)
	}
	var p struct {
		Version *int64 `json:"version"`
	}
	if err := json.Unmarshal(b, &p); err != nil || p.Version == nil {
		return 0, fmt.Errorf("read %s: %w: it names no version", l.pointerName(), ErrDamaged)
	}
	return *p.Version, nil
}

// interval is after how many entries a checkpoint is due.
func (l *tableLog) interval() int64 {
	if n, err := strconv.ParseInt(l.meta.Configuration[intervalKey], 10, 64); err == nil && n > 0 {
		return n
	}
	return checkpointEvery
}

// checkpointIfDue writes a checkpoint when enough entries came since the last
// one, so that opening the table stays fast. One that cannot be written is no
// error: nothing depends on it, and the next commit tries again.
func (l *tableLog) checkpointIfDue() {
	if l.version-l.checkpoint < l.interval() {
		return
	}
	if err := l.writeCheckpoint(); err == nil || errors.Is(err, fs.ErrExist) {
		l.checkpoint = l.version
	}
}

// writeCheckpoint writes the state at this version. The pointer to it comes
// last: it may point to an older checkpoint, and never to one that is not whole.
func (l *tableLog) writeCheckpoint() error {
	kept, err := l.tombstones()
	if err != nil {
		return err
	}
	rows := l.checkpointRows(kept)
	file, err := encodeCheckpoint(rows)
	if err != nil {
		return err
	}
	err = l.publish(l.checkpointName(l.version), func(w io.Writer) error {
		_, err := w.Write(file)
		return err
	})
	if err != nil {
		return err
	}
	folder := path.Join(l.folder, logFolder)
	if err := l.files.SyncDir(folder); err != nil {
		return err
	}
	pointer, err := json.Marshal(struct {
		Version  int64 `json:"version"`
		Size     int   `json:"size"` // actions
		Bytes    int64 `json:"sizeInBytes"`
		AddFiles int   `json:"numOfAddFiles"`
	}{l.version, len(rows), int64(len(file)), l.parts.len()})
	if err != nil {
		return err
	}
	temp := path.Join(folder, "."+lastCheckpoint+"."+uuid.NewString()+tempSuffix)
	err = createSynced(l.files, temp, func(w io.Writer) error {
		_, err := w.Write(pointer)
		return err
	})
	if err != nil {
		return err
	}
	if err := l.files.Rename(temp, l.pointerName()); err != nil {
		l.files.Remove(temp)
		return err
	}
	return l.files.SyncDir(folder)
}

func encodeCheckpoint(rows []checkpointRow) (file []byte, err error) {
	defer cutparquet.Guard(&err)
	var b bytes.Buffer
	// Snappy is what Delta's other writers compress checkpoints with.
	out := parquet.NewGenericWriter[checkpointRow](&b, parquet.Compression(&parquet.Snappy),
		parquet.DataPageVersion(1), parquet.CreatedBy("cutpoint", "1", ""),
		parquet.KeyValueMetadata(allTombstones, "true"), parquet.KeyValueMetadata(schemas.TagSHA256, noSeal))
	if _, err := out.Write(rows); err != nil {
		return nil, err
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return seal(b.Bytes())
}

// checkpointRows lists the actions that make up the state, with those removed
// paths that are to be kept.
func (r *replay) checkpointRows(kept []string) []checkpointRow {
	meta := *r.meta
	rows := []checkpointRow{
		{Protocol: &checkpointProto{int32(r.reads), int32(r.writes)}},
		{MetaData: &checkpointMeta{
			ID: meta.ID, Name: orNil(meta.Name), Format: checkpointFormat{meta.Format.Provider, notNil(meta.Format.Options)},
			SchemaString: meta.SchemaString, PartitionColumns: meta.PartitionColumns,
			Configuration: notNil(meta.Configuration), CreatedTime: orNil(meta.CreatedTime),
		}},
	}
	for _, app := range sortedKeys(r.apps) {
		a := r.apps[app]
		rows = append(rows, checkpointRow{Txn: &checkpointTxn{app, a.version, orNil(a.updated)}})
	}
	for _, p := range r.parts.list() {
		rows = append(rows, checkpointRow{Add: p.checkpointAdd()})
	}
	for _, name := range kept {
		t := r.removed[name]
		rows = append(rows, checkpointRow{Remove: &checkpointRemove{
			Path: Part{Path: name}.encodedPath(), DeletionTimestamp: orNil(t.deleted), ExtendedFileMetadata: true,
			PartitionValues: map[string]string{}, Size: orNil(t.size),
		}})
	}
	return rows
}

// tombstones lists the removed paths whose files are still there, for as long as
// they are: Recover must not take them for parts of a dead run.
func (l *tableLog) tombstones() ([]string, error) {
	entries, err := l.files.ReadDir(l.folder)
	if err != nil {
		return nil, err
	}
	present := map[string]bool{}
	for _, e := range entries {
		present[e.Name()] = true
	}
	return slices.DeleteFunc(sortedKeys(l.removed), func(name string) bool {
		return path.Base(name) == name && !present[name]
	}), nil
}

func (p Part) checkpointAdd() *checkpointAdd {
	add := &checkpointAdd{
		Path: p.encodedPath(), PartitionValues: map[string]string{}, Size: p.Bytes, ModificationTime: p.modified,
		Tags: map[string]string{},
	}
	if p.SHA256 != "" {
		add.Tags[schemas.TagSHA256] = p.SHA256
	}
	if p.Rows >= 0 {
		stats := statsOf(p.Rows)
		add.Stats = &stats
	}
	return add
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
