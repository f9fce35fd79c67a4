package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cutpoint/schemas"
	"cutpoint/store/delta"
)

// Upsert adds the rows put, replacing rows of the same key, and removes the rows
// of the keys drop, all in one commit. Parts that hold a changed row are written
// anew without it, or with it as it is now; new rows go to a new part. If
// nothing changes, nothing is committed. It is meant for the small tables.
// A key in both put and drop is put; of rows with equal keys, the last counts. A
// document that the table has at another path is not marked as replaced (isLate).
func (t *Table[R]) Upsert(ctx context.Context, put []R, drop []schemas.PageKey, info CommitInfo) error {
	for _, r := range put {
		if err := t.checkRow(r); err != nil {
			return fmt.Errorf("update table %s: %w", t.name, err)
		}
	}
	if len(put) == 0 && len(drop) == 0 {
		return nil
	}
	t.writing.Lock()
	defer t.writing.Unlock()
	if err := t.create(info); err != nil {
		return err
	}
	u, info := newUpdate(normalize(put), drop), info.Begin()
	for {
		err := t.tryUpdate(ctx, u, info)
		if !errors.Is(err, delta.ErrConflict) {
			return err
		}
	}
}

// update is what an Upsert asks for.
type update[R Row] struct {
	put  []R // one a key
	at   map[schemas.PageKey]int
	drop map[schemas.PageKey]bool
}

func newUpdate[R Row](put []R, drop []schemas.PageKey) *update[R] {
	u := &update[R]{at: map[schemas.PageKey]int{}, drop: map[schemas.PageKey]bool{}}
	for _, k := range drop {
		u.drop[k] = true
	}
	for _, r := range put {
		if i, ok := u.at[r.Key()]; ok {
			u.put[i] = r
			continue
		}
		u.at[r.Key()] = len(u.put)
		u.put = append(u.put, r)
		delete(u.drop, r.Key())
	}
	return u
}

// apply returns rows as they are after the update, and whether that differs.
func (u *update[R]) apply(rows []R) (after []R, changed bool) {
	for _, r := range rows {
		k := r.Key()
		i, replaced := u.at[k]
		switch {
		case u.drop[k]:
			changed = true
		case replaced && !sameRow(r, u.put[i]) && !isLate(r, u.put[i]):
			changed = true
			after = append(after, u.put[i])
		default:
			after = append(after, r)
		}
	}
	return after, changed
}

// isLate reports whether a row says that a document was replaced at its path while
// the table has the document at another one: a run at the same time found it there.
func isLate[R Row](stored, put R) bool {
	now, ok := any(put).(schemas.Document)
	return ok && now.ReplacedBy != nil && any(stored).(schemas.Document).Path != now.Path
}

// tryUpdate commits the update on top of the newest snapshot.
func (t *Table[R]) tryUpdate(ctx context.Context, u *update[R], info CommitInfo) error {
	snap, touched, fresh, err := t.touched(ctx, u)
	if err != nil {
		return err
	}
	actions, err := t.rewrite(ctx, u, touched, fresh, info)
	committing := err == nil && len(actions) > 0
	if err == nil && !committing {
		err = t.settle() // the rows are as asked for already
	}
	if committing {
		err = t.commit(snap.Version+1, actions, info)
	}
	// After any other error of the commit it is open whether the log names the
	// parts: they stay, and Recover looks at them.
	if err != nil && (!committing || errors.Is(err, delta.ErrConflict)) {
		for _, a := range actions {
			if a.Add != nil {
				t.discard(a.Add.Path)
			}
		}
	}
	return err
}

// rewrite writes the parts of an update and returns the actions that commit
// them; with an error, those of the parts written so far.
func (t *Table[R]) rewrite(ctx context.Context, u *update[R], touched []Part, fresh []R, info CommitInfo) ([]delta.Action, error) {
	var actions []delta.Action
	write := func(rows []R) error {
		if len(rows) == 0 {
			return nil
		}
		add, err := t.writePart(ctx, rows)
		if err == nil {
			actions = append(actions, delta.AddPart(*add))
		}
		return err
	}
	if err := t.checkColumns(); err != nil && len(touched) > 0 {
		return nil, fmt.Errorf("update table %s: %w", t.name, err)
	}
	for _, part := range touched {
		var rows []R
		err := t.scanPart(ctx, part, func(r []R) error { rows = append(rows, r...); return nil })
		if err != nil {
			return actions, err
		}
		after, changed := u.apply(rows)
		if !changed {
			continue
		}
		actions = append(actions, delta.RemovePart(part, info.Time))
		if err := write(after); err != nil {
			return actions, err
		}
	}
	err := write(fresh)
	return actions, err
}

// touched returns the parts that hold a key of the update, and the rows of keys
// that no part holds.
func (t *Table[R]) touched(ctx context.Context, u *update[R]) (Snapshot, []Part, []R, error) {
	if err := ctx.Err(); err != nil {
		return Snapshot{}, nil, nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refreshKeys(ctx); err != nil {
		return Snapshot{}, nil, nil, err
	}
	hit := map[int32]bool{}
	var fresh []R
	for _, r := range u.put {
		if ordinal, ok := t.keys.part(r.Key()); ok {
			hit[ordinal] = true
		} else {
			fresh = append(fresh, r)
		}
	}
	for k := range u.drop {
		if ordinal, ok := t.keys.part(k); ok {
			hit[ordinal] = true
		}
	}
	snap := t.log.Snapshot()
	parts := slices.DeleteFunc(slices.Clone(snap.Parts), func(p Part) bool { return !hit[t.known[p.Path]] })
	return snap, parts, fresh, nil
}
