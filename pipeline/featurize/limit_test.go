package featurize

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cutpoint/schemas"
)

// slowTables makes readers and commits take time: a reader looks each of its pages up
// twice, and a commit of features is one call.
type slowTables struct {
	*memory
	read, commit time.Duration
}

type slowKeys struct {
	Keys
	by *time.Duration
}

func (k slowKeys) Has(key schemas.PageKey) bool { time.Sleep(*k.by); return k.Keys.Has(key) }

func (s *slowTables) Present(ctx context.Context, cut string) (Keys, error) {
	keys, err := s.memory.Present(ctx, cut)
	return slowKeys{keys, &s.read}, err
}

func (s *slowTables) AppendFeatures(ctx context.Context, cut string, rows []schemas.Feature) error {
	time.Sleep(s.commit)
	return s.memory.AppendFeatures(ctx, cut, rows)
}

// TestLimit makes the stages slow in turn. Time is that of the bubble: only what sleeps
// takes any, so that rates are known. Batches are of 2 pages, parts of 4.
func TestLimit(t *testing.T) {
	pages, one := t.TempDir(), t.TempDir()
	for n := range 60 {
		put(t, pages, fmt.Sprintf("%02d.png", n), pagePNG(t, n+1))
	}
	var values []int
	for n := range 60 {
		values = append(values, n)
	}
	put(t, one, "all.tif", pagesTIFF(values...))
	const ms = time.Millisecond
	for _, c := range []struct {
		name                   string
		dir                    string
		read, pass, commit     time.Duration
		workers, concurrency   int
		limit                  string
		decode, engine, writes float64 // pages/s
	}{
		{"slow readers", pages, 50 * ms, 10 * ms, 10 * ms, 3, 1, "decode", 3 / .1, 2 / .01, 4 / .01},
		{"slow engine", pages, 5 * ms, 60 * ms, 10 * ms, 3, 1, "engine", 3 / .01, 2 / .06, 4 / .01},
		{"slow commits", pages, 5 * ms, 10 * ms, 300 * ms, 3, 1, "write", 3 / .01, 2 / .01, 4 / .3},
		{"four passes at a time", pages, 5 * ms, 60 * ms, 1 * ms, 3, 4, "engine", 3 / .01, 4 * 2 / .06, 4 / .001},
		// Three pages come at a time: a pass every 100 ms, and every 200 ms two side by side. The
		// engine could do 133 pages/s, of which this shows 50.
		{"four passes, slow readers", pages, 50 * ms, 60 * ms, 1 * ms, 3, 4, "decode", 3 / .1, 6 / .12, 4 / .001},
		// One reader alone has work, since the pages are of one document.
		{"one document", one, 10 * ms, 20 * ms, 1 * ms, 4, 1, "decode", 1 / .02, 2 / .02, 4 / .001},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, "fc2")
				f.opt.Workers = c.workers
				e := &teamEngine{concurrency: c.concurrency, pass: func(context.Context, int) error { time.Sleep(c.pass); return nil }}
				job := f.job(t, c.dir, e)
				slow := &slowTables{memory: f.memory, commit: c.commit}
				job.Stored, job.Sink = slow, TableSink{slow}
				r, err := newRun(t.Context(), job, f.opt)
				if err != nil {
					t.Fatal(err)
				}
				slow.read = c.read // planning is over
				if err := r.stages(t.Context()); err != nil {
					t.Fatal(err)
				}
				s := r.summary(time.Second)
				if s.Limit != c.limit || !strings.HasPrefix(s.LimitSentence(), "limited by "+c.limit+": ") {
					t.Errorf("limit %q, want %s: %+v", s.Limit, c.limit, s.Stages)
				}
				for stage, rates := range map[string][2]float64{
					"decode": {s.Stages.Decode.PagesPerSecond, c.decode},
					"engine": {s.Stages.Engine.PagesPerSecond, c.engine},
					"write":  {s.Stages.Write.PagesPerSecond, c.writes},
				} {
					if math.Abs(rates[0]-rates[1]) > 0.15*rates[1] { // the last batches are not full up
						t.Errorf("%s: %.1f pages/s, want %.1f", stage, rates[0], rates[1])
					}
				}
				if s.Stages.Decode.Workers != c.workers || s.Stages.Engine.Workers != c.concurrency || s.Stages.Write.Workers != 1 {
					t.Errorf("workers %+v", s.Stages)
				}
			})
		})
	}
}

