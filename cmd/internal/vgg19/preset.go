package vgg19

import (
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/resample"
)

// PresetFlags returns the flags that say how a page becomes what the network takes.
func PresetFlags() []cli.Flag {
	const category = "PREPARATION"
	return []cli.Flag{
		&cli.StringFlag{Name: "preset", Usage: "`NAME`: document (squash, bilinear), keras (squash, nearest) or torchvision (crop, bilinear)", Value: raster.Presets()[0].Name, Category: category},
		&cli.StringFlag{Name: "resize", Usage: "`HOW`, in place of the preset's: squash the whole page, pad it with white, or crop its middle", Category: category},
		&cli.Float64Flag{Name: "pdf-dpi", Usage: "render PDF pages at this `RESOLUTION`, 18 to 1200 (0: so that the longer side has 1000 pixels)", Category: category},
		&cli.BoolFlag{Name: "fast-decode", Usage: "decode JPEGs of 896 pixels and more at a half, a quarter or an eighth of their size, both sides 448 at least: other pixels, sooner", Category: category},
		&cli.StringFlag{Name: "filter", Usage: "`FILTER`, in place of the preset's: nearest, box, bilinear, bicubic or lanczos, as Pillow has them", Category: category},
	}
}

// ParsePreset reads the flags. Its error is one of usage.
func ParsePreset(c *cli.Context) (how raster.Preparation, err error) {
	if how, err = parsePreset(c.String("preset"), c.String("resize"), c.String("filter")); err != nil {
		return how, &command.ExitError{Code: command.Usage, Err: err}
	}
	how.FastDecode = c.Bool("fast-decode")
	dpi := c.Float64("pdf-dpi")
	if dpi != 0 && !(dpi >= 18 && dpi <= 1200) {
		return how, command.Usagef("--pdf-dpi %g is not between 18 and 1200", dpi)
	}
	how.PDFDPI = dpi
	return how, nil
}

func parsePreset(name, resize, filter string) (how raster.Preparation, err error) {
	p, err := raster.ParsePreset(name)
	if how = p.Preparation; err == nil && resize != "" {
		how.Fit, err = raster.ParseFit(resize)
	}
	if err == nil && filter != "" {
		how.Filter, err = resample.ParseFilter(filter)
	}
	return how, err
}
