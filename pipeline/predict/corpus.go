package predict

import (
	"context"
	"log/slog"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/raster"
)

// Job is a prediction straight from documents.
type Job struct {
	Entries     []corpus.Entry
	DType       string                       // of the values the head was trained on: schemas.Float32 ("") or Float16
	NewEngine   func() (model.Engine, error) // called once, if there is a page to compute
	Batch       int                          // pages a forward pass; 0 = 16
	Workers     int                          // decoding goroutines; 0 = one a core
	Pages       featurize.PageRange          // of every document; the zero value = all
	Limits      raster.Limits                // of a document
	Preparation raster.Preparation           // as the pages of the head's features were prepared
	Progress    *featurize.Progress          // nil = progress is not shown
	Log         *slog.Logger                 // nil = discard; gets a line for every failure
}

// Corpus decodes, prepares and computes the entries' pages up to the head's cut
// and has p score them in corpus order. Nothing is stored. Decoding, the trunk and
// the head work at the same time. Copies of one document are each predicted.
func Corpus(ctx context.Context, job Job, p *Predictor) error {
	cut, err := CutOf(p.file)
	if err != nil {
		return err
	}
	opt := featurize.Options{
		Cuts: []model.Cut{cut}, DType: job.DType, Batch: job.Batch, Workers: job.Workers,
		Pages: job.Pages, Limits: job.Limits, Preparation: job.Preparation,
		PartPages: 1, // hand every batch on at once
		EveryCopy: true, Log: job.Log,
	}
	run := featurize.Job{Entries: job.Entries, Sink: scores{p}, NewEngine: job.NewEngine, Progress: job.Progress}
	summary, err := featurize.Run(ctx, run, opt)
	p.summary.Failed = summary.Failed
	return err
}

// scores is the sink of a run: it passes vectors to the head, and keeps nothing.
type scores struct{ p *Predictor }

func (s scores) Write(_ context.Context, part *featurize.Part) error {
	for _, f := range part.Failures {
		s.p.summary.Failures = append(s.p.summary.Failures, Failure{f.Path, f.Page, f.Class, f.Message})
	}
	for _, f := range part.Features {
		if err := s.p.Score(f.Rows); err != nil {
			return err
		}
	}
	return nil
}
