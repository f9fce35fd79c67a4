package main

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/listing"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/engine"
	"cutpoint/model/head"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/predict"
	"cutpoint/pipeline/trunk"
	"cutpoint/store"
)

// openStore reads the head's cut as it is or was stored.
func (o predictOptions) openStore(ctx context.Context, errs io.Writer, f *head.File) (pageSource, error) {
	s, err := store.Open(o.store)
	if err != nil {
		return nil, err
	}
	views, err := o.rows.open(s, f.Cut)
	if err != nil {
		return nil, err
	}
	v := views[0]
	if err := f.Check(s.Description().Fingerprint(), v.Info.Cut, v.Info.Dim); err != nil {
		return nil, err
	}
	tally, err := v.Tally(ctx)
	if err != nil {
		return nil, err
	}
	if !o.quiet {
		o.rows.say(errs, tally)
	}
	return func(p *predict.Predictor) error { return v.Scan(ctx, p.Score) }, nil
}

// openCorpus lists documents and opens the trunk in front of the head.
func (o predictOptions) openCorpus(ctx context.Context, c *cli.Context, f *head.File) (pageSource, error) {
	cut, err := predict.CutOf(f)
	if err != nil {
		return nil, err
	}
	_, settings, err := trunk.SettingsFor(f)
	if err != nil {
		return nil, err
	}
	if err := o.read.UseFonts(&settings.Preparation); err != nil {
		return nil, fmt.Errorf("head %s: %w", o.head, err)
	}
	device, err := vgg19.ParseDevice(c, settings.Precision)
	if err != nil {
		return nil, err
	}
	all, err := listing.List(ctx, o.corpus, o.list, command.Logger(c.App.ErrWriter, true))
	if err != nil {
		return nil, err
	}
	w, err := vgg19.Open(ctx, o.weights, []model.Cut{cut})
	if err != nil {
		return nil, err
	}
	if _, _, err := trunk.DescribeFor(f, w); err != nil {
		return nil, fmt.Errorf("head %s and weights %s: %w", o.head, o.weights, err)
	}
	log := command.Logger(c.App.ErrWriter, o.quiet)
	return func(p *predict.Predictor) error {
		done := &featurize.Progress{}
		defer command.ShowProgress("predict", done.Counts, o.quiet, log)()
		return predict.Corpus(ctx, predict.Job{
			Entries: all.Entries, DType: settings.DType, Preparation: settings.Preparation, Batch: device.Batch, Workers: o.read.Workers, Pages: o.read.Pages, Limits: o.read.Limits, Progress: done, Log: log,
			NewEngine: func() (model.Engine, error) {
				packed := w
				w = nil // the engine has its own
				return engine.Open(packed, device)
			},
		}, p)
	}, nil
}
