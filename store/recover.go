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

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/files"
)

// Recovery says what Recover did.
type Recovery struct {
	Adopted   int      // parts that a dead run had written but not committed
	Rows      int      // new ones, in them
	Redundant int      // such parts whose rows were all there, removed
	Temporary int      // temporary files removed
	Notes     []string // what was left as it is, and why
}

// grace is the age at which a temporary file counts as a dead run's while another
// run may be writing.
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
	return r, s.settleFolders()
}

// settleFolders makes the contents of the tables' folders and their logs durable. A
// run that was killed between a commit and its sync leaves rows that are there
// but that a power failure may still take; a part that was removed after its
// adoption must not come back when its rows have been dropped since.
func (s *Store) settleFolders() error {
	if err := s.eachFolder(s.files.Settle); err != nil {
		return err
	}
	return s.files.Settle(".")
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
	entries, err := s.files.List(".")
	if err != nil {
		return fmt.Errorf("list store %s: %w", s.dir, err)
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		for _, folder := range []string{e.Name(), path.Join(e.Name(), delta.LogFolder)} {
			if err := visit(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func (s *Store) removeTemporaryIn(folder string, r *Recovery) error {
	entries, err := s.files.List(folder)
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
		if err := s.files.Delete(name); err != nil {
			return fmt.Errorf("remove temporary file %s: %w", name, err)
		}
		r.Temporary++
	}
	return nil
}

// isTemporary reports whether a name is that of an incomplete part or log file.
func isTemporary(name string) bool {
	of, ok := files.Temporary(name) // a part's name comes without its extension
	return ok && (isPartName(of+partSuffix) || delta.IsFile(of))
}

// orphans lists the parts in the folder that the log never named. A file that
// was removed by a commit is not one: older versions of the table still need it.
func (t *Table[R]) orphans() ([]string, error) {
	// The folder is listed first: what is committed in between is then named.
	entries, err := t.store.files.List(t.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list table %s: %w", t.name, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.log.Refresh(); err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if t.isOrphan(e) {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// isOrphan reports whether a file of the table's folder is a part that was never
// committed: adopting one that was, and was removed since, would bring back what
// was dropped.
func (t *Table[R]) isOrphan(e fs.DirEntry) bool {
	if !isPartName(e.Name()) || !e.Type().IsRegular() {
		return false
	}
	info, err := e.Info()
	return err == nil && t.log.NeverNamed(e.Name(), info.ModTime())
}

// adopt appends the new rows of an orphan as a new part, and then removes
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
	if err := t.store.files.Delete(name); err != nil {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return nil
}

// replaceOrphan commits the removal of an orphan and the addition of those of its
// rows that are new. It is not mine to remove if its writer committed it first.
func (t *Table[R]) replaceOrphan(ctx context.Context, orphan Part, rows []R) (added int, mine bool, err error) {
	t.writing.Lock()
	defer t.writing.Unlock()
	info := CommitInfo{Operation: "RECOVER"}.Begin()
	if err := t.create(info); err != nil {
		return 0, false, err
	}
	for {
		snap, fresh, err := t.unknown(ctx, rows)
		if err != nil || t.isNamed(orphan.Path) {
			return 0, false, err
		}
		actions := []delta.Action{delta.RemovePart(orphan, info.Time)}
		if len(fresh) > 0 {
			part, err := t.writePart(ctx, pick(rows, fresh))
			if err != nil {
				return 0, false, err
			}
			actions = append(actions, delta.AddPart(*part))
		}
		err = t.commit(snap.Version+1, actions, info)
		if err == nil {
			return len(fresh), true, nil
		}
		if !errors.Is(err, delta.ErrConflict) {
			return 0, false, err
		}
		if len(fresh) > 0 {
			t.discard(actions[1].Add.Path)
		}
	}
}

// readOrphan reads a part that may belong to this table, and returns its size in bytes.
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
