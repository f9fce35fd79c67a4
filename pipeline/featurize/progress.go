package featurize

import (
	"cmp"
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
	replaced   atomic.Int64 // documents
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

// document counts a document that was read. It failed, wholly or in part, if there is
// a class.
func (p *Progress) document(id, class string) {
	p.documents.Add(1)
	if class != "" {
		p.failure(id, class)
	}
}

// failure counts a document as failed, once: pages of it may fail in two stages.
func (p *Progress) failure(id, class string) { p.failed.add(id, class) }

// failedSet holds documents that several stages add to, each with the class of its
// first failure.
type failedSet struct {
	mu      sync.Mutex
	classes map[string]string // by document id
}

func (s *failedSet) add(id, class string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.classes == nil {
		s.classes = map[string]string{}
	}
	s.classes[id] = cmp.Or(s.classes[id], class)
}

func (s *failedSet) len() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.classes))
}

// addTo adds the number of documents of each class.
func (s *failedSet) addTo(counts map[string]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, class := range s.classes {
		counts[class]++
	}
}
