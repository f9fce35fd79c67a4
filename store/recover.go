package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"

	"cutpoint/schemas"
)

// Recovery says what Recover did.
type Recovery struct {
	Adopted   int      // parts that a dead run had written but not committed
	Rows      int      // new ones, in them
	Redundant int      // such parts whose rows were all there, removed
	Temporary int      // temporary files removed
	Notes     []string // what was left as it is, and why
}

// grace is how old a temporary file must be to count as a dead run's while
// another run may be writing.
const grace = time.Hour

// Recover finishes what dead runs began, in every table: it adopts whole parts
// that no log entry names, if they hold new rows, and removes temporary files.
// Under the lock every temporary file is a dead run's; without it, those older
// than an hour are.
func (s *Store) Recover(ctx context.Context) (Recovery, error) {
	var r Recovery
	if err := s.removeTemporary(&r); err != nil {
		return r, err
	}
	tables, err := s.tables()
	if err != nil {
		return r, err
	}
	for _, t := range tables {
		if err := t.recover(ctx, &r); err != nil {
			return r, err
		}
	}
	return r, s.syncFolders()
}

// syncFolders makes durable what stands in the tables' folders and their logs. A
// run that was killed between a commit and its sync leaves rows that are there
// but that a power failure may still take; a part that was removed after its
// adoption must not come back when its rows have been dropped since.
func (s *Store) syncFolders() error {
	sync := func(name string) error { return writeError("sync folder", name, s.files.SyncDir(name)) }
	if err := s.eachFolder(sync); err != nil {
		return err
	}
	return sync(".")
}

func (t *Table[R]) recover(ctx context.Context, r *Recovery) error {
	orphans, err := t.orphans()
	if err != nil {
		return err
	}
	for _, name := range orphans {
		if err := t.adopt(ctx, name, r); err != nil {
			return err
		}
	}
	return nil
}

// removeTemporary looks into every folder that may be a table's, even one whose
// first log entry was never committed.
func (s *Store) removeTemporary(r *Recovery) error {
	return s.eachFolder(func(name string) error { return s.removeTemporaryIn(name, r) })
}

