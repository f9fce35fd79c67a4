package featurize

import "sync/atomic"

// Progress counts what a run has done so far. It may be read at any time from
// any goroutine.
type Progress struct {
	planned   atomic.Int64 // pages to compute, an estimate until all documents are open
	limit     atomic.Int64 // Options.Limit
	toRead    atomic.Int64 // documents to read
	documents atomic.Int64 // documents read
	pages     atomic.Int64 // pages computed
	committed atomic.Int64 // pages safe in the tables
	failed    atomic.Int64 // documents that failed, wholly or in part
	copies    atomic.Int64
	conflicts atomic.Int64
	moved     atomic.Int64
	engine    atomic.Int64 // nanoseconds inside the engine
}

// Counts is a reading of Progress.
type Counts struct {
	PlannedPages, Documents, ToRead, Pages, Committed, Failed int64
}

// Counts reads the counters.
func (p *Progress) Counts() Counts {
	c := Counts{
		Documents: p.documents.Load(), ToRead: p.toRead.Load(),
		Pages: p.pages.Load(), Committed: p.committed.Load(), Failed: p.failed.Load(),
	}
	c.PlannedPages = max(p.planned.Load(), c.Pages)
	if limit := p.limit.Load(); limit > 0 {
		c.PlannedPages = min(c.PlannedPages, limit)
	}
	return c
}

func (p *Progress) document(failed bool) {
	p.documents.Add(1)
	if failed {
		p.failed.Add(1)
	}
}
