package compare

import (
	"cmp"
	"slices"
	"time"

	"cutpoint/model"
)

// Commit is what a run of featurize added to a cut's table in one commit.
type Commit struct {
	Run     string // that it belongs to
	Cut     string
	Pages   int64
	Started time.Time // the run
	Time    time.Time
}

// enoughPages is how many pages make a run long enough for its rate to count:
// starting takes seconds.
const enoughPages = 100

// RateGiven is the rate of a trunk that takes pagesPerSecond through the whole network.
func RateGiven(pagesPerSecond float64) Rate {
	cuts := model.AllCuts()
	whole := cuts[len(cuts)-1].Cost()
	return Rate{FLOPsPerSecond: pagesPerSecond * float64(whole.FLOPs), PagesPerSecond: pagesPerSecond}
}

// RateOf returns how fast the trunk ran in the newest run of enough pages, or else
// in the longest, from its start to its last commit, decoding and writing included.
// It is zero if no run says when it began.
func RateOf(commits []Commit) Rate {
	runs := computingRuns(commits)
	if len(runs) == 0 {
		return Rate{}
	}
	for _, r := range slices.Backward(runs) {
		if r.pages >= enoughPages {
			return r.rate()
		}
	}
	return slices.MaxFunc(runs, func(a, b *computingRun) int { return cmp.Compare(a.pages, b.pages) }).rate()
}

// computingRun is a run that computed pages.
type computingRun struct {
	began, end time.Time
	byCut      map[model.Cut]int64 // pages
	pages      int64               // at the cut that got the most
}

// computingRuns gathers the runs that say when they began, in order of their end.
func computingRuns(commits []Commit) []*computingRun {
	byRun := map[string]*computingRun{}
	var runs []*computingRun
	for _, c := range commits {
		cut, err := model.ParseCut(c.Cut)
		if err != nil || c.Run == "" || c.Started.IsZero() || c.Pages == 0 {
			continue
		}
		r := byRun[c.Run]
		if r == nil {
			r = &computingRun{began: c.Started, byCut: map[model.Cut]int64{}}
			byRun[c.Run], runs = r, append(runs, r)
		}
		r.end = c.Time
		r.byCut[cut] += c.Pages
		r.pages = max(r.pages, r.byCut[cut])
	}
	slices.SortStableFunc(runs, func(a, b *computingRun) int { return a.end.Compare(b.end) })
	return runs
}

// rate is the trunk's work up to the deepest cut that got all pages, by time.
func (r *computingRun) rate() Rate {
	var flops int64
	for cut, pages := range r.byCut {
		if pages == r.pages {
			flops = max(flops, cut.Cost().FLOPs)
		}
	}
	seconds := r.end.Sub(r.began).Seconds()
	if seconds <= 0 {
		return Rate{}
	}
	perSecond := float64(r.pages) / seconds
	return Rate{FLOPsPerSecond: perSecond * float64(flops), PagesPerSecond: perSecond, Run: &RateRun{Started: r.began, Pages: r.pages}}
}
