package featurize

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cutpoint/model"
)

// teamEngine takes several batches at a time. These tests run in a bubble of testing/synctest,
// where time goes on when everybody waits, and which a goroutine that is left over fails.
type teamEngine struct {
	model.Engine // what is not asked for
	concurrency  int
	pass         func(ctx context.Context, n int) error // the nth pass, from 1
	passes       atomic.Int32
	inside       atomic.Int32
	most         atomic.Int32 // inside at the same time
	closed       atomic.Int32
}

func (e *teamEngine) Name() string     { return "team" }
func (e *teamEngine) Concurrency() int { return e.concurrency }

func (e *teamEngine) Close() error {
	if e.inside.Load() > 0 {
		return errors.New("closed during a pass")
	}
	e.closed.Add(1)
	return nil
}

func (e *teamEngine) Forward(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	if e.closed.Load() > 0 {
		return errors.New("a pass after the end")
	}
	defer e.inside.Add(-1)
	e.most.Store(max(e.most.Load(), e.inside.Add(1)))
	if err := e.pass(ctx, int(e.passes.Add(1))); err == errNotHashed {
		return nil
	} else if err != nil {
		return err
	}
	hashPages(pixels, cuts, dst)
	return nil
}

// errNotHashed ends a pass well, without vectors.
var errNotHashed = errors.New("nobody looks at the vectors")

// manyPages is a corpus of one-page documents, and one of 40 pages in between.
func manyPages(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for n := range 40 {
		put(t, dir, fmt.Sprintf("a%02d.png", n), pagePNG(t, n+1))
		put(t, dir, fmt.Sprintf("c%02d.png", n), pagePNG(t, n+50))
	}
	var values []int
	for n := range 40 {
		values = append(values, 100+n)
	}
	put(t, dir, "b.tif", pagesTIFF(values...))
	return dir
}

// fixed lets time stand still for the rows.
func (f *fixture) fixed() *fixture {
	f.opt.Now = func() time.Time { return time.Unix(1, 0).UTC() }
	return f
}

// TestBatchesOutOfOrder: whatever order batches end in, the tables are those of one batch
// after another, row for row, in as many parts.
func TestBatchesOutOfOrder(t *testing.T) {
	dir := manyPages(t)
	want := newFixture(t, "fc2,pool5-avg").fixed()
	want.mustRun(t, dir)
	for seed := range uint64(8) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			var waits [1000]time.Duration
			for i := range waits {
				waits[i] = time.Duration(random.IntN(1000)) * time.Millisecond
			}
			e := &teamEngine{concurrency: 1 + int(seed)%5, pass: func(_ context.Context, n int) error {
				time.Sleep(waits[n])
				return nil
			}}
			got := newFixture(t, "fc2,pool5-avg").fixed()
			s, err := got.runWith(t.Context(), t, dir, e)
			if err != nil || s.Pages != 120 || e.closed.Load() != 1 || int(e.most.Load()) != e.concurrency {
				t.Fatalf("%v, %+v, %d passes at a time", err, s, e.most.Load())
			}
			if !reflect.DeepEqual(got.features, want.features) || !reflect.DeepEqual(got.order, want.order) ||
				!maps.EqualFunc(got.documents, want.documents, equalDeep) || got.commits != want.commits {
				t.Errorf("%d passes at a time, seed %d: the tables differ", e.concurrency, seed)
			}
		})
	}
}

func equalDeep[T any](a, b T) bool { return reflect.DeepEqual(a, b) }

func (f *fixture) runWith(ctx context.Context, t *testing.T, dir string, e model.Engine) (Summary, error) {
	t.Helper()
	return Run(ctx, f.job(t, dir, e), f.opt)
}

func (f *fixture) job(t *testing.T, dir string, e model.Engine) Job {
	return Job{Entries: entries(t, dir), Stored: f.memory, Sink: TableSink{f.memory}, NewEngine: func() (model.Engine, error) { return e, nil }}
}

