package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/pipeline/fit"
	"cutpoint/store"
)

func storeFlag() cli.Flag {
	return &cli.StringFlag{Name: "store", Aliases: []string{"s"}, Usage: "`FOLDER` of the feature tables", EnvVars: []string{"CUTPOINT_STORE"}}
}

func fitFlags() []cli.Flag {
	return []cli.Flag{
		storeFlag(),
		&cli.StringFlag{Name: "features", Aliases: []string{"f"}, Usage: "comma-separated `CUTS` of the store"},
		&cli.StringFlag{Name: "head", Usage: "comma-separated `HEADS`", Value: head.SoftmaxName},
		&cli.IntFlag{Name: "folds", Usage: "`PARTS` that take turns as the test set", Value: 5},
		&cli.IntFlag{Name: "repeats", Usage: "`TIMES` the pages are dealt to folds anew", Value: 1},
		&cli.Uint64Flag{Name: "seed", Usage: "`NUMBER` that decides the folds and the heads' start", Value: 1},
		asOfFlag(),
		&cli.StringFlag{Name: "labels", Usage: "CSV `FILE` with the columns path,label or document_id,label that overrides the store's labels"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE` for the trained head (one cut, one head; default CUT-HEAD.safetensors)"},
		&cli.BoolFlag{Name: "json", Usage: "write the report as JSON to standard output"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no progress on standard error"},
	}
}

// fitOptions are the typed flags.
type fitOptions struct {
	store, labels, output string
	cuts                  []model.Cut
	trainers              []head.Trainer
	folds, repeats        int
	seed                  uint64
	when                  asOf
	json, quiet           bool
}

func parseFit(c *cli.Context) (fitOptions, error) {
	o := fitOptions{
		store: c.String("store"), labels: c.String("labels"), output: c.String("output"),
		folds: c.Int("folds"), repeats: c.Int("repeats"), seed: c.Uint64("seed"),
		json: c.Bool("json"), quiet: c.Bool("quiet"),
	}
	switch {
	case c.Args().Present():
		return o, command.Usagef("fit takes no arguments, got %q; cuts go behind --features, separated by commas", c.Args().First())
	case o.store == "":
		return o, command.Usagef("--store is missing; name the folder that featurize wrote")
	case c.String("features") == "":
		return o, command.Usagef("--features is missing; name cuts of the store, as in --features fc2,pool5-avg")
	case o.folds < 2:
		return o, command.Usagef("--folds must be 2 or more")
	case o.repeats < 1:
		return o, command.Usagef("--repeats must be 1 or more")
	}
	var err error
	if o.when, err = parseAsOf(c.String("as-of")); err != nil {
		return o, err
	}
	if o.cuts, err = model.ParseCuts(c.String("features")); err != nil {
		return o, &command.ExitError{Code: command.Usage, Err: err}
	}
	if o.trainers, err = parseHeads(c.String("head"), o.seed); err != nil {
		return o, &command.ExitError{Code: command.Usage, Err: err}
	}
	if o.output != "" && !o.single() {
		return o, command.Usagef("--output is for one cut and one head; a comparison leaves no head")
	}
	if o.output == "" && o.single() {
		o.output = fmt.Sprintf("%s-%s.safetensors", o.cuts[0], o.trainers[0].Name())
	}
	return o, nil
}

func (o fitOptions) single() bool { return len(o.cuts)*len(o.trainers) == 1 }

func parseHeads(list string, seed uint64) ([]head.Trainer, error) {
	var trainers []head.Trainer
	for name := range strings.SplitSeq(list, ",") {
		var t head.Trainer
		switch strings.TrimSpace(name) {
		case head.SoftmaxName:
			t = head.Softmax{Seed: seed}
		case head.DropoutBNSoftmaxName:
			t = head.DropoutBNSoftmax{Seed: seed}
		default:
			return nil, fmt.Errorf("unknown head %q; heads are %s and %s", name, head.SoftmaxName, head.DropoutBNSoftmaxName)
		}
		if slices.ContainsFunc(trainers, func(u head.Trainer) bool { return u.Name() == t.Name() }) {
			return nil, fmt.Errorf("head %s is named twice", t.Name())
		}
		trainers = append(trainers, t)
	}
	return trainers, nil
}

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
	options := fit.Options{Folds: o.folds, Repeats: o.repeats, Seed: o.seed, KeepHeads: o.single()}
	if options.Labels, err = readLabels(o.labels); err != nil {
		return err
	}
	end := func() {}
	if !o.quiet {
		options.Progress, end = showProgress()
	}
	result, err := fit.Compare(ctx, loader(s, o.when), o.candidates(), options)
	end()
	if err != nil {
		return err
	}
	return o.conclude(c, s, result)
}

func (o fitOptions) candidates() []fit.Candidate {
	var out []fit.Candidate
	for _, cut := range o.cuts {
		for _, t := range o.trainers {
			out = append(out, fit.Candidate{Cut: cut, Trainer: t})
		}
	}
	return out
}

func readLabels(path string) (*fit.Labels, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open labels: %w", err)
	}
	defer f.Close()
	return fit.ParseLabels(f, path)
}

// conclude prints the report and keeps the head.
func (o fitOptions) conclude(c *cli.Context, s *store.Store, result *fit.Result) error {
	if o.json {
		out := json.NewEncoder(c.App.Writer)
		out.SetIndent("", "  ")
		if err := out.Encode(result.Report); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	} else if err := result.Report.WriteText(c.App.Writer); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if !o.single() {
		return nil
	}
	f := head.File{
		Cut: o.cuts[0].String(), Fingerprint: s.Description().Fingerprint(),
		Classes: result.Classes, Head: result.Heads[0],
	}
	if err := f.Save(o.output); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(c.App.ErrWriter, "The head, trained on all %d pages, is in %s.\n", result.Report.Rows.Used, o.output)
	}
	return nil
}
