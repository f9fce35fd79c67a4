package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/listing"
	"cutpoint/cmd/internal/reading"
	"cutpoint/schemas"
	"cutpoint/store"
)

func compactCommand() *cli.Command {
	return &cli.Command{
		Name: "compact", Usage: "merge small parts, update labels, drop documents that are gone",
		Flags: append([]cli.Flag{
			storeFlag(),
			&cli.StringFlag{Name: "target-size", Usage: "`SIZE`: size of merged parts before compression; needs about twice the memory", Value: "256MB"},
			&cli.BoolFlag{Name: "drop-gone", Usage: "drop documents that the CORPUS no longer holds"},
			&cli.BoolFlag{Name: "force", Usage: "with --drop-gone: even if more than half of the documents are gone"},
			reading.ColumnFlag(listsTopic), dryRunFlag(), lockWaitFlag(), jsonFlag(), quietFlag(),
		}, listing.Flags()...),
		Action: compactAction,
	}
}

func compactAction(c *cli.Context) error {
	target, err := command.ParseBytes(c.String("target-size"))
	switch {
	case err != nil:
		return command.Usagef("--target-size: %v", err)
	case c.String("store") == "":
		return command.Usagef("--store is missing; name the folder of the feature tables")
	case c.Args().Present() && !c.Bool("drop-gone"):
		return command.Usagef("compact takes no corpus without --drop-gone, got %q", c.Args().First())
	case !c.Args().Present() && c.Bool("drop-gone"):
		return command.Usagef("--drop-gone needs the corpus that the nightly run reads")
	case listing.Set(c) != "" && !c.Bool("drop-gone"):
		return command.Usagef("--%s is for --drop-gone", listing.Set(c))
	}
	s, err := store.Open(c.String("store"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	defer command.OnInterrupt(cancel)()
	opt := store.CompactOptions{
		TargetBytes: target, DryRun: c.Bool("dry-run"),
		Info: store.CommitInfo{Run: uuid.NewString(), Started: time.Now()},
	}
	if !c.Bool("quiet") {
		opt.Progress = mergeProgress(command.Logger(c.App.ErrWriter, false))
	}
	if !opt.DryRun {
		release, err := lockStore(ctx, s, shard{}, c.Duration("lock-wait"))
		if err != nil {
			return err
		}
		defer release()
	}
	if c.Bool("drop-gone") {
		if opt.Gone, err = goneFrom(ctx, c, s); err != nil {
			return err
		}
	}
	done, err := s.Compact(ctx, opt)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return command.WriteJSON(c.App.Writer, done)
	}
	if c.Bool("quiet") {
		return nil
	}
	return printCompaction(c.App.ErrWriter, done, opt.DryRun)
}

// mergeProgress logs how far a table is, every few seconds.
func mergeProgress(log *slog.Logger) func(table string, done, merges int) {
	last := time.Now()
	return func(table string, done, merges int) {
		if time.Since(last) >= command.LogEvery {
			last = time.Now()
			log.Info("compacting", "table", table, "merges", done, "of", merges)
		}
	}
}

// goneFrom tells which recorded documents the corpus on the command line lacks, or has
// others in place of. What lies below a folder that cannot be listed is not gone.
func goneFrom(ctx context.Context, c *cli.Context, s *store.Store) (func(path string, replaced bool) bool, error) {
	opt, err := listing.Parse(c)
	if err != nil {
		return nil, err
	}
	log := command.Logger(c.App.ErrWriter, c.Bool("quiet"))
	l, err := listing.List(ctx, c.Args().Slice(), opt, log)
	if err != nil {
		return nil, err
	}
	for _, folder := range slices.Sorted(maps.Keys(l.Unlisted)) {
		log.Warn("a folder cannot be listed; nothing below it is dropped", "folder", folder)
	}
	present := make(map[string]bool, len(l.Entries))
	for _, e := range l.Entries {
		present[e.Name()] = true
	}
	gone := func(path string, replaced bool) bool { return !l.Unknown(path) && (replaced || !present[path]) }
	known, lost := map[string]bool{}, 0
	err = s.Documents().Scan(ctx, func(rows []schemas.Document) error {
		for _, r := range rows {
			if !known[r.Path] && gone(r.Path, false) {
				lost++
			}
			known[r.Path] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if 2*lost > len(known) && !c.Bool("force") {
		return nil, fmt.Errorf("%d of %d documents are not in the corpus: is it the whole corpus, named as in the nightly run? Nothing was dropped; --force drops them", lost, len(known))
	}
	return gone, nil
}

func printCompaction(w io.Writer, done []store.Compaction, dry bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "table\tparts\tafter\trows rewritten\trefreshed\tdropped\t\n")
	changed, skipped := false, 0
	for _, d := range done {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t\n", d.Table, d.Before, d.After, d.Rewritten, d.Refreshed, d.Dropped)
		changed = changed || d.Rewritten+d.Dropped > 0
		skipped += d.Skipped
	}
	if err := t.Flush(); err != nil {
		return err
	}
	switch {
	case dry:
		fmt.Fprintln(w, "Nothing was changed (--dry-run).")
	case !changed:
		fmt.Fprintln(w, "Nothing to do.")
	default:
		fmt.Fprintln(w, "The replaced parts stay for readers of older versions; featurize vacuum removes them.")
	}
	if skipped > 0 {
		fmt.Fprintf(w, "%d merges were left for the next time: another program changed their parts.\n", skipped)
	}
	return nil
}
