package featurize

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
)

// ErrStopped is returned with a valid summary when a run was asked to stop before
// the corpus ended. What was computed is committed.
var ErrStopped = errors.New("stopped before the end of the corpus")

// Job is one run's input.
type Job struct {
	Entries   []corpus.Entry
	Listing   corpus.Listing // that Entries are of, or some of; without it nothing is known of other paths
	Stored    Stored         // nil if nothing is stored yet
	Sink      Sink
	NewEngine func() (model.Engine, error) // called once, if there is a page to compute
	Progress  *Progress                    // nil = progress is not shown
	Stop      <-chan struct{}              // closed: finish the part, commit it and return ErrStopped
}

type run struct {
	opt       Options
	plan      plan
	catalog   *catalog
	sink      Sink
	newEngine func() (model.Engine, error)
	progress  *Progress
	warned    warned
	stop      <-chan struct{}

	prepared buffers[uint8]     // pages, each (224, 224, 3) RGB
	pixels   buffers[uint8]     // … and batches of them
	vectors  []buffers[float32] // of batches, in the order of Options.Cuts

	decoding, batching, computing, writing stage
	passes                                 overlap // through the engine

	// What readers hold together. Files are held while their pages wait for their
	// turn, so their memory is handed out in corpus order; pages only while they are
	// decoded and resized.
	fileMemory, pageMemory budget

	endOnce      sync.Once
	intakeEnded  chan struct{} // closed: no further page is added to a batch
	limitReached bool          // set by the batcher before it ends the intake
}

// DryRun plans, and reads nothing but what is stored. It needs no Sink.
func DryRun(ctx context.Context, job Job, opt Options) (Summary, error) {
	r, err := newRun(ctx, job, opt)
	if err != nil {
		return Summary{}, err
	}
	return r.summary(0), nil
}

// Run featurizes what is not stored yet. The first error ends it; what was
// committed before stays, and the next run goes on from there.
func Run(ctx context.Context, job Job, opt Options) (Summary, error) {
	start := time.Now()
	r, err := newRun(ctx, job, opt)
	if err != nil {
		return Summary{}, err
	}
	err = r.stages(ctx)
	r.warned.log(r.opt.Log)
	if err != nil {
		return r.summary(time.Since(start)), err
	}
	if r.stopped() {
		return r.summary(time.Since(start)), ErrStopped
	}
	return r.summary(time.Since(start)), nil
}

func newRun(ctx context.Context, job Job, opt Options) (*run, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	c, err := loadCatalog(ctx, job.Stored, opt.Cuts)
	if err != nil {
		return nil, fmt.Errorf("read what the store holds: %w", err)
	}
	r := &run{
		opt: opt, catalog: c, plan: makePlan(c, job, opt), sink: job.Sink,
		newEngine: job.NewEngine, progress: job.Progress, stop: job.Stop,
		warned: newWarned(), intakeEnded: make(chan struct{}), vectors: make([]buffers[float32], len(opt.Cuts)),
		fileMemory: newBudget(opt.Limits.MaxBytes), pageMemory: newBudget(opt.Limits.MaxMemory),
	}
	if r.progress == nil {
		r.progress = &Progress{}
	}
	r.progress.planned.Store(int64(r.plan.pages))
	r.progress.limit.Store(int64(opt.Limit))
	r.progress.replaced.Store(int64(len(r.plan.replaced)))
	r.progress.toRead.Store(int64(len(r.plan.read)))
	return r, nil
}

func (r *run) stages(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	jobs := make(chan *document)
	order := make(chan *document, r.opt.Workers)
	batches := make(chan *batch, 2) // what is made while the engine starts
	computed := make(chan *batch, 1)
	parts := make(chan *part) // one part is collected while one is committed
	r.decoding.workers, r.writing.workers = r.opt.Workers, 1
	g.Go(func() error { return r.feed(ctx, jobs, order) })
	for range r.opt.Workers {
		g.Go(func() error { return r.readAll(ctx, jobs) })
	}
	g.Go(func() error { return r.batchAll(ctx, order, batches) })
	g.Go(func() error { return r.compute(ctx, batches, computed) })
	g.Go(func() error { return r.collectAll(ctx, computed, parts) })
	g.Go(func() error { return r.write(ctx, parts) })
	return g.Wait()
}

func (r *run) endIntake() { r.endOnce.Do(func() { close(r.intakeEnded) }) }

// ended reports whether no further page is to be added to a batch.
func (r *run) ended() bool {
	if r.stopped() {
		r.endIntake()
	}
	select {
	case <-r.intakeEnded:
		return true
	default:
		return false
	}
}

func (r *run) stopped() bool {
	select {
	case <-r.stop:
		return true
	default:
		return false
	}
}
