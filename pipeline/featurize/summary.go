package featurize

import (
	"maps"
	"time"
)

// Summary says what a run did. Every document of the corpus is counted in one of
// UpToDate, Read, Copies, FailedBefore or, after an early end, Left.
type Summary struct {
	Documents      int     `json:"documents"`       // files in the corpus, and folders that could not be listed
	UpToDate       int     `json:"up_to_date"`      // nothing left to do for them
	Read           int     `json:"read"`            // read in this run, with or without success
	Copies         int     `json:"copies"`          // same bytes as another document of the corpus
	FailedBefore   int     `json:"failed_before"`   // failed in an earlier run, not tried again
	Left           int     `json:"left"`            // not reached in this run
	Failed         int     `json:"failed"`          // of Read: could not be read or stored, wholly or in part
	OutOfRange     int     `json:"out_of_range"`    // pages that failed because float16 has not their values
	Moved          int     `json:"moved"`           // of Read: known under another path before
	Replaced       int     `json:"replaced"`        // known before, and found replaced in this run: other bytes are at their paths
	LabelConflicts int     `json:"label_conflicts"` // of Copies: with another label
	Pages          int     `json:"pages"`           // featurized in this run
	PlannedPages   int     `json:"planned_pages"`   // to featurize when the run began, a lower bound
	Seconds        float64 `json:"seconds"`
	PagesPerSecond float64 `json:"pages_per_second"`
	EngineSeconds  float64 `json:"engine_seconds"` // of Seconds: with a pass through the engine under way
	LimitReached   bool    `json:"limit_reached"`
	Stages         Stages  `json:"stages"`
	// Documents of Failed and FailedBefore, by the class of each one's first failure.
	FailedByClass map[string]int `json:"failed_by_class"`
	// Pages read in this run that may not be what a person sees, by raster.Warning.
	Warnings map[string]int `json:"warnings"`
	Limit    string         `json:"limit"` // the stage that held the run up, of Stages; "" if nothing was computed
}

// AnyFailed reports whether some document of the corpus lacks features because
// it could not be read, in this run or before.
func (s Summary) AnyFailed() bool { return s.Failed+s.FailedBefore > 0 }

func (r *run) summary(took time.Duration) Summary {
	p := r.progress
	s := Summary{
		UpToDate: r.plan.settled, FailedByClass: maps.Clone(r.plan.failedBefore), Warnings: r.warned.pages,
		Read: int(p.documents.Load()), Copies: int(p.copies.Load()), Failed: int(p.failed.len()),
		Moved: int(p.moved.Load()), Replaced: int(p.replaced.Load()), OutOfRange: int(p.outOfRange.Load()), LabelConflicts: int(p.conflicts.Load()),
		Pages: int(p.committed.Load()), PlannedPages: r.plan.pages,
		Seconds: took.Seconds(), EngineSeconds: r.passes.total.Seconds(),
		LimitReached: r.limitReached,
	}
	for _, n := range r.plan.failedBefore {
		s.FailedBefore += n
	}
	p.failed.addTo(s.FailedByClass)
	s.Documents = s.UpToDate + s.FailedBefore + len(r.plan.read)
	s.Left = len(r.plan.read) - s.Read - s.Copies
	if s.Seconds > 0 {
		s.PagesPerSecond = float64(s.Pages) / s.Seconds
	}
	s.Stages, s.Limit = r.stageRates()
	return s
}
