// Package listing has the flags that say what of a corpus is listed, and tells what was
// left out: the same in both programs.
package listing

import (
	"context"
	"log/slog"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/reading"
	"cutpoint/pipeline/corpus"
)

// topic of featurize's help that teaches the flags.
const topic = "corpus"

// Values of --splits.
const (
	splitsAuto = "auto"
	splitsNone = "none"
)

// Flags returns the flags.
func Flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "exclude", Usage: "`PATTERN`: leave out what matches in folders, in gitignore's syntax; may be repeated", Category: topic},
		&cli.StringSliceFlag{Name: "include", Usage: "`PATTERN`: take what --exclude, or the list of junk, leaves out; may be repeated", Category: topic},
		&cli.BoolFlag{Name: "follow-links", Usage: "follow symbolic links in folders, if they lead into a folder of CORPUS", Category: topic},
		&cli.StringFlag{Name: "splits", Usage: "`SPLITS`: auto, or none: train/cat is the label train", Value: splitsAuto, Category: topic},
	}
}

// Set returns the name of a flag that was given, or "".
func Set(c *cli.Context) string {
	for _, f := range Flags() {
		if name := f.Names()[0]; c.IsSet(name) {
			return name
		}
	}
	return ""
}

// Parse reads the flags, and which store is no part of a corpus. Its error is one of usage.
func Parse(c *cli.Context) (o corpus.Options, err error) {
	o.Stdin, o.Exclude, o.Columns = c.App.Reader, c.String("store"), reading.Columns(c)
	if o.Patterns, err = corpus.ParsePatterns(c.StringSlice("exclude"), c.StringSlice("include")); err != nil {
		return o, command.Usagef("--exclude and --include: %w", err)
	}
	o.FollowLinks = c.Bool("follow-links")
	switch splits := c.String("splits"); splits {
	case splitsAuto:
	case splitsNone:
		o.NoSplits = true
	default:
		return o, command.Usagef("--splits %q is not known; %s and %s are", splits, splitsAuto, splitsNone)
	}
	return o, nil
}

// List lists a corpus and tells what somebody may not expect.
func List(ctx context.Context, args []string, o corpus.Options, log *slog.Logger) (corpus.Listing, error) {
	l, err := corpus.List(ctx, args, o)
	if err != nil {
		return l, reading.ExplainColumns(err)
	}
	tell(l, o, log)
	return l, nil
}

func tell(l corpus.Listing, o corpus.Options, log *slog.Logger) {
	s := l.Skipped
	log.Info("corpus listed", "files", len(l.Entries)-len(l.Unlisted), "skipped_links", s.Links+s.Outside+s.Again,
		"skipped_special", s.Special, "skipped_hidden", s.Hidden, "skipped_junk", s.Junk, "skipped_excluded", s.Excluded, "skipped_repeated", s.Repeated)
	switch {
	case s.Links > 0 && o.FollowLinks:
		log.Warn("symbolic links lead nowhere", "links", s.Links)
	case s.Links > 0:
		log.Warn("symbolic links were not followed; --follow-links follows those that lead into the corpus", "links", s.Links)
	}
	if s.Outside > 0 {
		log.Warn("symbolic links lead out of the corpus and were not followed; name the folders that they lead to", "links", s.Outside)
	}
	if n := len(l.Contradicted); n > 0 {
		log.Warn("parts of the corpus overlap, and give documents two labels or splits; the first one counts", "documents", n, "first", l.Contradicted[0])
	}
	for _, folder := range l.Splits {
		log.Info("the sub-folders are splits, and those below them are labels; --splits none takes them as labels", "folder", folder)
	}
	for _, folder := range l.Unsplit {
		log.Warn("sub-folders named like splits are taken as labels: they are splits only if all sub-folders are so named, one of them train or two at least, and hold folders of labels; --splits none says that labels are meant", "folder", folder)
	}
}
