package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/listing"
	"cutpoint/cmd/internal/reading"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model/head"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/predict"
)

func predictCommand() *cli.Command {
	return &cli.Command{
		Name: "predict", Usage: "classify stored pages, or documents, with a trained head",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "head", Usage: "`FILE`: head that fit wrote"},
			storeFlag(), asOfFlag(), includeReplacedFlag(), vgg19.WeightsFlag(), vgg19.DeviceFlag(), vgg19.KernelFlag(),
			&cli.StringFlag{Name: "unit", Usage: "`UNIT`: a row per page or per document", Value: predict.UnitPage},
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: csv, jsonl or parquet", DefaultText: "by --output's extension, or csv"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE`: file to write", DefaultText: "standard output"},
			vgg19.BatchFlag(), reading.ColumnFlag(labelling),
			&cli.BoolFlag{Name: "json", Usage: "write a machine-readable summary to standard output; needs -o"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print nothing but warnings and errors"},
		}, slices.Concat(listing.Flags(), reading.Flags())...),
		Action: predictAction,
	}
}

// predictOptions are the typed flags.
type predictOptions struct {
	head, store, weights string
	rows                 selection
	corpus               []string
	unit, format, output string
	list                 corpus.Options
	read                 reading.Options // of documents
	json, quiet          bool
}

func parsePredict(c *cli.Context) (predictOptions, error) {
	o := predictOptions{head: c.String("head"), store: c.String("store"), weights: c.String("weights"), corpus: c.Args().Slice(),
		unit: c.String("unit"), format: c.String("format"), output: c.String("output"),
		json: c.Bool("json"), quiet: c.Bool("quiet")}
	if err := o.checkSource(c); err != nil {
		return o, err
	}
	switch {
	case o.unit != predict.UnitPage && o.unit != predict.UnitDocument:
		return o, command.Usagef("unknown --unit %q; it is %s or %s", o.unit, predict.UnitPage, predict.UnitDocument)
	case o.json && o.output == "":
		return o, command.Usagef("--json writes the summary to standard output; name a file for the predictions with -o")
	}
	if err := o.chooseFormat(); err != nil {
		return o, err
	}
	var err error
	if o.read, err = reading.Parse(c); err != nil {
		return o, err
	}
	if o.list, err = listing.Parse(c); err != nil {
		return o, err
	}
	o.rows, err = parseSelection(c)
	return o, err
}

// checkSource: pages come from a store or from documents. A corpus on the command
// line decides, as both --store and --weights may come from the environment.
func (o *predictOptions) checkSource(c *cli.Context) error {
	switch {
	case o.head == "":
		return command.Usagef("--head is missing; name a file that fit wrote")
	case len(o.corpus) > 0 && o.weights == "":
		return command.Usagef("--weights is missing: documents need the weights that the head's features were computed with")
	case len(o.corpus) > 0 && c.String("as-of") != "":
		return command.Usagef("--as-of is for a store; documents are as they are now")
	case len(o.corpus) == 0 && listing.Set(c) != "":
		return command.Usagef("--%s is for documents; a store has what its runs listed", listing.Set(c))
	case len(o.corpus) > 0 && c.Bool("include-replaced"):
		return command.Usagef("--include-replaced is for a store; documents are as they are now")
	case len(o.corpus) == 0 && o.store == "":
		return command.Usagef("nothing to predict; name a store with --store, or give --weights and documents")
	}
	return nil
}

func (o *predictOptions) chooseFormat() error {
	if o.format == "" {
		if o.format = predict.CSV; o.output == "" {
			return nil
		}
		var err error
		if o.format, err = predict.FormatOf(o.output); err != nil {
			return command.Usagef("%s, or give --format", err)
		}
	}
	if !slices.Contains(predict.Formats(), o.format) {
		return command.Usagef("unknown --format %q; it is one of %s", o.format, strings.Join(predict.Formats(), ", "))
	}
	head, headErr := os.Stat(o.head)
	output, err := os.Stat(o.output)
	if err == nil && headErr == nil && os.SameFile(head, output) {
		return command.Usagef("--output %s is the head; name another file", o.output)
	}
	return nil
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
	source, err := o.openSource(ctx, c, f)
	if err != nil {
		return fmt.Errorf("predict with %s: %w", o.head, err)
	}
	var summary predict.Summary
	start := time.Now()
	err = o.writeTo(c, func(w io.Writer) (err error) {
		summary, err = o.writeTable(interruptible{ctx, w}, f, source)
		return err
	})
	if err != nil {
		return err
	}
	summary.Seconds = time.Since(start).Seconds()
	return o.concludePredict(c, summary)
}

// pageSource sends all its pages to a predictor.
type pageSource func(*predict.Predictor) error

// openSource prepares the source and refuses what the head was not trained on, before
// anything is written.
func (o predictOptions) openSource(ctx context.Context, c *cli.Context, f *head.File) (pageSource, error) {
	if len(o.corpus) > 0 {
		return o.openCorpus(ctx, c, f)
	}
	return o.openStore(ctx, c.App.ErrWriter, f)
}

// writeTable writes the whole table to w.
func (o predictOptions) writeTable(w io.Writer, f *head.File, source pageSource) (predict.Summary, error) {
	table, err := predict.Create(w, o.format, o.unit, f)
	if err != nil {
		return predict.Summary{}, err
	}
	p, err := predict.New(f, o.unit, table)
	if err != nil {
		return predict.Summary{}, fmt.Errorf("predict with %s: %w", o.head, err)
	}
	if err := source(p); err != nil {
		return predict.Summary{}, err
	}
	summary, err := p.End()
	if err != nil {
		return summary, err
	}
	return summary, table.Close()
}

func (o predictOptions) writeTo(c *cli.Context, write func(io.Writer) error) error {
	if o.output != "" {
		return command.ReplaceFile(o.output, write)
	}
	if o.format == predict.Parquet && command.IsTerminal(c.App.Writer) {
		return command.Usagef("standard output is a terminal; name a file with -o, or pipe the table on")
	}
	return write(command.Data(c.App.Writer))
}

// concludePredict prints the summary and chooses the exit code.
func (o predictOptions) concludePredict(c *cli.Context, s predict.Summary) error {
	if o.json {
		if err := command.WriteJSON(c.App.Writer, s); err != nil {
			return fmt.Errorf("write the summary: %w", err)
		}
	}
	if !o.quiet {
		fmt.Fprint(c.App.ErrWriter, s.Text(o.unit))
	}
	if s.Failed > 0 {
		return &command.ExitError{Code: command.SomeFailed}
	}
	return nil
}
