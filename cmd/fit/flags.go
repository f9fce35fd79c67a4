package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/reading"
	"cutpoint/model"
	"cutpoint/pipeline/compare"
)

func storeFlag() cli.Flag {
	return &cli.StringFlag{Name: "store", Aliases: []string{"s"}, Usage: "`FOLDER`: the store", EnvVars: []string{"CUTPOINT_STORE"}}
}

func labelsFlag() cli.Flag {
	return &cli.StringFlag{Name: "labels", Usage: "`FILE`: list (path,label or document_id,label) that overrides the store's labels", Category: labelling}
}

// Categories of flags are the topics of the help that teach them.
const (
	comparing = "splits"
	output    = "reports"
	training  = "heads"
	labelling = "labels"
)

func fitFlags() []cli.Flag {
	return append([]cli.Flag{
		storeFlag(),
		&cli.StringFlag{Name: "features", Aliases: []string{"f"}, Usage: "`CUTS`: comma-separated cuts of the store, or all", DefaultText: "the head's own"},
		&cli.StringFlag{Name: "head", Usage: "`HEADS`: comma-separated heads (fit help heads), or all", Value: defaultHead},
		asOfFlag(), includeReplacedFlag(),
		labelsFlag(), reading.ColumnFlag(labelling),

		&cli.StringFlag{Name: "split", Category: comparing, Usage: "`KIND`: folds (cross-validation) or store (the store's splits)", Value: compare.SplitFolds},
		&cli.IntFlag{Name: "folds", Category: comparing, Usage: "`K`: number of folds", Value: 5},
		&cli.IntFlag{Name: "repeats", Category: comparing, Usage: "`N`: number of repeats with new folds", Value: 1},
		&cli.IntFlag{Name: "min-documents", Category: comparing, Usage: "`N`: leave labels out that have fewer different documents", DefaultText: "--folds, or 1 with --split store"},
		&cli.StringFlag{Name: "unit", Category: comparing, Usage: "`UNIT`: page, or document (mean log probability of its pages)", Value: compare.UnitPage},
		&cli.BoolFlag{Name: "learning-curve", Category: comparing, Usage: "also train on 2, 5, 10, 20, … pages per class: how much data is enough?"},
		&cli.Uint64Flag{Name: "seed", Category: comparing, Usage: "`NUMBER`: seed of the folds and of the heads' initial weights", Value: 1},
		&cli.Float64Flag{Name: "pages-per-second", Category: output, Usage: "`RATE`: featurize's speed through the whole network, for the costs", DefaultText: "of the store's newest run of at least 100 pages"},

		&cli.StringFlag{Name: "report", Category: output, Usage: "`FOLDER`: where to write report.html and metrics.json"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Category: output, Usage: "`FILE`: trained head of one cut and one head", DefaultText: "CUT-HEAD.safetensors"},
		&cli.BoolFlag{Name: "json", Category: output, Usage: "write the results as JSON to standard output"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Category: output, Usage: "no progress on standard error"},
	}, headFlags()...)
}

// fitOptions are the typed flags.
type fitOptions struct {
	store, labels, output string
	report                string // folder; empty for none
	allCuts               bool
	cuts                  []model.Cut // empty: each head's own
	heads                 []chosenHead
	weights               string // of the trunk, for heads that start from it
	progress              *progress
	folds, repeats        int // 0: the default
	minDocuments          int // 0: the default
	columns               map[string]string
	seed                  uint64
	split, unit           string
	learningCurve         bool
	pagesPerSecond        float64
	rows                  selection
	json, quiet           bool
}

