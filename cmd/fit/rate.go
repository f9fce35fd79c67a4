package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"cutpoint/model"
	"cutpoint/pipeline/compare"
	"cutpoint/store"
)

// enoughPages is how many pages a run must have computed for its rate to be told
// without looking for a longer one: starting takes seconds.
const enoughPages = 100

// trunkRate returns how fast featurize ran the trunk: what the user says, in
// pages a second through the whole network, or what the store's newest long run
// took from its start to its last commit, decoding and writing included.
func trunkRate(ctx context.Context, s *store.Store, pagesPerSecond float64) (compare.Rate, error) {
	if pagesPerSecond > 0 {
		cuts := model.AllCuts()
		whole := cuts[len(cuts)-1].Cost()
		return compare.Rate{FLOPsPerSecond: pagesPerSecond * float64(whole.FLOPs), PagesPerSecond: pagesPerSecond}, nil
	}
	commits, err := s.History(ctx)
	if err != nil {
		return compare.Rate{}, fmt.Errorf("find the rate of earlier runs: %w", err)
	}
	runs := computingRuns(commits)
	if len(runs) == 0 {
		return compare.Rate{}, nil
	}
	return newestLong(runs).rate(), nil
}

// newestLong returns the newest run of enough pages, or else the longest.
func newestLong(runs []*computingRun) *computingRun {
	for _, r := range slices.Backward(runs) {
		if r.pages >= enoughPages {
			return r
		}
	}
	return slices.MaxFunc(runs, func(a, b *computingRun) int { return cmp.Compare(a.pages, b.pages) })
}

// computingRun is a run of featurize that computed pages.
type computingRun struct {
	began, end time.Time
	rows       map[string]int64 // by cut
	pages      int64            // at the cut that got the most
}

// computingRuns gathers the runs that say when they began, in order of their end.
func computingRuns(commits []store.Commit) []*computingRun {
	byRun := map[string]*computingRun{}
	var runs []*computingRun
	for _, m := range commits {
		if _, err := model.ParseCut(m.Table); err != nil || m.Operation != "WRITE" || m.Run == "" || m.Started.IsZero() || m.RowsAdded == 0 {
			continue
		}
		r := byRun[m.Run]
		if r == nil {
			r = &computingRun{began: m.Started, rows: map[string]int64{}}
			byRun[m.Run], runs = r, append(runs, r)
		}
		r.end = m.Time
		r.rows[m.Table] += m.RowsAdded
		r.pages = max(r.pages, r.rows[m.Table])
	}
	slices.SortStableFunc(runs, func(a, b *computingRun) int { return a.end.Compare(b.end) })
	return runs
}

// rate is the trunk's work up to the deepest cut that got all pages, by time.
func (r *computingRun) rate() compare.Rate {
	var flops int64
	for name, rows := range r.rows {
		if cut, err := model.ParseCut(name); err == nil && rows == r.pages {
			flops = max(flops, cut.Cost().FLOPs)
		}
	}
	seconds := r.end.Sub(r.began).Seconds()
	if seconds <= 0 {
		return compare.Rate{}
	}
	perSecond := float64(r.pages) / seconds
	return compare.Rate{FLOPsPerSecond: perSecond * float64(flops), PagesPerSecond: perSecond,
		Run: &compare.RateRun{Started: r.began, Pages: r.pages}}
}
