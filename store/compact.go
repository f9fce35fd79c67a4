package store

import (
	"context"
	"errors"
	"fmt"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/parquet"
)

// CompactOptions say what Compact does besides merging small parts.
type CompactOptions struct {
	// TargetBytes is the size before compression that merged parts get, and about
	// half of the memory that this takes; 0 = 256 MiB.
	TargetBytes int64
	// Gone tells the documents that are to be dropped with all their pages and
	// failures, by their paths and whether they are replaced; nil drops none.
	Gone func(path string, replaced bool) bool
	// DryRun changes nothing and reports what would be done.
	DryRun bool
	// Progress is called before each merge of a table; nil if nobody looks.
	Progress func(table string, done, merges int)
	Info     CommitInfo
}

const (
	defaultTarget = 256 << 20
	// smallTarget bounds parts of the tables whose rows are replaced: replacing
	// one row writes its whole part anew.
	smallTarget = 32 << 20
)

// Compaction says what Compact did to a table.
type Compaction struct {
	Table     string `json:"table"`
	Before    int    `json:"parts_before"`
	After     int    `json:"parts_after"`
	Rewritten int64  `json:"rows_rewritten"`
	Refreshed int64  `json:"rows_refreshed"` // whose path, label or split was out of date
	Dropped   int64  `json:"rows_dropped"`
	Skipped   int    `json:"merges_skipped"` // because another program changed their parts meanwhile
}

// Compact merges the small parts of every table, gives features the path, label
// and split that the documents table has today, and drops documents that are
// gone. Each merge is one commit, so that it can be ended at any time. Readers of
// older versions keep their files until Vacuum removes them.
func (s *Store) Compact(ctx context.Context, opt CompactOptions) ([]Compaction, error) {
	if opt.TargetBytes <= 0 {
		opt.TargetBytes = defaultTarget
	}
	if opt.Info.Operation == "" {
		opt.Info.Operation = "OPTIMIZE" // as Delta's writers call it
	}
	pages, err := readDocumentPages(ctx, s.documents)
	if err != nil {
		return nil, err
	}
	cuts, err := s.Cuts()
	if err != nil {
		return nil, err
	}
	gone := func(path string, replaced bool) bool { return opt.Gone != nil && opt.Gone(path, replaced) }
	current := func(f schemas.Feature) (schemas.Feature, bool) {
		f, d, known := pages.current(f)
		return f, !known || !gone(d.path, d.replaced)
	}
	var done []Compaction
	// Features go before their documents: no feature is ever without its document.
	for _, c := range cuts {
		t, _, err := s.Cut(c.Cut)
		if err != nil {
			return done, err
		}
		d, err := t.compact(ctx, current, opt.TargetBytes, opt)
		if done = append(done, d); err != nil {
			return done, err
		}
	}
	small := min(opt.TargetBytes, smallTarget)
	d, err := s.failures.compact(ctx, func(f schemas.Failure) (schemas.Failure, bool) { return f, !gone(f.Path, false) }, small, opt)
	if done = append(done, d); err != nil {
		return done, err
	}
	d, err = s.documents.compact(ctx, func(d schemas.Document) (schemas.Document, bool) { return d, !gone(d.Path, d.ReplacedBy != nil) }, small, opt)
	return append(done, d), err
}

// compact rewrites the parts that are small, or that hold a row which change does
// not leave as it is.
func (t *Table[R]) compact(ctx context.Context, change func(R) (R, bool), target int64, opt CompactOptions) (Compaction, error) {
	t.writing.Lock()
	defer t.writing.Unlock()
	done := Compaction{Table: t.name}
	snap, err := t.Snapshot()
	if err != nil {
		return done, err
	}
	done.Before = len(snap.Parts)
	merges, err := t.merges(ctx, snap, change, target)
	if err != nil {
		return done, fmt.Errorf("compact table %s: %w", t.name, err)
	}
	if err := t.checkColumns(); err != nil && len(merges) > 0 {
		return done, fmt.Errorf("compact table %s: %w", t.name, err)
	}
	for i, m := range merges {
		if opt.DryRun {
			done.count(m)
			continue
		}
		if opt.Progress != nil {
			opt.Progress(t.name, i, len(merges))
		}
		committed, err := t.merge(ctx, m, change, opt.Info.Begin())
		if err != nil {
			return done, fmt.Errorf("compact table %s: %w", t.name, err)
		}
		if committed {
			done.count(m)
		} else {
			done.Skipped++
		}
	}
	done.After += done.Before
	if opt.DryRun {
		return done, nil
	}
	return done, t.settle() // what another run did may not be durable yet
}

