package main

import (
	"context"

	"cutpoint/model"
	"cutpoint/pipeline/compare"
	"cutpoint/schemas"
	"cutpoint/store"
)

// loader opens the cuts that candidates need, all as of one moment, and counts the
// rows of the first.
func loader(ctx context.Context, s *store.Store, rows selection, candidates []compare.Candidate) (compare.Load, store.Tally, error) {
	var names []string
	cuts := compare.CutsOf(candidates)
	for _, cut := range cuts {
		names = append(names, cut.String())
	}
	views, err := rows.open(s, names...)
	if err != nil {
		return nil, store.Tally{}, err
	}
	tally, err := views[0].Tally(ctx)
	if err != nil {
		return nil, tally, err
	}
	byCut := map[model.Cut]*store.View{}
	for i, cut := range cuts {
		byCut[cut] = views[i]
	}
	return func(ctx context.Context, cut model.Cut) (*compare.Dataset, error) {
		return dataset(ctx, cut, byCut[cut])
	}, tally, nil
}

// dataset reads a view's rows; its vectors are read later.
func dataset(ctx context.Context, cut model.Cut, v *store.View) (*compare.Dataset, error) {
	rows, err := v.Rows(ctx)
	if err != nil {
		return nil, err
	}
	d := &compare.Dataset{Cut: cut, Version: v.Snapshot.Version, Vectors: v.Vectors}
	if v.Snapshot.Rows > 0 { // replaced documents are on disk, too
		d.Stored = int64(float64(v.Snapshot.Bytes) * float64(len(rows)) / float64(v.Snapshot.Rows))
	}
	for _, r := range rows {
		d.Keys, d.Paths = append(d.Keys, r.Key()), append(d.Paths, r.Path)
		d.Labels, d.Splits = append(d.Labels, schemas.Text(r.Label)), append(d.Splits, schemas.Text(r.Split))
	}
	return d, nil
}
