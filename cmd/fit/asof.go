package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
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

// openViews opens cuts as of the moment that --as-of names.
func openViews(s *store.Store, when store.Moment, cuts ...string) ([]*store.View, error) {
	views, err := s.Views(when, cuts...)
	if err != nil && when != (store.Moment{}) {
		err = fmt.Errorf("--as-of: %w", err)
	}
	return views, err
}
