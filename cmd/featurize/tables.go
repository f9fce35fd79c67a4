package main

import (
	"context"
	"errors"
	"time"

	"cutpoint/model"
	"cutpoint/pipeline/featurize"
	"cutpoint/schemas"
	"cutpoint/store"
)

// tables lets a run of the pipeline write to a store.
type tables struct {
	store  *store.Store
	cuts   map[string]model.Cut
	run    string // identifies the run in the tables' history
	writer string // numbers the commits
	began  time.Time
}

func newTables(s *store.Store, cuts []model.Cut, run, writer string) *tables {
	t := &tables{store: s, cuts: map[string]model.Cut{}, run: run, writer: writer, began: time.Now()}
	for _, c := range cuts {
		t.cuts[c.String()] = c
	}
	return t
}

func (t *tables) info(operation string) store.CommitInfo {
	return store.CommitInfo{Operation: operation, Run: t.run, Started: t.began, App: t.writer}
}

func (t *tables) Documents(ctx context.Context, yield func([]schemas.Document) error) error {
	return t.store.Documents().ScanUnordered(ctx, yield)
}

func (t *tables) Failures(ctx context.Context) ([]schemas.Failure, error) {
	return allRows(ctx, t.store.Failures())
}

// allRows returns the rows of a small table, in any order.
func allRows[R store.Row](ctx context.Context, table *store.Table[R]) ([]R, error) {
	var rows []R
	err := table.ScanUnordered(ctx, func(part []R) error {
		rows = append(rows, part...)
		return nil
	})
	return rows, err
}

// create opens a cut's table, which it makes if there is none.
func (t *tables) create(cut string) (*store.Table[schemas.Feature], error) {
	return t.store.CreateCut(cutInfo(t.cuts[cut], t.store.Description().ValueType()))
}

func (t *tables) Present(ctx context.Context, cut string) (featurize.Keys, error) {
	table, err := t.create(cut)
	if err != nil {
		return nil, err
	}
	return table.Keys(ctx)
}

func (t *tables) PutDocuments(ctx context.Context, rows []schemas.Document) error {
	return t.store.Documents().Upsert(ctx, rows, nil, t.info("PUT DOCUMENTS"))
}

func (t *tables) PutFailures(ctx context.Context, put []schemas.Failure, drop []schemas.PageKey) error {
	return t.store.Failures().Upsert(ctx, put, drop, t.info("PUT FAILURES"))
}

func (t *tables) AppendFeatures(ctx context.Context, cut string, rows []schemas.Feature) error {
	table, err := t.create(cut)
	if err != nil {
		return err
	}
	_, err = table.Append(ctx, rows, t.info("WRITE"))
	return err
}

// cutInfo describes a cut's table.
func cutInfo(c model.Cut, dtype string) schemas.CutInfo {
	s := c.Shape()
	info := schemas.CutInfo{Cut: c.String(), Dim: c.Dim(), Shape: []int{s.C}, Layout: "C", DType: dtype}
	if s.H*s.W > 1 {
		info.Shape, info.Layout = []int{s.H, s.W, s.C}, "HWC"
	}
	return info
}

// stored reads a store and creates no table.
type stored struct{ *tables }

func (s stored) Present(ctx context.Context, cut string) (featurize.Keys, error) {
	cuts, err := s.store.Cuts()
	if err != nil {
		return nil, err
	}
	for _, info := range cuts {
		if info.Cut == cut {
			table, _, err := s.store.Cut(cut)
			if err != nil {
				return nil, err
			}
			return table.Keys(ctx)
		}
	}
	return nil, nil
}

// openStored opens a store for a dry run; nil if there is none yet.
func openStored(dir string, d schemas.Description) (featurize.Stored, error) {
	s, err := store.Open(dir)
	if errors.Is(err, store.ErrNotStore) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := s.CheckFingerprint(d); err != nil {
		return nil, err
	}
	return stored{newTables(s, nil, "", "")}, nil
}
