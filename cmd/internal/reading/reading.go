// Package reading has the flags that say which pages of documents are read and
// what a document may cost: the same in both programs.
package reading

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/pdf/fonts"
)

// topic of featurize's help that teaches the flags.
const topic = "limits"

// Flags returns the flags.
func Flags() []cli.Flag {
	d := raster.DefaultLimits()
	return []cli.Flag{
		&cli.StringFlag{Name: "pages", Usage: "`PAGES`: which pages: all, first, or a range such as 2, 1-3, 2-", Value: "all", Category: topic},
		&cli.IntFlag{Name: "workers", Usage: "`N`: number of goroutines that read and decode (0: one per core)", Category: topic},
		FontsFlag(),
		&cli.StringFlag{Name: "max-file-size", Usage: "`SIZE`: limit of a file's size, and memory limit for files waiting to be decoded", Value: size(d.MaxBytes), Category: topic},
		&cli.IntFlag{Name: "max-pages", Usage: "`N`: limit on the number of pages of a document", Value: d.MaxPages, Category: topic},
		&cli.Int64Flag{Name: "max-pixels", Usage: "`N`: limit on the number of pixels of a page", Value: d.MaxPixels, Category: topic},
		&cli.StringFlag{Name: "decode-memory", Usage: "`SIZE`: memory limit for decoding, all pages together", Value: size(d.MaxMemory), Category: topic},
		&cli.DurationFlag{Name: "page-timeout", Usage: "`TIME`: limit of processor time for a page", Value: d.PageTime, Category: topic},
		&cli.DurationFlag{Name: "document-timeout", Usage: "`TIME`: limit of processor time for a document; its remaining pages fail", Value: d.DocumentTime, Category: topic},
	}
}

// size writes a whole number of mebibytes as ParseBytes reads it.
func size(bytes int64) string { return fmt.Sprintf("%dMiB", bytes>>20) }

// Options are the typed flags.
type Options struct {
	Pages   featurize.PageRange
	Workers int
	Limits  raster.Limits
	Fonts   fonts.Set
}

// Parse reads the flags. Its error is one of usage.
func Parse(c *cli.Context) (o Options, err error) {
	if o.Pages, err = featurize.ParsePageRange(c.String("pages")); err != nil {
		return o, command.Usagef("--%s", err)
	}
	if o.Fonts, err = ParseFonts(c); err != nil {
		return o, err
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