// TestPassFails: the error of one pass ends the run and those beside it, which wait for
// their context; what was in front of it stays.
func TestPassFails(t *testing.T) {
	dir := manyPages(t)
	lost := errors.New("the GPU is lost")
	for _, at := range []int{1, 2, 7, 30} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, "fc2")
			e := &teamEngine{concurrency: 3, pass: func(ctx context.Context, n int) error {
				time.Sleep(time.Millisecond)
				if n == at {
					return lost
				}
				if n > at {
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			}}
			_, err := f.runWith(t.Context(), t, dir, e)
			if !errors.Is(err, lost) || e.closed.Load() != 1 {
				t.Errorf("pass %d: %v, closed %d times", at, err, e.closed.Load())
			}
			if n := len(f.features["fc2"]); n > 2*(at-1) {
				t.Errorf("pass %d: %d pages in the table", at, n)
			}
			if _, err := f.runWith(t.Context(), t, dir, &hashEngine{}); err != nil || len(f.features["fc2"]) != 120 {
				t.Errorf("the next run: %v, %d pages", err, len(f.features["fc2"]))
			}
		})
	}
}

// TestCancelledDuringPasses: all passes hang until the run is cancelled.
func TestCancelledDuringPasses(t *testing.T) {
	dir := manyPages(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		e := &teamEngine{concurrency: 4, pass: func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		time.AfterFunc(time.Second, cancel)
		f := newFixture(t, "fc2")
		_, err := f.runWith(ctx, t, dir, e)
		if !errors.Is(err, context.Canceled) || e.closed.Load() != 1 || e.passes.Load() != 4 || len(f.features["fc2"]) != 0 {
			t.Errorf("%v, %d passes, closed %d times", err, e.passes.Load(), e.closed.Load())
		}
	})
}

// TestEngineFailsToClose: what Close says is not lost.
func TestEngineFailsToClose(t *testing.T) {
	f := newFixture(t, "fc2")
	e := &teamEngine{concurrency: 1, pass: func(context.Context, int) error { return nil }}
	e.inside.Add(1) // it takes itself to be in a pass
	if _, err := f.runWith(t.Context(), t, sample(t), e); err == nil || err.Error() != "closed during a pass" {
		t.Errorf("run whose engine fails to close: error %v, want what Close says", err)
	}
}

// TestBatchesAhead: while all workers compute, two batches each are made, and memory is
// bounded; while the first pass hangs, the others go on as far as may wait in order.
func TestBatchesAhead(t *testing.T) {
	dir := manyPages(t)
	for _, c := range []int{1, 2, 3} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, "fc2")
			f.opt.Workers = 2
			hang, others := make(chan struct{}), make(chan struct{})
			e := &teamEngine{concurrency: c, pass: func(_ context.Context, n int) error {
				if n == 1 {
					<-hang
				}
				<-others
				return nil
			}}
			r, err := newRun(t.Context(), f.job(t, dir, e), f.opt)
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error)
			go func() { done <- r.stages(t.Context()) }()
			synctest.Wait() // everybody waits
			// Beside those ready: one with the relay, two in front of it, one being made, and
			// one page of each reader and of each document that queues.
			made := int(r.decoding.pages.Load()) / f.opt.Batch
			if least, most := c+2*c, c+2*c+4+f.opt.Workers+1; made < least || made > most {
				t.Errorf("%d at a time: %d batches are made, want %d to %d", c, made, least, most)
			}
			close(others)
			synctest.Wait()
			if passes, most := int(e.passes.Load()), 1+2*c+1; passes > most || c > 1 && passes < most-1 {
				t.Errorf("%d at a time: %d passes while the first hangs, want %d", c, passes, most)
			}
			close(hang)
			if err := <-done; err != nil || len(f.features["fc2"]) != 120 {
				t.Errorf("run: error %v, %d pages; want 120", err, len(f.features["fc2"]))
			}
		})
	}
}
