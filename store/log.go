package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"

	"github.com/google/uuid"
)

const (
	logFolder = "_delta_log"
	// maxEntry bounds the memory that one log entry may take.
	maxEntry = 256 << 20
	// newest is the limit of a log that has none.
	newest = math.MaxInt64
)

// tableLog is a table's log, replayed up to its newest version or up to a limit.
type tableLog struct {
	*replay
	files      files
	folder     string // the table's
	limit      int64  // newer versions are not looked at
	checkpoint int64  // newest one known; -1: none
	durable    int64  // entries up to this one were synced by this handle; -1: none
}

func newTableLog(f files, folder string) *tableLog { return newTableLogAt(f, folder, newest) }

func newTableLogAt(f files, folder string, limit int64) *tableLog {
	return &tableLog{replay: newReplay(), files: f, folder: folder, limit: limit, checkpoint: -1, durable: -1}
}

func (l *tableLog) entryName(version int64) string {
	return path.Join(l.folder, logFolder, fmt.Sprintf("%020d.json", version))
}

// refresh reads the entries that were committed since the last call.
func (l *tableLog) refresh() error {
	if l.version < 0 {
		if err := l.start(); err != nil {
			return err
		}
	}
	for l.version < l.limit {
		err := l.replayEntry(l.version + 1)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// replayEntry applies the entry that follows the state.
func (l *tableLog) replayEntry(version int64) error {
	actions, err := l.readEntry(version)
	if err != nil {
		return err
	}
	if err := l.apply(actions); err != nil {
		return fmt.Errorf("read log entry %s: %w", l.entryName(version), err)
	}
	return nil
}

// start begins the replay at the newest checkpoint that can be read, or at
// version 0, and refuses a log with a gap after it: a writer that stopped there
// would hide every later entry.
func (l *tableLog) start() error {
	versions, checkpoints, err := l.list()
	if err != nil {
		return err
	}
	var damaged error
	for _, v := range slices.Backward(checkpoints) {
		if v > l.limit {
			continue
		}
		r, err := readCheckpoint(l.files, l.folder, v)
		if err == nil {
			l.replay, l.checkpoint = r, v
			break
		}
		// An entry of the log says the same in other words.
		damaged = errors.Join(damaged, err)
	}
	want := l.version + 1
	if len(versions) > 0 && l.limit < versions[0] && want == 0 {
		return errors.Join(fmt.Errorf("its log begins at version %d: another tool removed what came before", versions[0]), damaged)
	}
	for _, v := range versions {
		if v < want {
			continue
		}
		if v > want {
			return errors.Join(fmt.Errorf("read table %s: %w: log entry %s is missing", l.folder, ErrDamaged, l.entryName(want)), damaged)
		}
		want++
	}
	return nil
}

// readEntry reads the actions of an entry; its error names the file.
func (l *tableLog) readEntry(version int64) ([]action, error) {
	name := l.entryName(version)
	b, err := readWhole(l.files, name, maxEntry)
	var actions []action
	if err == nil {
		actions, err = parseEntry(b)
	}
	if err == nil {
		err = checkVersion(actions, version)
	}
	if err != nil {
		return nil, fmt.Errorf("read log entry %s: %w", name, err)
	}
	return actions, nil
}

// readWhole reads a file of at most limit bytes.
func readWhole(f files, name string, limit int64) ([]byte, error) {
	r, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrUnsupported, limit)
	}
	return b, err
}

// list returns the versions that have a log entry, and those that have a
// checkpoint, each sorted.
func (l *tableLog) list() (entries, checkpoints []int64, err error) {
	found, err := l.files.ReadDir(path.Join(l.folder, logFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list the log of table %s: %w", l.folder, err)
	}
	for _, e := range found {
		if v, ok := logVersion(e.Name(), ".json"); ok {
			entries = append(entries, v)
		} else if v, ok := logVersion(e.Name(), checkpointSuffix); ok {
			checkpoints = append(checkpoints, v)
		}
	}
	slices.Sort(entries)
	slices.Sort(checkpoints)
	return entries, checkpoints, nil
}

// logVersion parses the name of a file of the log: twenty digits and a suffix.
func logVersion(name, suffix string) (version int64, ok bool) {
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

// commit writes entry number version, or returns errConflict if it is taken.
func (l *tableLog) commit(version int64, actions []action, info CommitInfo) error {
	if err := l.checkWritable(actions); err != nil {
		return fmt.Errorf("write table %s: %w", l.folder, err)
	}
	entry, err := formatEntry(version, actions, info)
	if err != nil {
		return err
	}
	err = l.publish(l.entryName(version), func(w io.Writer) error {
		_, err := w.Write(entry)
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		return errConflict
	}
	if err != nil {
		return writeError("commit log entry", l.entryName(version), err)
	}
	return l.sync(version)
}

// publish writes a file of the log under a temporary name, syncs it and gives it
// its final name, which is not durable yet. It returns fs.ErrExist if that name is
// taken.
func (l *tableLog) publish(final string, write func(io.Writer) error) error {
	folder, base := path.Split(final)
	temp := folder + "." + base + "." + uuid.NewString() + tempSuffix
	if err := createSynced(l.files, temp, write); err != nil {
		return err
	}
	// link(2) is atomic and fails if the name exists: Delta's put-if-absent.
	err := l.files.Link(temp, final)
	l.files.Remove(temp) // what stays behind, Recover removes
	return err
}

// settle makes the entries that were read durable. A writer that was killed, or
// whose sync failed, leaves an entry that is there for all to see and that a
// power failure may still take. Who reports its rows as stored must settle first.
func (l *tableLog) settle() error {
	if l.durable >= l.version {
		return nil
	}
	return l.sync(l.version)
}

func (l *tableLog) sync(version int64) error {
	folder := path.Join(l.folder, logFolder)
	if err := l.files.SyncDir(folder); err != nil {
		return writeError("sync folder", folder, err)
	}
	l.durable = version
	return nil
}
