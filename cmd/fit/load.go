package main

import (
	"context"

	"cutpoint/model"
	"cutpoint/pipeline/fit"
	"cutpoint/schemas"
	"cutpoint/store"
)

// loader reads cut tables with the labels and paths of the documents table, which
// knows of moves and new labels since the features were written.
func loader(s *store.Store) fit.Load {
	return func(ctx context.Context, cut model.Cut) (*fit.Dataset, error) {
		table, info, err := s.Cut(cut.String())
		if err != nil {
			return nil, err
		}
		documents := map[schemas.PageKey]schemas.Document{}
		err = s.Documents().Scan(ctx, func(rows []schemas.Document) error {
			for _, r := range rows {
				documents[r.Key()] = r
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		rows, data, err := store.ReadMatrix(ctx, table, info.Dim)
		if err != nil {
			return nil, err
		}
		d := &fit.Dataset{Cut: cut, X: data}
		for _, r := range rows {
			label, path := r.Label, r.Path
			if known, ok := documents[r.Key()]; ok {
				label, path = known.Label, known.Path
			}
			d.Keys, d.Paths, d.Labels = append(d.Keys, r.Key()), append(d.Paths, path), append(d.Labels, text(label))
		}
		return d, nil
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