// eachFolder visits every folder that may be a table's, and the log's folder in it.
func (s *Store) eachFolder(visit func(name string) error) error {
	entries, err := s.files.ReadDir(".")
	if err != nil {
		return fmt.Errorf("list store %s: %w", s.dir, err)
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		for _, folder := range []string{e.Name(), path.Join(e.Name(), logFolder)} {
			if err := visit(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func (s *Store) removeTemporaryIn(folder string, r *Recovery) error {
	entries, err := s.files.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("list folder %s: %w", folder, err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !isTemporary(e.Name()) {
			continue
		}
		if !s.locked.Load() && time.Since(info.ModTime()) < grace {
			continue
		}
		name := path.Join(folder, e.Name())
		if err := s.files.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return writeError("remove temporary file", name, err)
		}
		r.Temporary++
	}
	return nil
}

// isTemporary reports whether a name is one that this package gives to files
// that are not whole: .part-UUID.tmp, or .NAME.UUID.tmp for a file of the log.
func isTemporary(name string) bool {
	name, ok := strings.CutPrefix(name, ".")
	name, ok2 := strings.CutSuffix(name, tempSuffix)
	if !ok || !ok2 {
		return false
	}
	if id, ok := strings.CutPrefix(name, partPrefix); ok {
		return uuid.Validate(id) == nil
	}
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || uuid.Validate(name[dot+1:]) != nil {
		return false
	}
	_, isEntry := logVersion(name[:dot], ".json")
	_, isCheckpoint := logVersion(name[:dot], checkpointSuffix)
	return isEntry || isCheckpoint || name[:dot] == lastCheckpoint
}

// orphans lists the parts in the folder that the log never named. A file that
// was removed by a commit is none: older versions of the table still need it.
func (t *Table[R]) orphans() ([]string, error) {
	// The folder is listed first: what is committed in between is then named.
	entries, err := t.store.files.ReadDir(t.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list table %s: %w", t.name, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.log.refresh(); err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if t.log.isOrphan(e) {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// isOrphan reports whether a file of the table's folder is a part that was never
// committed. What is older than all that the log still knows may have been
// removed by a commit that another tool forgot: adopting it could bring back
// what was dropped.
func (l *tableLog) isOrphan(e fs.DirEntry) bool {
	if !isPartName(e.Name()) || !e.Type().IsRegular() || l.named(e.Name()) {
		return false
	}
	info, err := e.Info()
	return err == nil && info.ModTime().UnixMilli() > l.knownSince
}

// adopt appends the new rows of an orphan as a part of its own, and then removes
// the orphan. Its writer may be alive and about to commit it: the entry that
// adopts its rows, or finds none to adopt, also says that the orphan is removed.
// So it takes the version that the writer wanted, who then looks again; and the
// orphan stays removed for every later Recover, even if a power failure brings
// the file back.
func (t *Table[R]) adopt(ctx context.Context, orphan string, r *Recovery) error {
	name := path.Join(t.name, orphan)
	rows, size, err := t.readOrphan(ctx, name)
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrUnsupported) {
		r.Notes = append(r.Notes, fmt.Sprintf("%s is in no commit and cannot be adopted: %v", name, err))
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) { // its writer gave it up just now
		return nil
	}
	if err != nil {
		return err
	}
	added, mine, err := t.replaceOrphan(ctx, Part{Path: orphan, Bytes: size}, rows)
	if err != nil || !mine {
		return err
	}
	if added > 0 {
		r.Adopted++
		r.Rows += added
	} else {
		r.Redundant++
	}
	if err := t.store.files.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writeError("remove", name, err)
	}
	return nil
}

// replaceOrphan commits the removal of an orphan and the addition of those of its
// rows that are new. It is not mine to remove if its writer committed it first.
func (t *Table[R]) replaceOrphan(ctx context.Context, orphan Part, rows []R) (added int, mine bool, err error) {
	t.writing.Lock()
	defer t.writing.Unlock()
	info := CommitInfo{Operation: "RECOVER"}.withDefaults()
	if err := t.create(info); err != nil {
		return 0, false, err
	}
	for {
		snap, fresh, err := t.unknown(ctx, rows)
		if err != nil || t.isNamed(orphan.Path) {
			return 0, false, err
		}
		actions := []action{{Remove: newRemove(orphan, info)}}
		if len(fresh) > 0 {
			part, err := t.writePart(ctx, pick(rows, fresh))
			if err != nil {
				return 0, false, err
			}
			actions = append(actions, action{Add: part})
		}
		err = t.commit(snap.Version+1, actions, info)
		if err == nil {
			return len(fresh), true, nil
		}
		if !errors.Is(err, errConflict) {
			return 0, false, err
		}
		if len(fresh) > 0 {
			t.discard(*actions[1].Add)
		}
	}
}

// readOrphan reads a part of so many bytes that may belong to this table.
func (t *Table[R]) readOrphan(ctx context.Context, name string) (rows []R, size int64, err error) {
	p, err := openPart(t.store.files, name)
	if err != nil {
		return nil, 0, err
	}
	defer p.Close()
	want := map[string]string{}
	for _, k := range []string{schemas.KeyFingerprint, schemas.KeyCut} {
		if v, ok := t.configuration[k]; ok {
			want[k] = v
		}
	}
	got := p.footer()
	delete(got, schemas.KeyDescription) // it may name the weights differently
	if !maps.Equal(got, want) {
		return nil, 0, fmt.Errorf("%w: its footer is that of another table", ErrUnsupported)
	}
	err = scanPart(ctx, p, t.dim, func(part []R) error {
		for _, r := range part {
			if err := t.checkRow(r); err != nil {
				return fmt.Errorf("%w: %w", ErrDamaged, err)
			}
		}
		rows = append(rows, part...)
		return nil
	})
	return rows, p.info.size, err
}
