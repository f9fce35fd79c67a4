package featurize

import (
	"fmt"
	"math"
	"time"

	"cutpoint/pipeline/quantity"
)

// Stages says what each stage of a run did, and what it could have done alone.
//
// A stage's time is what the run would have taken had the others been infinitely
// fast. The stage of the longest is the run's limit (Summary.Limit):
//
//   - decode: the readers' busy time, divided by their number. Or, if that is longer,
//     how long batches waited for pages: these are taken in corpus order, so that one
//     slow document can hold up the readers of all that follow.
//   - engine: the busy time of its workers, divided by their number, which is how many
//     passes it takes at the same time.
//   - write: the time of all commits.
//
// PagesPerSecond is the stage's pages by that time, but for the engine: passes that
// had to wait for pages ran alone, and nothing says how fast they would have been
// side by side on one GPU. So its rate is by the time in which any pass was under
// way, and it could do that at least.
//
// Times are those of the clock. Where stages share cores, as all do with the engine on
// the CPU, each would be faster alone.
type Stages struct {
	Decode Stage `json:"decode"` // reading, hashing, decoding, preparing
	Engine Stage `json:"engine"`
	Write  Stage `json:"write"` // committing parts
}

// Stage is one of Stages.
type Stage struct {
	Workers        int     `json:"workers"`
	BusySeconds    float64 `json:"busy_seconds"`             // of all workers together
	WaitedSeconds  float64 `json:"waited_seconds"`           // the same, for other stages or for memory
	AwaitedSeconds float64 `json:"awaited_seconds,omitzero"` // of decode: how long batches waited for it
	PagesPerSecond float64 `json:"pages_per_second"`         // what it could keep up; 0 if it had none

	time float64 // seconds, as Stages defines it
}

// The names of the stages in Summary.Limit.
const (
	limitDecode = "decode"
	limitEngine = "engine"
	limitWrite  = "write"
)

func (r *run) stageRates() (s Stages, limit string) {
	s.Decode, s.Engine, s.Write = r.decoding.sum(), r.computing.sum(), r.writing.sum()
	s.Decode.AwaitedSeconds = time.Duration(r.batching.waited.Load()).Seconds()
	s.Decode.time = max(s.Decode.time, s.Decode.AwaitedSeconds)
	s.Decode.PagesPerSecond = rate(r.decoding.pages.Load(), s.Decode.time)
	s.Engine.PagesPerSecond = rate(r.computing.pages.Load(), r.passes.total.Seconds())
	s.Write.PagesPerSecond = rate(r.writing.pages.Load(), s.Write.time)
	switch longest := max(s.Decode.time, s.Engine.time, s.Write.time); {
	case r.computing.pages.Load() == 0:
	case longest == s.Engine.time:
		limit = limitEngine
	case longest == s.Decode.time:
		limit = limitDecode
	default:
		limit = limitWrite
	}
	return s, limit
}

func (s *stage) sum() Stage {
	busy, waited := time.Duration(s.busy.Load()).Seconds(), time.Duration(s.waited.Load()).Seconds()
	return Stage{Workers: s.workers, BusySeconds: busy, WaitedSeconds: waited, time: busy / float64(max(1, s.workers))}
}

func rate(pages int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(pages) / seconds
}

// LimitSentence says what held the run up, and what the other stages could have done:
// "limited by decode: 212 pages/s with 16 workers; the engine could do 9,800, writing
// 15,000". It is "" if there is no limit.
func (s Summary) LimitSentence() string {
	if s.Limit == "" {
		return ""
	}
	d, e := s.Stages.Decode, s.Stages.Engine
	decode := rateText(d.PagesPerSecond) + " pages/s with " + quantity.Plural(d.Workers, "worker")
	engine := rateText(e.PagesPerSecond)
	if e.Workers > 1 && s.Limit != limitEngine {
		engine = "at least " + engine
	}
	write := rateText(s.Stages.Write.PagesPerSecond)
	switch s.Limit {
	case limitDecode:
		return fmt.Sprintf("limited by decode: %s; the engine could do %s, writing %s", decode, engine, write)
	case limitEngine:
		return fmt.Sprintf("limited by engine: %s pages/s; decoding could do %s, writing %s", engine, decode, write)
	}
	return fmt.Sprintf("limited by write: %s pages/s; decoding could do %s, the engine %s", write, decode, engine)
}

// rateText writes 9.8, 212 and 9,800.
func rateText(v float64) string {
	if v < 100 {
		return quantity.Fixed(v, 1)
	}
	return quantity.Grouped(int64(math.Round(v)), ",")
}
