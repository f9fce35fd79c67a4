package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cutpoint/schemas"
)

// Recovery says what an abrupt end of an earlier run had left behind.
type Recovery struct {
	Adopted  int      // rows of parts that were written whole but not committed
	Removed  int      // temporary files
	Unusable []string // uncommitted parts that cannot be read, left where they are
}

// Recover adopts what an earlier run wrote whole but could not commit, and
// removes its temporary files. It is called with the lock held.
func (s *Store) Recover(ctx context.Context) (Recovery, error) {
	var r Recovery
	err := errors.Join(recoverTable(ctx, s.documents, &r), recoverTable(ctx, s.failures, &r))
	infos, e := s.Cuts()
	err = errors.Join(err, e)
	for _, info := range infos {
		err = errors.Join(err, recoverTable(ctx, s.cuts[info.Cut], &r))
	}
	return r, err
}

func recoverTable[R Row](ctx context.Context, t *Table[R], r *Recovery) error {
	for _, dir := range []string{t.dir, filepath.Join(t.dir, logFolder)} {
		if err := t.removeTemporary(dir, r); err != nil {
			return err
		}
	}
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

func (t *Table[R]) removeTemporary(dir string, r *Recovery) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, ".") && strings.HasSuffix(name, tmpSuffix) {
			if err := t.fs.Remove(filepath.Join(dir, name)); err != nil {
				return err
			}
			r.Removed++
		}
	}
	return nil
}

// orphans lists the parts in the folder that no commit ever named.
func (t *Table[R]) orphans() ([]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refresh(context.Background()); err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, p := range t.state.parts {
		known[p.Path] = true
	}
	entries, err := os.ReadDir(t.dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, partPrefix) && strings.HasSuffix(name, partSuffix) && !known[name] && !t.state.gone[name] {
			out = append(out, name)
		}
	}
	return out, nil
}

// orphanAge is how old an orphan must be to be removed once its rows are in the
// table by another way: a run without the lock might still be committing it.
const orphanAge = 24 * time.Hour

// adopt commits an orphan as it is if the table lacks all its rows. One whose rows
// were written again since is of no use and is removed once it is old; one that
// cannot be read stays for a person to look at.
func (t *Table[R]) adopt(ctx context.Context, name string, r *Recovery) error {
	path := filepath.Join(t.dir, name)
	part, keys, err := t.inspect(ctx, path)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.Unusable = append(r.Unusable, path)
		return nil
	}
	for {
		t.mu.Lock()
		err := t.loadKeys(ctx)
		if err == nil {
			if slices.ContainsFunc(keys, t.keys.Has) {
				t.mu.Unlock()
				return t.removeOld(path, r)
			}
			err = t.commitAttempt(attempt[R]{part: part}, CommitInfo{Operation: "ADOPT"})
		}
		t.mu.Unlock()
		if !errors.Is(err, errLostRace) {
			if err == nil {
				r.Adopted += int(part.Rows)
			}
			return err
		}
	}
}

func (t *Table[R]) removeOld(path string, r *Recovery) error {
	info, err := os.Lstat(path)
	if err != nil || time.Since(info.ModTime()) < orphanAge {
		return err
	}
	r.Removed++
	return t.fs.Remove(path)
}

// inspect reads an orphan in full: it must be of this table and hold what the
// table may hold.
func (t *Table[R]) inspect(ctx context.Context, path string) (Part, []schemas.PageKey, error) {
	if err := t.checkFooter(path); err != nil {
		return Part{}, nil, err
	}
	var keys []schemas.PageKey
	err := scanPart(ctx, path, func(rows []R) error {
		for _, row := range rows {
			keys = append(keys, row.Key())
		}
		return t.checkRows(rows)
	})
	if err != nil {
		return Part{}, nil, err
	}
	size, sum, err := checksum(path)
	return Part{Path: filepath.Base(path), Rows: int64(len(keys)), Bytes: size, SHA256: sum}, keys, err
}

// checkFooter compares what a part says of itself with what the table is.
func (t *Table[R]) checkFooter(path string) error {
	f, p, err := openPart(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for key, want := range t.state.meta.Configuration {
		if got, ok := p.Lookup(key); !ok || got != want {
			return fmt.Errorf("part %s says of itself %s=%q, its table %q", path, key, got, want)
		}
	}
	return nil
}
