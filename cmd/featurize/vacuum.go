package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/printable"
	"cutpoint/pipeline/quantity"
	"cutpoint/store"
)

func vacuumCommand() *cli.Command {
	return &cli.Command{
		Name: "vacuum", Usage: "list or delete files that no table needs any more",
		Flags: []cli.Flag{
			storeFlag(),
			&cli.DurationFlag{Name: "older-than", Usage: "`TIME`: keep files that were needed less than this long ago", Value: store.DefaultRetention},
			&cli.BoolFlag{Name: "delete", Usage: "delete the files instead of listing them"},
			lockWaitFlag(), jsonFlag(), quietFlag(),
		},
		Action: vacuumAction,
	}
}

// vacuumReport is what --json writes.
type vacuumReport struct {
	Store   string           `json:"store"`
	Deleted bool             `json:"deleted"`
	Bytes   int64            `json:"bytes"`
	Files   []store.Leftover `json:"files"`
}

func vacuumAction(c *cli.Context) error {
	if c.Duration("older-than") < 0 {
		return command.Usagef("--older-than cannot be negative")
	}
	s, err := openStore(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	defer command.OnInterrupt(cancel)()
	opt := store.VacuumOptions{OlderThan: c.Duration("older-than"), Delete: c.Bool("delete")}
	if opt.Delete {
		release, err := lockStore(ctx, s, shard{}, c.Duration("lock-wait"))
		if err != nil {
			return err
		}
		defer release()
	}
	files, err := s.Vacuum(ctx, opt)
	if err != nil {
		return err
	}
	r := vacuumReport{Store: s.Dir(), Deleted: opt.Delete, Files: files}
	for _, f := range files {
		r.Bytes += f.Bytes
	}
	if c.Bool("json") {
		return command.WriteJSON(c.App.Writer, r)
	}
	for _, f := range files {
		fmt.Fprintf(c.App.Writer, "%s\t%s\t%s since %s\n", printable.Line(f.Path), quantity.Bytes(f.Bytes), f.Why, f.Since.Local().Format(time.DateTime))
	}
	if !c.Bool("quiet") {
		verb := "would be removed; --delete removes them"
		if opt.Delete {
			verb = "removed"
		}
		fmt.Fprintf(c.App.ErrWriter, "%d files with %s %s.\n", len(files), quantity.Bytes(r.Bytes), verb)
	}
	return nil
}
