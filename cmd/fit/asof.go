package main

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/quantity"
	"cutpoint/store"
)

func asOfFlag() cli.Flag {
	return &cli.StringFlag{Name: "as-of", Usage: "`TIME|VERSION`: read the store as it was at a time, such as 2026-03-04 or 2026-03-04T05:06:07Z, or at a version of the cut's table (featurize history --commits)", Category: labelling}
}

func parseAsOf(text string) (store.Moment, error) {
	if text == "" {
		return store.Moment{}, nil
	}
	if v, err := strconv.ParseInt(text, 10, 64); err == nil && v >= 0 {
		return store.Moment{Version: &v}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return store.Moment{Time: day.AddDate(0, 0, 1).Add(-time.Millisecond)}, nil // at the end of the day
	}
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if when, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return store.Moment{Time: when}, nil
		}
	}
	return store.Moment{}, command.Usagef("--as-of %q is neither a version nor a time; write 12, 2026-03-04 or 2026-03-04T05:06:07Z", text)
}

func includeReplacedFlag() cli.Flag {
	return &cli.BoolFlag{Name: "include-replaced", Usage: "also use pages of documents whose path holds another document now", Category: labelling}
}

// selection says which rows of a store are read.
type selection struct {
	when         store.Moment
	withReplaced bool
}

func parseSelection(c *cli.Context) (selection, error) {
	when, err := parseAsOf(c.String("as-of"))
	return selection{when, c.Bool("include-replaced")}, err
}

// open opens cuts.
func (o selection) open(s *store.Store, cuts ...string) ([]*store.View, error) {
	views, err := s.Views(o.when, cuts...)
	if err != nil && o.when != (store.Moment{}) {
		return nil, fmt.Errorf("--as-of: %w", err)
	}
	if err != nil {
		return nil, err
	}
	for _, v := range views {
		v.WithReplaced = o.withReplaced
	}
	return views, nil
}

// say tells what is left out of a cut; nothing if that is nothing.
func (o selection) say(w io.Writer, t store.Tally) {
	if t.ReplacedPages > 0 && !o.withReplaced {
		fmt.Fprintf(w, "Left out %s of %s; --include-replaced uses them.\n",
			quantity.Plural(t.ReplacedPages, "page"), quantity.Plural(t.ReplacedDocuments, "replaced document"))
	}
}
