package main

import (
	"context"
	"fmt"
	"time"

	"cutpoint/schemas"
	"cutpoint/store"
)

// content is what a store's tables hold, without times.
type content map[string]string

// differ returns an error that says how a store's content differs from the one wanted.
func (c content) differ(want content) error {
	for key, row := range want {
		if c[key] != row {
			return fmt.Errorf("%s is %.200q instead of %.200q", key, c[key], row)
		}
	}
	if len(c) != len(want) {
		return fmt.Errorf("%d rows instead of %d", len(c), len(want))
	}
	return nil
}

// read verifies a store and returns its rows as text, by table and key.
func read(dir string) (content, error) {
	ctx := context.Background()
	s, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	report, err := s.Verify(ctx)
	if err != nil || len(report.Problems) > 0 {
		return nil, fmt.Errorf("verify %s: %w\n%s", dir, err, report)
	}
	c := content{}
	err = s.Documents().Scan(ctx, func(rows []schemas.Document) error {
		for _, r := range rows {
			r.Modified, r.FirstSeen = time.Time{}, time.Time{}
			c.add(schemas.DocumentsTable, r.Key(), fmt.Sprint(r.Path, schemas.Text(r.Label), r.Format, r.Width, r.Height, r.Pages, r.Bytes, schemas.Text(r.Warning), schemas.Text(r.ReplacedBy)))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.Failures().Scan(ctx, func(rows []schemas.Failure) error {
		for _, r := range rows {
			c.add(schemas.FailuresTable, r.Key(), fmt.Sprint(r.Path, r.Stage, r.Class, r.Message, r.Attempts))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, c.cuts(ctx, s)
}

func (c content) cuts(ctx context.Context, s *store.Store) error {
	infos, err := s.Cuts()
	if err != nil {
		return err
	}
	for _, info := range infos {
		table, _, err := s.Cut(info.Cut)
		if err != nil {
			return err
		}
		err = table.Scan(ctx, func(rows []schemas.Feature) error {
			for _, r := range rows {
				// %b is exact: it writes the mantissa and the exponent of every value.
				c.add(info.Cut, r.Key(), fmt.Sprintf("%s %s %b", r.Path, schemas.Text(r.Label), r.Embedding))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c content) add(table string, key schemas.PageKey, row string) {
	c[fmt.Sprintf("%s %s %d", table, key.DocumentID, key.Page)] += row // twice would differ
}
