package store

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"cutpoint/schemas"
)

const logFolder = "_delta_log"

// Part is a Parquet file of a table's snapshot.
type Part struct {
	Path   string `json:"path"` // within the table's folder
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // hexadecimal; "" if another tool wrote the part
}

// state is a table as its log tells it, up to a version.
type state struct {
	version int64 // of the last commit; -1 if there is none
	meta    metaData
	parts   []Part // in commit order
	gone    map[string]bool
}

func newState() *state { return &state{version: -1, gone: map[string]bool{}} }

// maxCommit bounds one log file before it is read into memory.
const maxCommit = 64 << 20

// replay applies all commits that are newer than the state and returns the parts
// they added that are still there.
func (s *state) replay(dir string) ([]Part, error) {
	before := make(map[string]bool, len(s.parts))
	for _, p := range s.parts {
		before[p.Path] = true
	}
	for {
		name := filepath.Join(dir, logFolder, logName(s.version+1))
		data, err := readBounded(name, maxCommit)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err == nil {
			err = s.apply(data)
		}
		if err != nil {
			return nil, fmt.Errorf("commit %s cannot be read: %w; the table cannot be used beyond it: restore that file from a backup", name, err)
		}
	}
	var added []Part
	for _, p := range s.parts {
		if !before[p.Path] {
			added = append(added, p)
		}
	}
	return added, nil
}

// readBounded reads a regular file, not through a link.
func readBounded(name string, limit int64) ([]byte, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("it is not a regular file of at most %d bytes", limit)
	}
	return os.ReadFile(name)
}

// apply takes one commit, whole or not at all.
func (s *state) apply(data []byte) error {
	actions, err := decodeActions(data)
	if err != nil {
		return err
	}
	next := *s
	for _, a := range actions {
		switch {
		case a.Protocol != nil && a.Protocol.MinReaderVersion > readerVersion:
			return fmt.Errorf("another tool made the table need Delta reader version %d; this program reads version %d", a.Protocol.MinReaderVersion, readerVersion)
		case a.MetaData != nil:
			next.meta = *a.MetaData
		case a.Remove != nil:
			next.parts = without(next.parts, a.Remove.Path)
			s.gone[a.Remove.Path] = true
		case a.Add != nil:
			p, err := a.Add.part()
			if err != nil {
				return err
			}
			next.parts = append(without(next.parts, p.Path), p)
		}
	}
	next.version++
	*s = next
	return nil
}

func without(parts []Part, path string) []Part {
	for i, p := range parts {
		if p.Path == path {
			return append(append([]Part(nil), parts[:i]...), parts[i+1:]...)
		}
	}
	return parts
}

// part checks an add action: its path must be a plain name in the table's folder.
func (a add) part() (Part, error) {
	if a.Path == "" || a.Path != filepath.Base(a.Path) || strings.ContainsAny(a.Path, `%\:`) || strings.HasPrefix(a.Path, ".") {
		return Part{}, fmt.Errorf("part %q is not a plain file name in the table's folder", a.Path)
	}
	var st stats
	if err := json.Unmarshal([]byte(a.Stats), &st); err != nil || st.NumRecords < 0 || a.Size < 0 {
		return Part{}, fmt.Errorf("part %s has no usable statistics", a.Path)
	}
	sum := a.Tags[schemas.TagSHA256]
	if _, err := hex.DecodeString(sum); err != nil {
		return Part{}, fmt.Errorf("part %s has a malformed checksum", a.Path)
	}
	return Part{Path: a.Path, Rows: st.NumRecords, Bytes: a.Size, SHA256: sum}, nil
}

// errLostRace is returned when another writer made the version first.
var errLostRace = errors.New("another writer committed this version first")

// commit makes version v of the table in dir, if nobody did yet.
func commit(fsys files, dir string, v int64, actions []action) error {
	data, err := encodeActions(actions)
	if err != nil {
		return err
	}
	folder := filepath.Join(dir, logFolder)
	tmp := filepath.Join(folder, "."+logName(v)+"."+uuid.NewString()+tmpSuffix)
	if err := writeWhole(fsys, tmp, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
		return err
	}
	err = fsys.Link(tmp, filepath.Join(folder, logName(v)))
	if errors.Is(err, fs.ErrExist) {
		err = errLostRace
	}
	// The commit stands or falls with the link; a temporary name that stays is
	// removed by the next Recover.
	fsys.Remove(tmp)
	if err != nil {
		return err
	}
	return fsys.SyncDir(folder)
}
