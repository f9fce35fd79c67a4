package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/printable"
	"cutpoint/pipeline/report"
	"cutpoint/pipeline/report/thumbnail"
	"cutpoint/schemas"
	"cutpoint/store"
)

func fitAction(c *cli.Context) error {
	o, err := parseFit(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	defer command.OnInterrupt(cancel)()
	s, err := store.Open(o.store)
	if err != nil {
		return err
	}
	stored, err := storedCuts(s)
	if err != nil {
		return err
	}
	candidates, err := o.candidates(stored)
	if err != nil {
		return err
	}
	options, err := o.comparison(ctx, s, len(candidates) == 1)
	if err != nil {
		return err
	}
	if err := giveTrunk(ctx, s, o.weights, candidates); err != nil {
		return err
	}
	load, tally, err := loader(ctx, s, o.rows, candidates)
	if err != nil {
		return err
	}
	if !o.quiet {
		o.rows.say(c.App.ErrWriter, tally)
	}
	options.Progress = o.progress.step
	result, err := compare.Compare(ctx, load, candidates, options)
	o.progress.end()
	if err != nil {
		return explainRare(err)
	}
	r := result.Report
	o.warn(c.App.ErrWriter, r)
	d := s.Description()
	r.Tool, r.Command, r.Created = schemas.Tool(), os.Args, time.Now()
	r.Source = compare.Source{Store: o.store, Fingerprint: d.Fingerprint(), Description: &d, Warnings: tally.Warnings,
		Replaced: compare.Replaced{Documents: tally.ReplacedDocuments, Pages: tally.ReplacedPages, Included: o.rows.withReplaced}}
	if err := o.write(c, r); err != nil {
		return err
	}
	if len(candidates) > 1 {
		return nil
	}
	return o.keep(c, s, result, candidates[0])
}

// storedCuts lists the store's cuts, shallow to deep.
func storedCuts(s *store.Store) ([]model.Cut, error) {
	infos, err := s.Cuts()
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, info := range infos {
		have[info.Cut] = true
	}
	var cuts []model.Cut
	for _, cut := range model.AllCuts() {
		if have[cut.String()] {
			cuts = append(cuts, cut)
		}
	}
	return cuts, nil
}

// comparison turns flags into the library's options.
func (o fitOptions) comparison(ctx context.Context, s *store.Store, keep bool) (compare.Options, error) {
	options := compare.Options{Folds: o.folds, Repeats: o.repeats, Seed: o.seed, Unit: o.unit, Split: o.split, MinDocuments: o.minDocuments,
		LearningCurve: o.learningCurve, KeepHeads: keep}
	var err error
	if options.Labels, err = readLabels(ctx, o.labels, o.columns); err != nil {
		return options, err
	}
	options.Rate, err = trunkRate(ctx, s, o.pagesPerSecond)
	return options, err
}

// write prints the report and, if asked for, leaves it in a folder.
func (o fitOptions) write(c *cli.Context, r *compare.Report) error {
	print := func(w io.Writer) error { return r.WriteText(printable.NewWriter(w)) }
	if o.json {
		print = func(w io.Writer) error { return command.WriteJSON(w, r) }
	}
	if err := print(c.App.Writer); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if o.report == "" {
		return nil
	}
	if err := os.MkdirAll(o.report, 0o755); err != nil {
		return fmt.Errorf("make the report's folder: %w", err)
	}
	for name, write := range map[string]func(io.Writer) error{
		"metrics.json": func(w io.Writer) error { return command.WriteJSON(w, r) },
		"report.html":  func(w io.Writer) error { return report.Write(w, r, thumbnail.Of(c.Context)) },
	} {
		if err := command.ReplaceFile(filepath.Join(o.report, name), write); err != nil {
			return err
		}
	}
	if !o.quiet {
		fmt.Fprintf(c.App.ErrWriter, "The report is %s; its numbers are in metrics.json beside it.\n", filepath.Join(o.report, "report.html"))
	}
	return nil
}

// keep saves the head of the only candidate.
func (o fitOptions) keep(c *cli.Context, s *store.Store, result *compare.Result, candidate compare.Candidate) error {
	file := o.headFile(candidate)
	description, err := json.Marshal(s.Description())
	if err != nil {
		return fmt.Errorf("describe the head's features: %w", err)
	}
	f := head.File{Cut: candidate.Cut.String(), Fingerprint: s.Description().Fingerprint(), Description: string(description),
		Classes: result.Classes, Head: result.Heads[0]}
	if err := command.ReplaceFile(file, f.Write); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(c.App.ErrWriter, "The head, trained on all %d pages, is in %s.\n", result.Report.Rows.Used, file)
	}
	return nil
}
