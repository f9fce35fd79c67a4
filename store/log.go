package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"cutpoint/schemas"
)

const (
	logFolder = "_delta_log"
	// maxEntry bounds the memory that one log entry may take.
	maxEntry = 256 << 20
)

// tableLog is a table's log replayed up to a version ("Action Reconciliation").
type tableLog struct {
	files   files
	folder  string // the table's
	version int64  // -1: no entry
	meta    *metaData
	writer  int             // lowest writer version allowed
	parts   []Part          // in commit order
	named   map[string]bool // every path that was ever added or removed
}

func newTableLog(f files, folder string) *tableLog {
	return &tableLog{files: f, folder: folder, version: -1, named: map[string]bool{}}
}

func (l *tableLog) entryName(version int64) string {
	return path.Join(l.folder, logFolder, fmt.Sprintf("%020d.json", version))
}

// refresh reads the entries that were committed since the last call.
func (l *tableLog) refresh() error {
	if l.version < 0 {
		if err := l.checkContiguous(); err != nil {
			return err
		}
	}
	for {
		name := l.entryName(l.version + 1)
		b, err := readEntry(l.files, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read log entry %s: %w", name, err)
		}
		actions, err := parseEntry(b)
		if err == nil {
			err = l.apply(actions)
		}
		if err != nil {
			return fmt.Errorf("read log entry %s: %w", name, err)
		}
	}
}

func readEntry(f files, name string) ([]byte, error) {
	r, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxEntry+1))
	if err == nil && len(b) > maxEntry {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrUnsupported, maxEntry)
	}
	return b, err
}

// checkContiguous refuses a log with a gap: a writer that stopped there would
// hide every later entry.
func (l *tableLog) checkContiguous() error {
	versions, err := l.versions()
	if err != nil {
		return err
	}
	for i, v := range versions {
		if v == int64(i) {
			continue
		}
		if _, err := l.files.Lstat(path.Join(l.folder, logFolder, "_last_checkpoint")); i == 0 && err == nil {
			return fmt.Errorf("read table %s: %w: its log starts at version %d, after a checkpoint that another tool made; keep the whole log", l.folder, ErrUnsupported, v)
		}
		return fmt.Errorf("read table %s: %w: log entry %s is missing", l.folder, ErrDamaged, l.entryName(int64(i)))
	}
	return nil
}

// versions lists the log's entries, sorted.
func (l *tableLog) versions() ([]int64, error) {
	entries, err := l.files.ReadDir(path.Join(l.folder, logFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the log of table %s: %w", l.folder, err)
	}
	var versions []int64
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), ".json")
		if v, err := strconv.ParseInt(digits, 10, 64); ok && err == nil && len(digits) == 20 && v >= 0 {
			versions = append(versions, v)
		}
	}
	slices.Sort(versions)
	return versions, nil
}

// apply replays one entry on top of the state.
func (l *tableLog) apply(actions []action) error {
	next := *l
	next.parts = slices.Clone(l.parts)
	var named []string
	for _, a := range actions {
		var name string
		var err error
		switch {
		case a.Protocol != nil:
			err = next.setProtocol(*a.Protocol)
		case a.MetaData != nil:
			err = next.setMetaData(a.MetaData)
		case a.Add != nil:
			name, err = next.add(*a.Add)
		case a.Remove != nil:
			name, err = next.remove(*a.Remove)
		}
		if err != nil {
			return err
		}
		named = append(named, name)
	}
	if next.version++; next.version == 0 && next.meta == nil {
		return fmt.Errorf("%w: the first entry has no metaData", ErrDamaged)
	}
	*l = next
	for _, name := range named {
		l.named[name] = true
	}
	return nil
}

func (l *tableLog) setProtocol(p protocol) error {
	if p.MinReaderVersion > readerVersion {
		return fmt.Errorf("%w: the table asks for Delta reader version %d, this program reads version %d", ErrUnsupported, p.MinReaderVersion, readerVersion)
	}
	l.writer = p.MinWriterVersion
	return nil
}

func (l *tableLog) setMetaData(m *metaData) error {
	if p := m.Format.Provider; p != "parquet" {
		return fmt.Errorf("%w: the table's files are %q, not Parquet", ErrUnsupported, p)
	}
	if len(m.PartitionColumns) > 0 {
		return fmt.Errorf("%w: the table is partitioned by %s", ErrUnsupported, strings.Join(m.PartitionColumns, ", "))
	}
	l.meta = m
	return nil
}

func (l *tableLog) add(a addFile) (string, error) {
	name, err := localPath(a.Path)
	if err != nil {
		return "", err
	}
	part := Part{Path: name, Rows: -1, Bytes: a.Size, SHA256: a.Tags[schemas.TagSHA256], modified: a.ModificationTime}
	var stats struct {
		NumRecords *int64 `json:"numRecords"`
	}
	if a.Stats != "" {
		if err := json.Unmarshal([]byte(a.Stats), &stats); err != nil {
			return "", fmt.Errorf("%w: statistics of %s: %v", ErrDamaged, name, err)
		}
	}
	if stats.NumRecords != nil {
		part.Rows = *stats.NumRecords
	}
	if part.Bytes < 0 || (stats.NumRecords != nil && part.Rows < 0) {
		return "", fmt.Errorf("%w: negative size of %s", ErrDamaged, name)
	}
	if i := l.find(name); i >= 0 { // the newest add of a path counts
		l.parts[i] = part
	} else {
		l.parts = append(l.parts, part)
	}
	return name, nil
}

func (l *tableLog) remove(r removeFile) (string, error) {
	name, err := localPath(r.Path)
	if err != nil {
		return "", err
	}
	l.parts = slices.DeleteFunc(l.parts, func(p Part) bool { return p.Path == name })
	return name, nil
}

// find returns the index of a part, or -1.
func (l *tableLog) find(name string) int {
	if !l.named[name] {
		return -1
	}
	return slices.IndexFunc(l.parts, func(p Part) bool { return p.Path == name })
}

// snapshot copies the state for a caller to keep.
func (l *tableLog) snapshot() Snapshot {
	s := Snapshot{Version: l.version, Parts: slices.Clone(l.parts)}
	if l.meta != nil {
		s.Configuration = maps.Clone(l.meta.Configuration)
	}
	for _, p := range s.Parts {
		s.Rows += p.Rows
		s.Bytes += p.Bytes
	}
	return s
}

// commit writes entry number version, or returns errConflict if it is taken.
func (l *tableLog) commit(version int64, actions []action, info CommitInfo) error {
	if l.writer > writerVersion {
		return fmt.Errorf("write table %s: %w: it asks for Delta writer version %d, this program writes version %d", l.folder, ErrUnsupported, l.writer, writerVersion)
	}
	entry, err := formatEntry(actions, info)
	if err != nil {
		return err
	}
	final := l.entryName(version)
	folder, base := path.Split(final)
	temp := folder + "." + base + "." + uuid.NewString() + tempSuffix
	err = createSynced(l.files, temp, func(w io.Writer) error {
		_, err := w.Write(entry)
		return err
	})
	if err != nil {
		return writeError("write log entry", final, err)
	}
	// link(2) is atomic and fails if the name exists: Delta's put-if-absent.
	err = l.files.Link(temp, final)
	l.files.Remove(temp) // what stays behind, Recover removes
	switch {
	case errors.Is(err, fs.ErrExist):
		return errConflict
	case err != nil:
		return writeError("commit log entry", final, err)
	}
	return writeError("sync folder", folder, l.files.SyncDir(folder))
}
