package featurize

import (
	"sync"
	"sync/atomic"
)

// Progress counts what a run has done so far. It may be read at any time from
// any goroutine.
type Progress struct {
	planned    atomic.Int64 // pages to compute, an estimate until all documents are open
	limit      atomic.Int64 // Options.Limit
	toRead     atomic.Int64 // documents to read
	documents  atomic.Int64 // documents read
	pages      atomic.Int64 // pages computed
	committed  atomic.Int64 // pages safe in the tables
	failed     failedSet    // documents that failed, wholly or in part
	copies     atomic.Int64
	conflicts  atomic.Int64
	moved      atomic.Int64
	outOfRange atomic.Int64 // pages
}

// Counts is a reading of Progress.
type Counts struct {
	PlannedPages, Documents, ToRead, Pages, Committed, Failed int64
}

// Counts reads the counters.
func (p *Progress) Counts() Counts {
	c := Counts{
		Documents: p.documents.Load(), ToRead: p.toRead.Load(),
		Pages: p.pages.Load(), Committed: p.committed.Load(), Failed: p.failed.len(),
	}
	c.PlannedPages = max(p.planned.Load(), c.Pages)
	if limit := p.limit.Load(); limit > 0 {
		c.PlannedPages = min(c.PlannedPages, limit)
	}
	return c
}

// document counts a document that was read.
func (p *Progress) document(id string, failed bool) {
	p.documents.Add(1)
	if failed {
		p.failure(id)
	}
}

// failure counts a document as failed, once: pages of it may fail in two stages.
func (p *Progress) failure(id string) { p.failed.add(id) }

// failedSet is a set of documents that several stages add to.
type failedSet struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (s *failedSet) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[string]bool{}
	}
	s.ids[id] = true
}

func (s *failedSet) len() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.ids))
}
