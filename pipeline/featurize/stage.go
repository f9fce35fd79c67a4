package featurize

import (
	"sync"
	"sync/atomic"
	"time"
)

// stage adds up where the time of a stage's workers goes.
type stage struct {
	workers      int // set before the run ends
	pages        atomic.Int64
	busy, waited atomic.Int64 // nanoseconds, of all workers
}

// stopwatch divides one worker's time, from its making on.
type stopwatch struct {
	stage *stage
	last  time.Time
}

func (s *stage) watch() *stopwatch { return &stopwatch{s, time.Now()} }

// worked counts the time since the last call as work, waited as waiting for others.
func (w *stopwatch) worked() { w.lap(&w.stage.busy) }
func (w *stopwatch) waited() { w.lap(&w.stage.waited) }

func (w *stopwatch) lap(to *atomic.Int64) {
	now := time.Now()
	to.Add(int64(now.Sub(w.last)))
	w.last = now
}

// overlap adds up the time during which somebody is inside.
type overlap struct {
	mu     sync.Mutex
	inside int
	since  time.Time
	total  time.Duration
}

// enter returns what is to be called when it is left again.
func (o *overlap) enter() (leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.inside++; o.inside == 1 {
		o.since = time.Now()
	}
	return o.leave
}

func (o *overlap) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.inside--; o.inside == 0 {
		o.total += time.Since(o.since)
	}
}
