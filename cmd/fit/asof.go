package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/schemas"
	"cutpoint/store"
)

func asOfFlag() cli.Flag {
	return &cli.StringFlag{Name: "as-of", Usage: "`TIME|VERSION`: read the store as it was at a time, such as 2026-03-04 or 2026-03-04T05:06:07Z, or at a version of the cut's table (featurize history --commits)", Category: labelling}
}

// asOf says which version of the tables to read; the zero value is the newest.
type asOf struct {
	version *int64
	when    time.Time
}

func parseAsOf(text string) (asOf, error) {
	if text == "" {
		return asOf{}, nil
	}
	if v, err := strconv.ParseInt(text, 10, 64); err == nil && v >= 0 {
		return asOf{version: &v}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return asOf{when: day.AddDate(0, 0, 1).Add(-time.Millisecond)}, nil // at the end of the day
	}
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if when, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return asOf{when: when}, nil
		}
	}
	return asOf{}, command.Usagef("--as-of %q is neither a version nor a time; write 12, 2026-03-04 or 2026-03-04T05:06:07Z", text)
}

// open returns a cut's table, and the documents table of the same moment.
func (a asOf) open(s *store.Store, cut string) (*store.Table[schemas.Feature], *store.Table[schemas.Document], error) {
	table, _, err := s.Cut(cut)
	if err != nil {
		return nil, nil, err
	}
	when := a.when
	switch {
	case a.version != nil:
		newest, err := table.Snapshot()
		if err != nil {
			return nil, nil, err
		}
		if *a.version == newest.Version { // as it is now: what the documents were since may be gone
			return pinned(table, s.Documents())
		}
		if table, err = table.At(*a.version); err != nil {
			return nil, nil, err
		}
		commit, err := table.Commit(*a.version)
		if err != nil {
			return nil, nil, err
		}
		when = commit.Time
	case when.IsZero():
		return pinned(table, s.Documents())
	default:
		if table, err = at(table, when); err != nil {
			return nil, nil, err
		}
	}
	documents, err := at(s.Documents(), when)
	return table, documents, err
}

// pinned holds both tables at their newest version, so that a run that writes
// meanwhile does not show.
func pinned(table *store.Table[schemas.Feature], documents *store.Table[schemas.Document]) (*store.Table[schemas.Feature], *store.Table[schemas.Document], error) {
	snap, err := table.Snapshot()
	if err != nil {
		return nil, nil, err
	}
	then, err := table.At(snap.Version)
	if err != nil {
		return nil, nil, err
	}
	// Documents are written before their features: these are at least as new.
	now, err := documents.Snapshot()
	if err != nil {
		return nil, nil, err
	}
	known, err := documents.At(now.Version)
	return then, known, err
}

func at[R store.Row](table *store.Table[R], when time.Time) (*store.Table[R], error) {
	version, err := table.VersionAt(when)
	if err != nil {
		return nil, fmt.Errorf("--as-of: %w", err)
	}
	return table.At(version)
}