// TestWaited: what a stage waits for the others is known, too.
func TestWaited(t *testing.T) {
	dir := manyPages(t)
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, "fc2")
		e := &teamEngine{concurrency: 1, pass: func(context.Context, int) error { time.Sleep(time.Second); return nil }}
		s, err := f.runWith(t.Context(), t, dir, e)
		if err != nil {
			t.Fatal(err)
		}
		d, c, w := s.Stages.Decode, s.Stages.Engine, s.Stages.Write
		if s.Seconds != 60 || s.EngineSeconds != 60 || c.BusySeconds != 60 || c.WaitedSeconds != 0 || w.WaitedSeconds != 60 || w.BusySeconds != 0 {
			t.Errorf("with a slow engine: %+v, want 60 s of engine, and the writer waiting for as long", s)
		}
		if d.WaitedSeconds < 2*40 || d.WaitedSeconds > 3*60 || d.BusySeconds != 0 || d.AwaitedSeconds != 0 {
			t.Errorf("with a slow engine, decoding: %+v, want 80 to 180 s of waiting and no other time", d)
		}
	})
}

func TestLimitSentence(t *testing.T) {
	stages := Stages{Decode: Stage{Workers: 16, PagesPerSecond: 212.4}, Engine: Stage{Workers: 1, PagesPerSecond: 9800}, Write: Stage{Workers: 1, PagesPerSecond: 15000}}
	team := stages
	team.Engine.Workers = 3
	for _, c := range []struct {
		s    Summary
		want string
	}{
		{Summary{}, ""},
		{Summary{Limit: "decode", Stages: stages}, "limited by decode: 212 pages/s with 16 workers; the engine could do 9,800, writing 15,000"},
		{Summary{Limit: "decode", Stages: team}, "limited by decode: 212 pages/s with 16 workers; the engine could do at least 9,800, writing 15,000"},
		{Summary{Limit: "engine", Stages: team}, "limited by engine: 9,800 pages/s; decoding could do 212 pages/s with 16 workers, writing 15,000"},
		{Summary{Limit: "write", Stages: team}, "limited by write: 15,000 pages/s; decoding could do 212 pages/s with 16 workers, the engine at least 9,800"},
	} {
		if got := c.s.LimitSentence(); got != c.want {
			t.Errorf("sentence %q, want %q", got, c.want)
		}
	}
	for v, want := range map[float64]string{0: "0.0", 9.84: "9.8", 99.96: "100.0", 999.6: "1,000", 1234567: "1,234,567"} {
		if got := rateText(v); got != want {
			t.Errorf("%v is %s, want %s", v, got, want)
		}
	}
}

// TestNothingComputed: a run without pages has no limit, and its summary is JSON.
func TestNothingComputed(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2")
	if s := f.mustRun(t, dir); s.Limit == "" || s.Stages.Decode.BusySeconds <= 0 || s.Stages.Engine.PagesPerSecond <= 0 || s.Stages.Write.PagesPerSecond <= 0 {
		t.Errorf("summary of a run: %+v, want a limit, time in decoding, and rates of the engine and the writer", s)
	}
	s := f.mustRun(t, dir)
	if raw, err := json.Marshal(s); err != nil || s.Limit != "" || s.LimitSentence() != "" || !strings.Contains(string(raw), `"limit":""`) {
		t.Errorf("summary of a run with nothing to do: %s, error %v; want an empty limit and no sentence", raw, err)
	}
}
