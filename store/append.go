package store

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"cutpoint/schemas"
	"cutpoint/store/delta"
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
	rows, info = normalize(rows), info.Begin()
	var part *delta.Part
	var written []int // indexes of the rows in part
	for {
		snap, fresh, err := t.unknown(ctx, rows)
		if err != nil {
			return Snapshot{}, err
		}
		if part != nil && (!slices.Equal(fresh, written) || t.isNamed(part.Path)) { // named: Recover removed it
			t.discard(part.Path)
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
		err = t.commit(snap.Version+1, []delta.Action{delta.AddPart(*part)}, info)
		if err == nil {
			return t.Snapshot()
		}
		if !errors.Is(err, delta.ErrConflict) {
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
	return t.log.Snapshot(), fresh, nil
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
	return t.log.Named(part)
}

// commit is delta.Log.Commit under the table's mutex.
func (t *Table[R]) commit(version int64, actions []delta.Action, info CommitInfo) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.Commit(version, actions, info)
}

// discard removes a part that this handle wrote and that lost its race. It is
// never one that the table holds: Recover adopts rows under a name of its own.
func (t *Table[R]) discard(part string) {
	t.store.files.Delete(path.Join(t.name, part)) // else Recover does
}
