package delta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
	"cutpoint/store/files"
	cutparquet "cutpoint/store/parquet"
)

const (
	// checkpointEvery is after how many entries a checkpoint follows unless the
	// table's property delta.checkpointInterval says otherwise.
	checkpointEvery = 100
	intervalKey     = "delta.checkpointInterval"
	// allTombstones is a footer key: no path that was ever a part and is still on
	// disk is missing from this checkpoint.
	allTombstones = "cutpoint.all_tombstones"
)

// pointer reads which version's checkpoint _last_checkpoint names.
func (l *Log) pointer() (int64, error) {
	b, err := l.files.Get(l.pointerName(), 1<<20)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", l.pointerName(), err)
	}
	var p struct {
		Version *int64 `json:"version"`
	}
	if err := json.Unmarshal(b, &p); err != nil || p.Version == nil {
		return 0, fmt.Errorf("read %s: %w: it names no version", l.pointerName(), files.ErrDamaged)
	}
	return *p.Version, nil
}

// interval is after how many entries a checkpoint is due.
func (l *Log) interval() int64 {
	if n, err := strconv.ParseInt(l.Configuration()[intervalKey], 10, 64); err == nil && n > 0 {
		return n
	}
	return checkpointEvery
}

// checkpointIfDue writes a checkpoint when enough entries came since the last
// one, so that opening the table stays fast. One that cannot be written is no
// error: nothing depends on it, and the next commit tries again.
func (l *Log) checkpointIfDue() {
	if l.version-l.checkpoint >= l.interval() {
		_ = l.Checkpoint()
	}
}

// Checkpoint writes the state at this version, unless there is a checkpoint of it.
// The pointer to it comes last: it may point to an older checkpoint, and never to
// one that is not whole.
func (l *Log) Checkpoint() error {
	kept, err := l.tombstones()
	if err != nil {
		return err
	}
	rows := l.checkpointRows(kept)
	file, err := encodeCheckpoint(rows)
	if err != nil {
		return err
	}
	err = l.files.PutIfAbsent(l.CheckpointName(l.version), file)
	if err == nil {
		err = l.writePointer(len(rows), len(file))
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write checkpoint %s: %w", l.CheckpointName(l.version), err)
	}
	l.checkpoint = l.version
	return nil
}

// writePointer makes _last_checkpoint name the checkpoint of this version.
func (l *Log) writePointer(actions, bytes int) error {
	pointer, err := json.Marshal(struct {
		Version  int64 `json:"version"`
		Size     int   `json:"size"` // actions
		Bytes    int   `json:"sizeInBytes"`
		AddFiles int   `json:"numOfAddFiles"`
	}{l.version, actions, bytes, l.parts.len()})
	if err != nil {
		return err
	}
	return l.files.Replace(l.pointerName(), pointer)
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

// tombstones lists the removed paths whose files are still there, for as long as
// they are: Recover must not take them for parts of a dead run.
func (l *Log) tombstones() ([]string, error) {
	entries, err := l.files.List(l.table)
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

// OldestNeeded returns the oldest checkpoint that somebody may begin to read at:
// the newest one, or an older one that _last_checkpoint still names.
func (l *Log) OldestNeeded() (int64, error) {
	_, checkpoints, err := l.list()
	if err != nil || len(checkpoints) == 0 {
		return 0, err
	}
	needed := checkpoints[len(checkpoints)-1]
	named, err := l.pointer()
	if errors.Is(err, fs.ErrNotExist) {
		return needed, nil
	}
	return min(needed, named), err
}
