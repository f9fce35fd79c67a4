package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/corpus"
	"cutpoint/store"
)

func retryCommand() *cli.Command {
	flags := slices.DeleteFunc(runFlags(), func(f cli.Flag) bool { return slices.Contains(f.Names(), "retry-failed") })
	return &cli.Command{
		Name: "retry", Usage: "try failed documents again, by class of failure",
		Flags:  append(flags, &cli.StringFlag{Name: "class", Usage: "`CLASSES`: comma-separated classes of failures (default: all)"}),
		Action: retryAction,
	}
}

func retryAction(c *cli.Context) error {
	o, err := parseRun(c)
	if err != nil {
		return err
	}
	o.run.RetryFailed = true
	s, err := store.Open(o.store)
	if err != nil {
		return err
	}
	var classes []string
	if list := c.String("class"); list != "" {
		classes = strings.Split(list, ",")
	}
	failed, err := readFailed(c.Context, s, classes)
	if err != nil {
		return err
	}
	if len(failed.paths) == 0 {
		if !o.quiet {
			fmt.Fprintf(c.App.ErrWriter, "Nothing to retry: %s.\n", failed)
		}
		return nil
	}
	return runOver(c, o, func(e corpus.Entry) bool { return failed.concerns(e.Name()) })
}

// failed are the paths of failures, and how many failures there are of each class.
type failed struct {
	store   string
	paths   map[string]bool
	classes map[string]int // all of the store
}

// readFailed reads which paths failed with one of the classes; none means all.
func readFailed(ctx context.Context, s *store.Store, classes []string) (failed, error) {
	f := failed{s.Dir(), map[string]bool{}, map[string]int{}}
	rows, err := allRows(ctx, s.Failures())
	for _, r := range rows {
		f.classes[r.Class]++
		if len(classes) == 0 || slices.Contains(classes, r.Class) {
			f.paths[r.Path] = true
		}
	}
	return f, err
}

// concerns reports whether the path failed, or a folder that it lies in.
func (f failed) concerns(path string) bool {
	for ; !f.paths[path]; path = filepath.Dir(path) {
		if path == filepath.Dir(path) {
			return false
		}
	}
	return true
}

// String says what failures a store has.
func (f failed) String() string {
	if len(f.classes) == 0 {
		return "store " + f.store + " has no failures"
	}
	var list []string
	for _, class := range slices.Sorted(maps.Keys(f.classes)) {
		list = append(list, fmt.Sprintf("%d of class %s", f.classes[class], class))
	}
	return fmt.Sprintf("store %s has no failures of that class; it has %s", f.store, strings.Join(list, ", "))
}

// only returns the entries that a retry is about.
func only(entries []corpus.Entry, keep func(corpus.Entry) bool) (kept []corpus.Entry, err error) {
	for _, e := range entries {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return nil, &command.ExitError{Code: command.Fatal, Err: fmt.Errorf("none of the %d documents of the corpus is among the failures of the store; name the corpus as in the run that failed", len(entries))}
	}
	return kept, nil
}
