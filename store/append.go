package store

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"cutpoint/schemas"
)

// Append adds rows as one part in one commit and returns the snapshot that holds
// them. Rows whose key the table holds already are dropped: the first writer of
// a page wins. If none is left, nothing is committed. When it returns, the rows
// are durable.
func (t *Table[R]) Append(ctx context.Context, rows []R, info CommitInfo) (Snapshot, error) {
	for _, r := range rows {
		if err := t.checkRow(r); err != nil {
			return Snapshot{}, fmt.Errorf("append to table %s: %w", t.name, err)
		}
	}
	t.writing.Lock()
	defer t.writing.Unlock()
	if err := t.create(info); err != nil {
		return Snapshot{}, err
	}
	rows, info = normalize(rows), info.withDefaults()
	var part *addFile
	var written []int // indexes of the rows in part
	for {
		snap, fresh, err := t.unknown(ctx, rows)
		if err != nil {
			return Snapshot{}, err
		}
		if part != nil && (!slices.Equal(fresh, written) || t.isNamed(part.Path)) { // named: Recover removed it
			t.discard(*part)
			part = nil
		}
		if len(fresh) == 0 {
			return snap, t.settle()
		}
		if part == nil {
			if part, err = t.writePart(ctx, pick(rows, fresh)); err != nil {
				return Snapshot{}, err
			}
			written = fresh
		}
		err = t.commit(snap.Version+1, []action{{Add: part}}, info)
		if err == nil {
			return t.Snapshot()
		}
		if !errors.Is(err, errConflict) {
			return Snapshot{}, err // the part stays; Recover adopts it
		}
	}
}

// unknown returns the newest snapshot and the indexes of the rows whose key it
// does not hold; of rows with equal keys, the first.
func (t *Table[R]) unknown(ctx context.Context, rows []R) (Snapshot, []int, error) {
	if err := ctx.Err(); err != nil {
		return Snapshot{}, nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refreshKeys(ctx); err != nil {
		return Snapshot{}, nil, err
	}
	var fresh []int
	seen := make(map[schemas.PageKey]bool, len(rows))
	for i, r := range rows {
		k := r.Key()
		if !seen[k] && !t.keys.Has(k) {
			fresh = append(fresh, i)
		}
		seen[k] = true
	}
	return t.log.snapshot(), fresh, nil
}

func pick[R Row](rows []R, indexes []int) []R {
	out := make([]R, len(indexes))
	for i, j := range indexes {
		out[i] = rows[j]
	}
	return out
}

// isNamed reports whether the log, as far as it was read, ever named a part.
func (t *Table[R]) isNamed(part string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.named(part)
}

// commit writes actions as a version of the table, or returns errConflict.
func (t *Table[R]) commit(version int64, actions []action, info CommitInfo) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if info.App != "" {
		// Should another writer have come first, this number is wrong, and so is version.
		next := txn{info.App, t.log.apps[info.App].version + 1, info.Time.UnixMilli()}
		actions = append(slices.Clip(actions), action{Txn: &next})
	}
	if err := t.log.commit(version, actions, info); err != nil {
		return err
	}
	if err := t.log.refresh(); err == nil { // else the next reader of the log says so
		t.log.checkpointIfDue()
	}
	return nil
}

// discard removes a part that this handle wrote and that lost its race. It is
// never one that the table holds: Recover adopts rows under a name of its own.
func (t *Table[R]) discard(part addFile) {
	t.store.files.Remove(path.Join(t.name, part.Path)) // else Recover does
}
