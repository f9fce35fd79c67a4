package vgg19

import (
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/resample"
)

// PresetFlags returns the flags that say how a page becomes what the network takes.
func PresetFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "preset", Usage: "`NAME`: document, keras or torchvision", Value: raster.Presets()[0].Name, Category: preparationTopic},
		&cli.StringFlag{Name: "resize", Usage: "`HOW`: squash the page, pad it with white, or crop its middle; overrides the preset", Category: preparationTopic},
		&cli.Float64Flag{Name: "pdf-dpi", Usage: "`DPI`: resolution of rendered PDF pages, 18 to 1200 (0: longer side 1000 pixels)", Category: preparationTopic},
		&cli.BoolFlag{Name: "fast-decode", Usage: "decode large JPEGs at 1/2, 1/4 or 1/8 of their size, but at least 448 pixels on either side: faster, with slightly different pixels", Category: preparationTopic},
		&cli.StringFlag{Name: "filter", Usage: "`FILTER`: nearest, box, bilinear, bicubic or lanczos; overrides the preset", Category: preparationTopic},
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
