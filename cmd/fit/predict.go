package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/head"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/handoff"
	"cutpoint/pipeline/predict"
	"cutpoint/schemas"
	"cutpoint/store"
)

func predictCommand() *cli.Command {
	return &cli.Command{
		Name: "predict", Usage: "say what a trained head takes pages for, from a store or straight from documents",
		UsageText: `fit predict --head fc2-softmax.safetensors --store features -o predictions.parquet
fit predict --head fc2-softmax.safetensors --weights vgg19.safetensors inbox/ > predictions.csv`,
		Description: `From a store the vectors of the head's cut are read. Straight from documents
(folders, files, a CSV manifest, or - for paths on standard input, as featurize
takes them) pages are decoded, prepared and sent through the trunk up to that cut,
and nothing is stored; documents with the same bytes are predicted once.

A row a page: document_id, page, path, label (if known), predicted, probability,
and the probability of every class: in CSV columns p_CLASS, in JSON lines an object,
in Parquet a list in the order of the classes in the file's metadata. With --unit
document it is a row a document, by the mean of its pages' log probabilities.

Features or weights other than those that the head was trained on are refused.

EXIT CODES
   0    done
   1    fatal error
   3    done, but some documents could not be read; they are listed
   64   wrong usage
   130  interrupted`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "head", Usage: "head `FILE` that fit wrote"},
			storeFlag(),
			asOfFlag(),
			vgg19.WeightsFlag(),
			&cli.StringFlag{Name: "unit", Usage: "what is predicted: page, or document", Value: predict.UnitPage},
			&cli.StringFlag{Name: "format", Usage: "csv, jsonl or parquet (default: by --output's extension, else csv)"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE` to write (default: standard output)"},
			&cli.BoolFlag{Name: "json", Usage: "write the summary as JSON to standard error"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no summary on standard error"},
		},
		Action: predictAction,
	}
}

// predictOptions are the typed flags.
type predictOptions struct {
	head, store, weights string
	corpus               []string
	unit, format, output string
	when                 asOf
	json, quiet          bool
}

func parsePredict(c *cli.Context) (predictOptions, error) {
	o := predictOptions{head: c.String("head"), store: c.String("store"), weights: c.String("weights"), corpus: c.Args().Slice(),
		unit: c.String("unit"), format: c.String("format"), output: c.String("output"), json: c.Bool("json"), quiet: c.Bool("quiet")}
	switch {
	case o.head == "":
		return o, command.Usagef("--head is missing; name a file that fit wrote")
	case len(o.corpus) == 0 && o.store == "":
		return o, command.Usagef("name a --store, or --weights and documents")
	case len(o.corpus) > 0 && c.IsSet("store"):
		return o, command.Usagef("--store and documents do not go together: choose where the pages come from")
	case len(o.corpus) > 0 && o.weights == "":
		return o, command.Usagef("--weights is missing: documents go through the trunk first")
	case o.unit != predict.UnitPage && o.unit != predict.UnitDocument:
		return o, command.Usagef("--unit %q: choose %s or %s", o.unit, predict.UnitPage, predict.UnitDocument)
	}
	if o.format == "" {
		if o.format = strings.TrimPrefix(strings.ToLower(filepath.Ext(o.output)), "."); o.format == "" || o.format == "txt" {
			o.format = predict.FormatCSV
		}
	}
	switch o.format {
	case predict.FormatCSV, predict.FormatJSONL, predict.FormatParquet:
	default:
		return o, command.Usagef("unknown format %q; choose --format %s, %s or %s", o.format, predict.FormatCSV, predict.FormatJSONL, predict.FormatParquet)
	}
	var err error
	o.when, err = parseAsOf(c.String("as-of"))
	return o, err
}

func predictAction(c *cli.Context) error {
	o, err := parsePredict(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	defer command.OnInterrupt(cancel)()
	f, err := head.Load(o.head)
	if err != nil {
		return err
	}
	cut, err := model.ParseCut(f.Cut)
	if err != nil {
		return fmt.Errorf("head %s: %w", o.head, err)
	}
	var summary predict.Summary
	var failed []schemas.Failure
	err = o.writeTo(c, func(w io.Writer) error {
		out, err := predict.NewWriter(o.format, w, f)
		if err != nil {
			return err
		}
		p, err := predict.New(f, o.unit, out)
		if err != nil {
			return err
		}
		if len(o.corpus) == 0 {
			err = o.fromStore(ctx, f, cut, p)
		} else {
			failed, err = o.fromDocuments(ctx, c, f, cut, p)
		}
		if err != nil {
			return err
		}
		summary, err = p.Close()
		return err
	})
	if err != nil {
		return err
	}
	return o.conclude(c, summary, failed)
}

// writeTo writes a file whole or not at all, or to standard output.
func (o predictOptions) writeTo(c *cli.Context, write func(io.Writer) error) error {
	if o.output != "" {
		return replaceFile(o.output, write)
	}
	if f, ok := c.App.Writer.(*os.File); ok && o.format == predict.FormatParquet && term.IsTerminal(int(f.Fd())) {
		return command.Usagef("standard output is a terminal; name a file with -o, or pipe the table on")
	}
	return write(c.App.Writer)
}

// fromStore predicts from the vectors of a cut's table.
func (o predictOptions) fromStore(ctx context.Context, f *head.File, cut model.Cut, p *predict.Predictor) error {
	s, err := store.Open(o.store)
	if err != nil {
		return err
	}
	if err := f.Check(s.Description().Fingerprint(), cut.String(), cut.Dim()); err != nil {
		return fmt.Errorf("head %s and store %s: %w", o.head, o.store, err)
	}
	features, documents, err := o.when.open(s, cut.String())
	if err != nil {
		return err
	}
	known, err := source{features, documents}.known(ctx)
	if err != nil {
		return err
	}
	return features.Scan(ctx, func(rows []schemas.Feature) error {
		for i := range rows {
			if d, ok := known[rows[i].Key()]; ok {
				rows[i].Path, rows[i].Label = d.Path, d.Label
			}
		}
		return p.Add(rows)
	})
}

// partPages is how many pages of documents are predicted before they are written.
const partPages = 64

// fromDocuments predicts from pixels and returns what could not be read.
func (o predictOptions) fromDocuments(ctx context.Context, c *cli.Context, f *head.File, cut model.Cut, p *predict.Predictor) ([]schemas.Failure, error) {
	listing, err := corpus.List(ctx, o.corpus, corpus.Options{Stdin: c.App.Reader})
	if err != nil {
		return nil, err
	}
	w, err := vgg19.Open(ctx, o.weights, []model.Cut{cut})
	if err != nil {
		return nil, err
	}
	trunk, err := handoff.TrunkOf(f, w, vgg19.Describe(w, ""))
	if err != nil {
		return nil, fmt.Errorf("head %s: %w", o.head, err)
	}
	tables := predict.NewTables(p)
	_, err = featurize.Run(ctx, featurize.Job{Entries: listing.Entries, Tables: tables, NewEngine: func() (model.Engine, error) {
		engine, err := cpu.New(trunk.Weights, cpu.Options{Threads: runtime.GOMAXPROCS(0)})
		if err != nil {
			return nil, err // not the typed nil
		}
		return engine, nil
	}}, featurize.Options{Cuts: []model.Cut{cut}, DType: trunk.Description.DType, PartPages: partPages})
	return tables.Failed(), err
}

// conclude prints the summary and chooses the exit code.
func (o predictOptions) conclude(c *cli.Context, s predict.Summary, failed []schemas.Failure) error {
	if o.json {
		out := json.NewEncoder(c.App.ErrWriter)
		if err := out.Encode(struct {
			predict.Summary
			Failed []schemas.Failure `json:"failed"`
		}{s, failed}); err != nil {
			return err
		}
	} else if !o.quiet {
		fmt.Fprintln(c.App.ErrWriter, sentence(s))
	}
	if len(failed) == 0 {
		return nil
	}
	if !o.json {
		for _, f := range failed {
			fmt.Fprintf(c.App.ErrWriter, "%s: %s\n", f.Path, f.Message)
		}
	}
	return &command.ExitError{Code: command.SomeFailed}
}

// sentence says what was predicted, for people.
func sentence(s predict.Summary) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Predicted %d %ss:", s.Predicted, s.Unit)
	for _, n := range s.Classes {
		fmt.Fprintf(&b, " %d %s,", n.Units, n.Name)
	}
	text := strings.TrimRight(b.String(), ",:") + "."
	if s.Labelled > 0 {
		text += fmt.Sprintf(" Of %d with a label %.1f %% are right; those that the head was trained on count, too: fit's own scores are the honest ones.",
			s.Labelled, 100*float64(s.Right)/float64(s.Labelled))
	}
	return text
}
