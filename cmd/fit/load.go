package main

import (
	"context"

	"cutpoint/model"
	"cutpoint/pipeline/compare"
	"cutpoint/schemas"
	"cutpoint/store"
)

// loader reads cut tables with the labels and paths of the documents table, which
// knows of moves and new labels since the features were written. A cut that is
// read again is read at the same version.
func loader(s *store.Store, when asOf) compare.Load {
	opened := map[model.Cut]source{}
	return func(ctx context.Context, cut model.Cut) (*compare.Dataset, error) {
		from, again := opened[cut]
		if !again {
			var err error
			if from.features, from.documents, err = when.open(s, cut.String()); err != nil {
				return nil, err
			}
			opened[cut] = from
		}
		return from.read(ctx, cut)
	}
}

// source is a cut's table and the documents table that goes with it.
type source struct {
	features  *store.Table[schemas.Feature]
	documents *store.Table[schemas.Document]
}

func (from source) read(ctx context.Context, cut model.Cut) (*compare.Dataset, error) {
	snap, err := from.features.Snapshot()
	if err != nil {
		return nil, err
	}
	documents := map[schemas.PageKey]schemas.Document{}
	err = from.documents.Scan(ctx, func(rows []schemas.Document) error {
		for _, r := range rows {
			documents[r.Key()] = r
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, data, err := store.ReadMatrix(ctx, from.features, cut.Dim())
	if err != nil {
		return nil, err
	}
	d := &compare.Dataset{Cut: cut, Version: snap.Version, Stored: snap.Bytes, X: data}
	for _, r := range rows {
		label, split, path := r.Label, r.Split, r.Path
		if known, ok := documents[r.Key()]; ok {
			label, split, path = known.Label, known.Split, known.Path
		}
		d.Keys, d.Paths = append(d.Keys, r.Key()), append(d.Paths, path)
		d.Labels, d.Splits = append(d.Labels, text(label)), append(d.Splits, text(split))
	}
	return d, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
