package derive

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cutpoint/model"
	"cutpoint/schemas"
)

// ErrStopped is returned with a valid summary when a run was asked to stop before
// the table ended. What was computed is committed.
var ErrStopped = errors.New("stopped before the end of the table")

// Tables is what a derivation needs of a store.
type Tables interface {
	// Features yields the rows of a cut's table in slices of bounded size.
	Features(ctx context.Context, cut string, yield func(rows []schemas.Feature) error) error
	// Keys returns the pages of a cut's table; none if there is no such table yet.
	Keys(ctx context.Context, cut string) (Keys, error)
	// AppendFeatures adds one part to a cut's table, durable when it returns.
	AppendFeatures(ctx context.Context, cut string, rows []schemas.Feature) error
}

// Keys is a set of pages.
type Keys interface {
	Has(schemas.PageKey) bool
	Len() int
}

// Job is what to derive.
type Job struct {
	From      model.Cut
	Cuts      []model.Cut // each a function of From
	Tables    Tables
	NewEngine func() (model.Engine, error) // called once, if there is a page to compute; Run closes it
	Progress  *Progress                    // nil if not watched
	Stop      <-chan struct{}              // closed: commit what is computed and return ErrStopped

	Batch     int              // pages per forward pass; 0 = 64
	PartPages int              // a part is committed after this number of pages; 0 = 4096
	PartBytes int64            // … or this number of bytes of embeddings; 0 = 128 MiB
	Now       func() time.Time // nil = time.Now
}

// Progress may be read at any time from any goroutine.
type Progress struct{ pages, planned atomic.Int64 }

// Pages returns the numbers of pages computed and planned.
func (p *Progress) Pages() (done, planned int64) { return p.pages.Load(), p.planned.Load() }

// Summary says what a derivation did.
type Summary struct {
	From           string   `json:"from"`
	Cuts           []string `json:"cuts"`
	Pages          int      `json:"pages"`      // derived in this run, at one cut or more
	UpToDate       int      `json:"up_to_date"` // pages of the source that every cut had already
	Seconds        float64  `json:"seconds"`
	PagesPerSecond float64  `json:"pages_per_second"`
}

// Check says what cannot be derived, and what can.
func Check(from model.Cut, cuts []model.Cut) error {
	for _, c := range cuts {
		if c.From(from) {
			continue
		}
		var can []string
		for _, d := range model.AllCuts() {
			if d.From(from) {
				can = append(can, d.String())
			}
		}
		if len(can) == 0 {
			return fmt.Errorf("nothing can be derived from %s", from)
		}
		return fmt.Errorf("%s cannot be derived from %s; %s can", c, from, strings.Join(can, ", "))
	}
	return nil
}

func (j Job) withDefaults() Job {
	if j.Batch <= 0 {
		j.Batch = 64
	}
	if j.PartPages <= 0 {
		j.PartPages = 4096
	}
	if j.PartBytes <= 0 {
		j.PartBytes = 128 << 20
	}
	if j.Now == nil {
		j.Now = time.Now
	}
	if j.Progress == nil {
		j.Progress = &Progress{}
	}
	return j
}

// Run derives the pages that the cuts' tables lack. The first error ends it; what
// was committed before stays, and the next run goes on from there.
func Run(ctx context.Context, job Job) (Summary, error) {
	start := time.Now()
	if err := Check(job.From, job.Cuts); err != nil {
		return Summary{}, err
	}
	r := &run{Job: job.withDefaults()}
	if err := r.readKeys(ctx); err != nil {
		return Summary{}, fmt.Errorf("read what the store holds: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	parts := make(chan part) // one part is computed while one is written
	g.Go(func() error { defer close(parts); return r.read(ctx, parts) })
	g.Go(func() error { return r.write(ctx, parts) })
	err := g.Wait()
	if r.engine != nil {
		err = errors.Join(err, r.engine.Close())
	}
	return r.summary(time.Since(start)), err
}

type run struct {
	Job
	present []Keys       // in the order of Cuts
	engine  model.Engine // made with the first batch

	committed, upToDate int
	stopped             bool
}

func (r *run) readKeys(ctx context.Context) error {
	source, err := r.Tables.Keys(ctx, r.From.String())
	if err != nil {
		return err
	}
	least := source.Len()
	for _, c := range r.Cuts {
		keys, err := r.Tables.Keys(ctx, c.String())
		if err != nil {
			return err
		}
		r.present = append(r.present, keys)
		least = min(least, keys.Len())
	}
	r.Progress.planned.Store(int64(source.Len() - least))
	return nil
}

func (r *run) summary(took time.Duration) Summary {
	s := Summary{From: r.From.String(), Pages: r.committed, UpToDate: r.upToDate, Seconds: took.Seconds()}
	for _, c := range r.Cuts {
		s.Cuts = append(s.Cuts, c.String())
	}
	if s.Seconds > 0 {
		s.PagesPerSecond = float64(s.Pages) / s.Seconds
	}
	return s
}

// write commits parts as they come.
func (r *run) write(ctx context.Context, parts <-chan part) error {
	for p := range parts {
		for i, rows := range p.features {
			if len(rows) == 0 {
				continue
			}
			cut := r.Cuts[i].String()
			if err := r.Tables.AppendFeatures(ctx, cut, rows); err != nil {
				return fmt.Errorf("write %d pages of cut %s: %w", len(rows), cut, err)
			}
		}
		r.committed += p.pages
	}
	if r.stopped { // read has ended: parts is closed
		return ErrStopped
	}
	return ctx.Err()
}
