package delta

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
)

const (
	entrySuffix      = ".json"
	checkpointSuffix = ".checkpoint.parquet"
	lastCheckpoint   = "_last_checkpoint"
)

// EntryName is the path of an entry, with its table's folder.
func (l *Log) EntryName(version int64) string {
	return path.Join(l.table, LogFolder, fmt.Sprintf("%020d%s", version, entrySuffix))
}

// CheckpointName is the path of a version's checkpoint, with its table's folder.
func (l *Log) CheckpointName(version int64) string {
	return path.Join(l.table, LogFolder, fmt.Sprintf("%020d%s", version, checkpointSuffix))
}

func (l *Log) pointerName() string { return path.Join(l.table, LogFolder, lastCheckpoint) }

// IsFile reports whether a file of the log may have this name, without its folder.
func IsFile(name string) bool {
	_, isEntry := versionOf(name, entrySuffix)
	_, isCheckpoint := CheckpointVersion(name)
	return isEntry || isCheckpoint || name == lastCheckpoint
}

// CheckpointVersion parses the name of a checkpoint, without its folder.
func CheckpointVersion(name string) (version int64, ok bool) {
	return versionOf(name, checkpointSuffix)
}

// versionOf parses the name of a file of the log: twenty digits and a suffix.
func versionOf(name, suffix string) (version int64, ok bool) {
	if len(name) != 20+len(suffix) || name[20:] != suffix {
		return 0, false
	}
	for _, c := range name[:20] {
		if c < '0' || c > '9' || version > (math.MaxInt64-9)/10 {
			return 0, false
		}
		version = 10*version + int64(c-'0')
	}
	return version, true
}

// list returns the versions that have a log entry, and those that have a
// checkpoint, each sorted.
func (l *Log) list() (entries, checkpoints []int64, err error) {
	found, err := l.files.List(path.Join(l.table, LogFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list the log of table %s: %w", l.table, err)
	}
	for _, e := range found {
		if v, ok := versionOf(e.Name(), entrySuffix); ok {
			entries = append(entries, v)
		} else if v, ok := CheckpointVersion(e.Name()); ok {
			checkpoints = append(checkpoints, v)
		}
	}
	slices.Sort(entries)
	slices.Sort(checkpoints)
	return entries, checkpoints, nil
}