func parseFit(c *cli.Context) (fitOptions, error) {
	o := fitOptions{
		store: c.String("store"), labels: c.String("labels"), output: c.String("output"), report: c.String("report"),
		seed: c.Uint64("seed"), split: c.String("split"), unit: c.String("unit"), learningCurve: c.Bool("learning-curve"),
		pagesPerSecond: c.Float64("pages-per-second"), weights: c.String("weights"),
		json: c.Bool("json"), quiet: c.Bool("quiet"), progress: newProgress(c.Bool("quiet")),
		minDocuments: c.Int("min-documents"), columns: reading.Columns(c),
	}
	if err := o.checkFlags(c); err != nil {
		return o, err
	}
	if o.split == compare.SplitFolds {
		o.folds, o.repeats = c.Int("folds"), c.Int("repeats")
	}
	var err error
	if o.rows, err = parseSelection(c); err != nil {
		return o, err
	}
	if o.heads, err = parseHeads(c, o.progress.epoch); err != nil {
		return o, usage(err)
	}
	switch list := c.String("features"); list {
	case "all":
		o.allCuts = true
	case "":
		if !c.IsSet("head") {
			return o, command.Usagef("--features is missing; name cuts of the store, as in --features fc2,pool5-avg, or all")
		}
	default:
		if o.cuts, err = model.ParseCuts(list); err != nil {
			return o, usage(err)
		}
	}
	return o, nil
}

// checkFlags refuses what no store could make right.
func (o fitOptions) checkFlags(c *cli.Context) error {
	switch {
	case c.Args().Present():
		return command.Usagef("fit takes no arguments, got %q; cuts go behind --features, separated by commas", c.Args().First())
	case o.store == "":
		return command.Usagef("--store is missing; name the folder that featurize wrote")
	case o.split != compare.SplitFolds && o.split != compare.SplitStore:
		return command.Usagef("--split %q: choose %s or %s", o.split, compare.SplitFolds, compare.SplitStore)
	case o.unit != compare.UnitPage && o.unit != compare.UnitDocument:
		return command.Usagef("--unit %q: choose %s or %s", o.unit, compare.UnitPage, compare.UnitDocument)
	case o.split == compare.SplitStore && (c.IsSet("folds") || c.IsSet("repeats")):
		return command.Usagef("--split store tests the pages that the store says; leave out --folds and --repeats")
	case c.Int("folds") < 2:
		return command.Usagef("--folds must be 2 or more")
	case c.IsSet("min-documents") && o.split == compare.SplitFolds && o.minDocuments < 2:
		return command.Usagef("--min-documents must be 2 or more: a label needs one document to learn from and one to test")
	case o.minDocuments < 0:
		return command.Usagef("--min-documents cannot be negative")
	case c.Int("repeats") < 1:
		return command.Usagef("--repeats must be 1 or more")
	case o.pagesPerSecond < 0:
		return command.Usagef("--pages-per-second cannot be negative")
	}
	return nil
}

func usage(err error) error { return &command.ExitError{Code: command.Usage, Err: err} }

// candidates pairs cuts with heads. A head that is made for one cut is paired
// with that cut alone.
func (o fitOptions) candidates(stored []model.Cut) ([]compare.Candidate, error) {
	cuts := o.cuts
	if o.allCuts {
		cuts = stored
	}
	var out []compare.Candidate
	for _, h := range o.heads {
		if len(cuts) == 0 {
			own, err := model.ParseCut(h.cut)
			if err != nil {
				return nil, command.Usagef("--features is missing; name cuts for the head %s", h.Name())
			}
			out = append(out, compare.Candidate{Cut: own, Trainer: h.Trainer})
			continue
		}
		for _, cut := range cuts {
			if h.only && cut.String() != h.cut {
				continue
			}
			out = append(out, compare.Candidate{Cut: cut, Trainer: h.Trainer})
		}
	}
	if len(out) == 0 {
		return nil, command.Usagef("--head %s goes with --features %s alone", o.heads[0].Name(), o.heads[0].cut)
	}
	if o.output != "" && len(out) > 1 {
		return nil, command.Usagef("--output is for one cut and one head; a comparison leaves no head")
	}
	return byCut(out, cuts), nil
}

// byCut orders candidates by cut, then by head, as the user named them.
func byCut(candidates []compare.Candidate, cuts []model.Cut) []compare.Candidate {
	if len(cuts) == 0 {
		return candidates
	}
	var out []compare.Candidate
	for _, cut := range cuts {
		for _, c := range candidates {
			if c.Cut == cut {
				out = append(out, c)
			}
		}
	}
	return out
}

// headFile is where a single candidate's head goes.
func (o fitOptions) headFile(c compare.Candidate) string {
	if o.output != "" {
		return o.output
	}
	return fmt.Sprintf("%s-%s.safetensors", c.Cut, c.Trainer.Name())
}
