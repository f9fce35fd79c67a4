package main

import (
	"context"
	"fmt"

	"cutpoint/pipeline/compare"
	"cutpoint/store"
)

// trunkRate returns how fast featurize ran the trunk: what the user says, or what
// the store's history has.
func trunkRate(ctx context.Context, s *store.Store, pagesPerSecond float64) (compare.Rate, error) {
	if pagesPerSecond > 0 {
		return compare.RateGiven(pagesPerSecond), nil
	}
	history, err := s.History(ctx)
	if err != nil {
		return compare.Rate{}, fmt.Errorf("find the rate of earlier runs: %w", err)
	}
	return compare.RateOf(computed(history)), nil
}

// computed returns the commits that added pages which a run had computed.
func computed(history []store.Commit) []compare.Commit {
	var commits []compare.Commit
	for _, c := range history {
		if c.Operation == "WRITE" {
			commits = append(commits, compare.Commit{Run: c.Run, Cut: c.Table, Pages: c.RowsAdded, Started: c.Started, Time: c.Time})
		}
	}
	return commits
}
