package main

import (
	"context"

	"cutpoint/model"
	"cutpoint/pipeline/compare"
	"cutpoint/schemas"
	"cutpoint/store"
)

// loader opens the cuts that candidates need, all as of one moment.
func loader(s *store.Store, when store.Moment, candidates []compare.Candidate) (compare.Load, error) {
	var names []string
	cuts := compare.CutsOf(candidates)
	for _, cut := range cuts {
		names = append(names, cut.String())
	}
	views, err := openViews(s, when, names...)
	if err != nil {
		return nil, err
	}
	byCut := map[model.Cut]*store.View{}
	for i, cut := range cuts {
		byCut[cut] = views[i]
	}
	return func(ctx context.Context, cut model.Cut) (*compare.Dataset, error) {
		return dataset(ctx, cut, byCut[cut])
	}, nil
}

// dataset reads a view's rows; its vectors are read later.
func dataset(ctx context.Context, cut model.Cut, v *store.View) (*compare.Dataset, error) {
	rows, err := v.Rows(ctx)
	if err != nil {
		return nil, err
	}
	d := &compare.Dataset{Cut: cut, Version: v.Snapshot.Version, Stored: v.Snapshot.Bytes,
		Vectors: v.Vectors}
	for _, r := range rows {
		d.Keys, d.Paths = append(d.Keys, r.Key()), append(d.Paths, r.Path)
		d.Labels, d.Splits = append(d.Labels, schemas.Text(r.Label)), append(d.Splits, schemas.Text(r.Split))
	}
	return d, nil
}
