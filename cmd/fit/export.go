package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/reading"
	"cutpoint/model"
	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/export"
	"cutpoint/schemas"
	"cutpoint/store"
)

func exportCommand() *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write one cut's vectors, keys and labels for other programs",
		Flags: []cli.Flag{
			storeFlag(),
			&cli.StringFlag{Name: "features", Aliases: []string{"f"}, Usage: "`CUT`: cut to write"},
			asOfFlag(), includeReplacedFlag(),
			labelsFlag(), reading.ColumnFlag(labelling),
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: " + strings.Join(export.Formats(), ", "), DefaultText: "by --output's extension, or arrow"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE`: file to write", DefaultText: "standard output"},
			&cli.StringFlag{Name: "rows", Usage: "`FILE`: keys for npy, safetensors and libsvm", DefaultText: "--output's name with .rows.csv"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print nothing but warnings and errors"},
		},
		Action: exportAction,
	}
}

// exportOptions are the typed flags.
type exportOptions struct {
	store, labels        string
	columns              map[string]string
	cut                  model.Cut
	selected             selection
	format, output, rows string
	quiet                bool
}

func parseExport(c *cli.Context) (exportOptions, error) {
	o := exportOptions{store: c.String("store"), labels: c.String("labels"), format: c.String("format"),
		output: c.String("output"), rows: c.String("rows"), quiet: c.Bool("quiet"), columns: reading.Columns(c)}
	switch {
	case c.Args().Present():
		return o, command.Usagef("export takes no arguments, got %q", c.Args().First())
	case o.store == "":
		return o, command.Usagef("--store is missing; name the folder that featurize wrote")
	case c.String("features") == "":
		return o, command.Usagef("--features is missing; name a cut of the store")
	}
	var err error
	if o.cut, err = model.ParseCut(c.String("features")); err != nil {
		return o, usage(err)
	}
	if o.selected, err = parseSelection(c); err != nil {
		return o, err
	}
	return o, o.chooseFormat()
}

// chooseFormat settles the format and where the rows go.
func (o *exportOptions) chooseFormat() error {
	named := export.FormatOf(o.output)
	switch {
	case o.format == "" && named == "" && filepath.Ext(o.output) != "":
		return command.Usagef("--output %s: no format ends in %s; say which with --format %s", o.output, filepath.Ext(o.output), strings.Join(export.Formats(), "|"))
	case o.format == "" && named == "":
		o.format = export.FormatArrow
	case o.format == "":
		o.format = named
	case !slices.Contains(export.Formats(), o.format):
		return command.Usagef("unknown format %q; formats are %s", o.format, strings.Join(export.Formats(), ", "))
	case named != "" && named != o.format:
		return command.Usagef("--format %s and --output %s do not agree; rename the file or leave the format out", o.format, o.output)
	}
	if !export.MatrixOnly(o.format) {
		if o.rows != "" {
			return command.Usagef("--rows is for npy, safetensors and libsvm; %s holds the keys itself", o.format)
		}
		return nil
	}
	if o.rows == "" && o.output != "" {
		o.rows = strings.TrimSuffix(o.output, filepath.Ext(o.output)) + ".rows.csv"
	}
	return nil
}

func exportAction(c *cli.Context) error {
	o, err := parseExport(c)
	if err != nil {
		return err
	}
	if o.output == "" && !export.Text(o.format) && command.IsTerminal(c.App.Writer) {
		return command.Usagef("standard output is a terminal; name a file with -o, or pipe the vectors on")
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	defer command.OnInterrupt(cancel)()
	s, err := store.Open(o.store)
	if err != nil {
		return err
	}
	e, err := o.openTable(ctx, s)
	if err != nil {
		return err
	}
	if sentence := e.labels.UnusedSentence(); sentence != "" {
		warn(c.App.ErrWriter, sentence)
	}
	if !o.quiet {
		o.selected.say(c.App.ErrWriter, e.tally)
	}
	vectors := func(w io.Writer) error { return e.write(ctx, o.format, w, nil) }
	if o.rows != "" {
		vectors = func(w io.Writer) error {
			return command.ReplaceFile(o.rows, func(rows io.Writer) error { return e.write(ctx, o.format, w, rows) })
		}
	}
	if o.output == "" {
		err = vectors(command.Data(c.App.Writer))
	} else {
		err = command.ReplaceFile(o.output, vectors)
	}
	if err == nil && o.rows != "" && !o.quiet {
		fmt.Fprintf(c.App.ErrWriter, "Keys, paths and labels of the %d rows are in %s.\n", e.table.Rows, o.rows)
	}
	return err
}

// exported is a cut's table as of a moment, and the labels that override its own.
type exported struct {
	view   *store.View
	labels *compare.Labels
	tally  store.Tally
	table  export.Table
}

func (o exportOptions) openTable(ctx context.Context, s *store.Store) (*exported, error) {
	views, err := o.selected.open(s, o.cut.String())
	if err != nil {
		return nil, err
	}
	v := views[0]
	tally, err := v.Tally(ctx)
	if err != nil {
		return nil, err
	}
	labels, err := readLabels(ctx, o.labels, o.columns)
	if err != nil {
		return nil, err
	}
	documents, err := v.Documents(ctx)
	if err != nil {
		return nil, err
	}
	classes := map[string]bool{}
	for d := range documents {
		if label := labels.Of(d.DocumentID, d.Path, schemas.Text(d.Label)); label != "" {
			classes[label] = true
		}
	}
	return &exported{v, labels, tally, export.Table{Info: v.Info, Description: s.Description(), Rows: tally.Pages,
		Classes: slices.Sorted(maps.Keys(classes))}}, nil
}

// relabel gives rows the labels of the labels file.
func (e *exported) relabel(rows []schemas.Feature) {
	for i, r := range rows {
		rows[i].Label = nil
		if label := e.labels.Of(r.DocumentID, r.Path, schemas.Text(r.Label)); label != "" {
			rows[i].Label = &label
		}
	}
}

// write writes the vectors and, if rows is not nil, their rows.
func (e *exported) write(ctx context.Context, format string, w, rows io.Writer) error {
	out, err := export.New(format, w, e.table)
	if err != nil {
		return err
	}
	var keys *export.Rows
	if rows != nil {
		if keys, err = export.NewRows(rows, e.table); err != nil {
			return err
		}
	}
	err = e.view.Scan(ctx, func(part []schemas.Feature) error {
		e.relabel(part)
		if keys != nil {
			if err := keys.Write(part); err != nil {
				return err
			}
		}
		return out.Write(part)
	})
	if err == nil && keys != nil {
		err = keys.Close()
	}
	if closed := out.Close(); err == nil { // the first error counts
		err = closed
	}
	return err
}
