package predict

import (
	"context"
	"log/slog"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/raster"
	"cutpoint/schemas"
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
	Progress    *featurize.Progress          // nil if nobody looks
	Log         *slog.Logger                 // nil = discard; told of every failure
}

// Corpus decodes, prepares and computes the entries' pages up to the head's cut
// and gives them to p in corpus order. Nothing is stored. Decoding, the trunk and
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
	run := featurize.Job{Entries: job.Entries, Tables: scored{p}, NewEngine: job.NewEngine, Progress: job.Progress}
	summary, err := featurize.Run(ctx, run, opt)
	p.summary.Failed = summary.Failed
	return err
}

// scored stands where a run of featurize has a store: it holds nothing, so that
// every page is due, and keeps nothing but the predictions.
type scored struct{ p *Predictor }

func (scored) Documents(context.Context, func([]schemas.Document) error) error { return nil }
func (scored) Failures(context.Context) ([]schemas.Failure, error)             { return nil, nil }
func (scored) Present(context.Context, string) (featurize.Keys, error)         { return none{}, nil }
func (scored) PutDocuments(context.Context, []schemas.Document) error          { return nil }

func (t scored) PutFailures(_ context.Context, put []schemas.Failure, _ []schemas.PageKey) error {
	for _, f := range put {
		t.p.summary.Failures = append(t.p.summary.Failures, Failure{f.Path, f.Page, f.Class, f.Message})
	}
	return nil
}

func (t scored) AppendFeatures(_ context.Context, _ string, rows []schemas.Feature) error {
	return t.p.Take(rows)
}

type none struct{}

func (none) Has(schemas.PageKey) bool { return false }
func (none) Len() int                 { return 0 }
