package main

import (
	"context"
	"io"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/describe"
	"cutpoint/schemas"
	"cutpoint/store"
)

func describeCommand() *cli.Command {
	return &cli.Command{
		Name: "describe", Usage: "describe a store: text, JSON, Croissant or a dataset card",
		Flags: []cli.Flag{
			storeFlag(), &cli.BoolFlag{Name: "json", Usage: "write JSON, with each part's size and SHA-256"},
			&cli.StringFlag{Name: "format", Value: "text", Usage: "`FORMAT`: text, croissant or card"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE`: file to write", DefaultText: "standard output"},
		},
		Action: describeAction,
	}
}

func describeAction(c *cli.Context) error {
	format, err := describeFormat(c.String("format"), c.Bool("json"))
	if err != nil {
		return err
	}
	s, err := openStore(c)
	if err != nil {
		return err
	}
	d, err := describeStore(c.Context, s)
	if err != nil {
		return err
	}
	if path := c.String("output"); path != "" {
		return command.ReplaceFile(path, func(w io.Writer) error { return format(w, d) })
	}
	return format(c.App.Writer, d)
}

func describeFormat(name string, asJSON bool) (func(io.Writer, describe.Store) error, error) {
	if asJSON && name != "text" {
		return nil, command.Usagef("--json and --format %s exclude each other", name)
	}
	switch name {
	case "text":
		if asJSON {
			return func(w io.Writer, d describe.Store) error { return command.WriteJSON(w, d) }, nil
		}
		return describe.Text, nil
	case "croissant":
		return describe.Croissant, nil
	case "card":
		return describe.Card, nil
	}
	return nil, command.Usagef("--format %q is not known; text, croissant and card are", name)
}

// describeStore reads what a store says of itself.
func describeStore(ctx context.Context, s *store.Store) (describe.Store, error) {
	d := describe.Store{
		Name: s.Dir(), Tool: schemas.Tool(), Description: s.Description(),
		DType: s.Description().ValueType(), Fingerprint: s.Description().Fingerprint(),
	}
	counter := describe.NewCounter()
	err := s.Documents().Scan(ctx, func(rows []schemas.Document) error {
		for _, r := range rows {
			counter.Add(r)
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	counter.Fill(&d)
	if err := addTable(ctx, &d, s.Documents(), nil); err != nil {
		return d, err
	}
	if err := addTable(ctx, &d, s.Failures(), nil); err != nil {
		return d, err
	}
	cuts, err := s.Cuts()
	if err != nil {
		return d, err
	}
	for _, cut := range cuts {
		table, info, err := s.Cut(cut.Cut)
		if err != nil {
			return d, err
		}
		if err := addTable(ctx, &d, table, &info); err != nil {
			return d, err
		}
	}
	return d, nil
}

func addTable[R store.Row](ctx context.Context, d *describe.Store, t *store.Table[R], cut *schemas.CutInfo) error {
	snap, err := t.Snapshot()
	if err != nil {
		return err
	}
	origin, err := t.Origin(ctx)
	if err != nil {
		return err
	}
	out := describe.Table{
		Name: t.Name(), Cut: cut, Rows: snap.Rows, Bytes: snap.Bytes, Version: snap.Version,
		First: origin.First, Last: origin.Last, Tool: origin.Tool, Wrote: origin.Parts, Parts: []describe.Part{},
	}
	for _, p := range snap.Parts {
		out.Parts = append(out.Parts, describe.Part{Path: filepath.ToSlash(p.Path), Rows: p.Rows, Bytes: p.Bytes, SHA256: p.SHA256})
	}
	d.Tables = append(d.Tables, out)
	return nil
}