// count adds what a merge changes; After counts parts gained until the end.
func (c *Compaction) count(m merge) {
	c.Rewritten += m.rows - m.dropped
	c.Refreshed += m.refreshed
	c.Dropped += m.dropped
	c.After -= len(m.parts)
	if m.rows > m.dropped {
		c.After++
	}
}

// merge is a set of parts that become one.
type merge struct {
	parts                    []Part
	bytes                    int64 // before compression
	rows, refreshed, dropped int64
}

// merges plans which parts become one: neighbours in the order of their commits,
// until the target is reached.
func (t *Table[R]) merges(ctx context.Context, snap Snapshot, change func(R) (R, bool), target int64) ([]merge, error) {
	var out []merge
	var m merge
	end := func() {
		if len(m.parts) > 1 || m.refreshed+m.dropped > 0 {
			out = append(out, m)
		}
		m = merge{}
	}
	for _, part := range snap.Parts {
		rows, refreshed, dropped, err := t.changes(ctx, part, change)
		if err != nil {
			return nil, err
		}
		bytes := rows * int64(4*t.dim+parquet.RowBytes)
		if refreshed+dropped == 0 && bytes > target/2 {
			continue
		}
		if len(m.parts) > 0 && m.bytes+bytes > target {
			end()
		}
		m.parts = append(m.parts, part)
		m.bytes += bytes
		m.rows += rows
		m.refreshed += refreshed
		m.dropped += dropped
	}
	end()
	return out, nil
}

// changes counts what change does to the rows of a part, whose embeddings are not read.
func (t *Table[R]) changes(ctx context.Context, part Part, change func(R) (R, bool)) (rows, refreshed, dropped int64, err error) {
	err = t.scanPages(ctx, part, func(r R) {
		rows++
		switch now, keep := change(r); {
		case !keep:
			dropped++
		case !sameRow(r, now):
			refreshed++
		}
	})
	return rows, refreshed, dropped, err
}

// merge writes the rows of several parts as one and commits that, unless one of
// them is no part of the table any more.
func (t *Table[R]) merge(ctx context.Context, m merge, change func(R) (R, bool), info CommitInfo) (committed bool, err error) {
	rows := make([]R, 0, m.rows-m.dropped)
	for _, part := range m.parts {
		err := t.scanPart(ctx, part, func(some []R) error {
			for _, r := range some {
				if now, keep := change(r); keep {
					rows = append(rows, now)
				}
			}
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	// Rows that only move to another file are no change of the table's data.
	dataChange := m.refreshed+m.dropped > 0
	var actions []delta.Action
	for _, part := range m.parts {
		remove := delta.RemovePart(part, info.Time)
		remove.Remove.DataChange = dataChange
		actions = append(actions, remove)
	}
	written := ""
	if len(rows) > 0 {
		part, err := t.writePart(ctx, rows)
		if err != nil {
			return false, err
		}
		add := delta.AddPart(*part)
		add.Add.DataChange = dataChange
		actions, written = append(actions, add), part.Path
	}
	return t.commitMerge(ctx, m.parts, written, actions, info)
}

// commitMerge commits on top of whatever others committed meanwhile, as long as
// they left the parts alone. written is the path of the new part; "" if no row is
// left.
func (t *Table[R]) commitMerge(ctx context.Context, parts []Part, written string, actions []delta.Action, info CommitInfo) (bool, error) {
	giveUp := func(err error) (bool, error) {
		if written != "" {
			t.discard(written)
		}
		return false, err
	}
	for {
		if err := ctx.Err(); err != nil {
			return giveUp(err)
		}
		version, all, err := t.stillThere(parts)
		if err != nil || !all || written != "" && t.isNamed(written) { // named: Recover removed it
			return giveUp(err)
		}
		err = t.commit(version+1, actions, info)
		if !errors.Is(err, delta.ErrConflict) {
			return err == nil, err // a part whose commit is in doubt stays; Recover looks at it
		}
	}
}

func (t *Table[R]) stillThere(parts []Part) (version int64, all bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.log.Refresh(); err != nil {
		return 0, false, err
	}
	for _, p := range parts {
		if !t.log.Has(p.Path) {
			return t.log.Version(), false, nil
		}
	}
	return t.log.Version(), true, nil
}
