package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/pipeline/handoff"
	"cutpoint/schemas"
	"cutpoint/store"
)

func exportCommand() *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write one cut's vectors with keys, paths and labels as an Arrow IPC stream",
		UsageText: "fit export --store features --features fc2 [--as-of VERSION] [-o fc2.arrow]",
		Description: `The stream has the columns document_id, page, path, label, split and embedding
(a FixedSizeList of float32) and is written to standard output if no file is
named. Read it with pyarrow.ipc.open_stream, polars.read_ipc_stream, or any
other Arrow library.`,
		Flags: []cli.Flag{
			storeFlag(),
			&cli.StringFlag{Name: "features", Aliases: []string{"f"}, Usage: "the `CUT` to write"},
			asOfFlag(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE` to write (default: standard output)"},
		},
		Action: exportAction,
	}
}

func exportAction(c *cli.Context) error {
	switch {
	case c.Args().Present():
		return command.Usagef("export takes no arguments, got %q", c.Args().First())
	case c.String("store") == "":
		return command.Usagef("--store is missing; name the folder that featurize wrote")
	case c.String("features") == "":
		return command.Usagef("--features is missing; name a cut of the store")
	}
	cut, err := model.ParseCut(c.String("features"))
	if err != nil {
		return &command.ExitError{Code: command.Usage, Err: err}
	}
	when, err := parseAsOf(c.String("as-of"))
	if err != nil {
		return err
	}
	s, err := store.Open(c.String("store"))
	if err != nil {
		return err
	}
	_, info, err := s.Cut(cut.String())
	if err != nil {
		return err
	}
	table, _, err := when.open(s, cut.String())
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		out, err := handoff.NewArrow(w, info, s.Description())
		if err != nil {
			return err
		}
		if err := table.Scan(c.Context, func(rows []schemas.Feature) error { return out.Write(rows) }); err != nil {
			return err
		}
		return out.Close()
	}
	if path := c.String("output"); path != "" {
		return replaceFile(path, write)
	}
	if f, ok := c.App.Writer.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return command.Usagef("standard output is a terminal; name a file with -o, or pipe the stream on")
	}
	return write(c.App.Writer)
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // fails once it is renamed
	b := bufio.NewWriterSize(f, 1<<20)
	for _, step := range []func() error{
		func() error { return write(b) }, b.Flush, func() error { return f.Chmod(0o644) }, f.Sync, f.Close,
		func() error { return os.Rename(f.Name(), path) },
	} {
		if err := step(); err != nil {
			f.Close()
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}
