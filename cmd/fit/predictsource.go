package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/predict"
	"cutpoint/schemas"
	"cutpoint/store"
)

// openStore reads the head's cut as it is or was stored.
func (o predictOptions) openStore(ctx context.Context, f *head.File) (pageSource, error) {
	s, err := store.Open(o.store)
	if err != nil {
		return nil, err
	}
	_, info, err := s.Cut(f.Cut)
	if err != nil {
		return nil, err
	}
	if err := f.Check(s.Description().Fingerprint(), info.Cut, info.Dim); err != nil {
		return nil, err
	}
	features, documents, err := o.when.open(s, f.Cut)
	if err != nil {
		return nil, err
	}
	return func(p *predict.Predictor) error {
		known, err := knownPages(ctx, documents)
		if err != nil {
			return err
		}
		return features.Scan(ctx, func(rows []schemas.Feature) error {
			for i := range rows {
				if k, ok := known[rows[i].Key()]; ok {
					rows[i].Path, rows[i].Label = k.path, k.label
				}
			}
			return p.Score(rows)
		})
	}, nil
}

// knownPage is what the documents table has of a page: moves and new labels since
// its features were written.
type knownPage struct {
	path  string
	label *string // of one class shared
}

// knownPages holds no vectors: some 200 bytes a page.
func knownPages(ctx context.Context, documents *store.Table[schemas.Document]) (map[schemas.PageKey]knownPage, error) {
	known, labels := map[schemas.PageKey]knownPage{}, map[string]*string{}
	err := documents.Scan(ctx, func(rows []schemas.Document) error {
		for _, r := range rows {
			label := r.Label
			if label != nil {
				if labels[*label] == nil {
					labels[*label] = label
				}
				label = labels[*label]
			}
			known[r.Key()] = knownPage{r.Path, label}
		}
		return nil
	})
	return known, err
}

// openCorpus lists documents and opens the trunk in front of the head.
func (o predictOptions) openCorpus(ctx context.Context, c *cli.Context, f *head.File) (pageSource, error) {
	cut, err := predict.CutOf(f)
	if err != nil {
		return nil, err
	}
	_, settings, err := vgg19.SettingsFor(f)
	if err != nil {
		return nil, err
	}
	device, err := vgg19.ParseDevice(c, settings)
	if err != nil {
		return nil, err
	}
	listing, err := corpus.List(ctx, o.corpus, corpus.Options{Stdin: c.App.Reader, Exclude: o.store})
	if err != nil {
		return nil, err
	}
	w, err := vgg19.Open(ctx, o.weights, []model.Cut{cut})
	if err != nil {
		return nil, err
	}
	if _, _, err := vgg19.DescribeFor(f, w); err != nil {
		return nil, fmt.Errorf("head %s and weights %s: %w", o.head, o.weights, err)
	}
	log := command.Logger(c.App.ErrWriter, o.quiet)
	return func(p *predict.Predictor) error {
		done := &featurize.Progress{}
		defer command.ShowProgress("predict", done.Counts, o.quiet, log)()
		return predict.Corpus(ctx, predict.Job{
			Entries: listing.Entries, DType: settings.DType, Preparation: settings.Preparation, Batch: device.Batch, Workers: o.read.Workers, Pages: o.read.Pages, Limits: o.read.Limits, Progress: done, Log: log,
			NewEngine: func() (model.Engine, error) {
				packed := w
				w = nil // the engine has its own
				return vgg19.NewEngine(packed, settings, device)
			},
		}, p)
	}, nil
}
