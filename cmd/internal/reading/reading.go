// Package reading has the flags that say which pages of documents are read and
// what a document may cost: the same in both programs.
package reading

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/raster"
)

const category = "DOCUMENTS"

// Flags returns the flags.
func Flags() []cli.Flag {
	d := raster.DefaultLimits()
	return []cli.Flag{
		&cli.StringFlag{Name: "pages", Usage: "`PAGES` of every document: all, first, or such as 2, 1-3 and 2-, counted from 1", Value: "all", Category: category},
		&cli.IntFlag{Name: "workers", Usage: "`GOROUTINES` that read and decode (0: one a core)", Category: category},
		&cli.StringFlag{Name: "max-file-size", Usage: "refuse larger files; also what waiting files may take of memory: a `SIZE`", Value: size(d.MaxBytes), Category: category},
		&cli.IntFlag{Name: "max-pages", Usage: "refuse documents of more `PAGES`", Value: d.MaxPages, Category: category},
		&cli.Int64Flag{Name: "max-pixels", Usage: "refuse pages of more `PIXELS`", Value: d.MaxPixels, Category: category},
		&cli.StringFlag{Name: "decode-memory", Usage: "what all pages that are being decoded may take of memory; refuse a page that takes more alone: a `SIZE`", Value: size(d.MaxMemory), Category: category},
		&cli.DurationFlag{Name: "page-timeout", Usage: "give up a page after this `TIME`", Value: d.PageTime, Category: category},
		&cli.DurationFlag{Name: "document-timeout", Usage: "give up the rest of a document once its pages took this `TIME`", Value: d.DocumentTime, Category: category},
	}
}

// size writes a whole number of mebibytes as ParseBytes reads it.
func size(bytes int64) string { return fmt.Sprintf("%dMiB", bytes>>20) }

// Options are the typed flags.
type Options struct {
	Pages   featurize.PageRange
	Workers int
	Limits  raster.Limits
}

// Parse reads the flags. Its error is one of usage.
func Parse(c *cli.Context) (o Options, err error) {
	if o.Pages, err = featurize.ParsePageRange(c.String("pages")); err != nil {
		return o, command.Usagef("--%s", err)
	}
	if o.Workers = c.Int("workers"); o.Workers < 0 {
		return o, command.Usagef("--workers cannot be negative")
	}
	o.Limits = raster.Limits{
		MaxPages: c.Int("max-pages"), MaxPixels: c.Int64("max-pixels"),
		PageTime: c.Duration("page-timeout"), DocumentTime: c.Duration("document-timeout"),
	}
	for name, to := range map[string]*int64{"max-file-size": &o.Limits.MaxBytes, "decode-memory": &o.Limits.MaxMemory} {
		if *to, err = command.ParseBytes(c.String(name)); err != nil {
			return o, command.Usagef("--%s: %s", name, err)
		}
	}
	l := o.Limits
	for name, good := range map[string]bool{
		"max-pages": l.MaxPages > 0, "max-pixels": l.MaxPixels > 0,
		"page-timeout": l.PageTime > 0, "document-timeout": l.DocumentTime > 0,
	} {
		if !good {
			return o, command.Usagef("--%s must be more than 0; leave it out for the default", name)
		}
	}
	return o, nil
}
