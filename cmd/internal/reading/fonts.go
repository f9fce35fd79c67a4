package reading

import (
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/pdf/fonts"
)

// FontsFlag returns the flag that names a folder of fonts.
func FontsFlag() cli.Flag {
	return &cli.StringFlag{Name: "fonts", Usage: "`FOLDER`: your fonts for PDF text whose own are not embedded, before the program's", Category: "preparation"}
}

// ParseFonts reads the folder. Its error is one of usage.
func ParseFonts(c *cli.Context) (set fonts.Set, err error) {
	if folder := c.String("fonts"); folder != "" {
		if set, err = fonts.Load(folder); err != nil {
			return set, command.Usagef("--fonts: %s", err)
		}
	}
	return set, nil
}

// UseFonts gives a preparation, of which a head says how it was, the fonts that it was made
// with. Its error is one of usage.
func (o Options) UseFonts(how *raster.Preparation) error { return UseFonts(how, o.Fonts) }

// UseFonts gives a preparation, of which a store says how it was, the fonts that it was
// made with. Its error is one of usage.
func UseFonts(how *raster.Preparation, given fonts.Set) error {
	switch was := how.Fonts.SHA256; {
	case was == given.SHA256:
	case given.SHA256 == "":
		return command.Usagef("its pages were drawn with fonts of a folder (SHA-256 %.8s); name that folder with --fonts", was)
	case was == "":
		return command.Usagef("its pages were drawn with the program's own fonts; leave out --fonts")
	default:
		return command.Usagef("its pages were drawn with other fonts (SHA-256 %.8s) than those that --fonts names (%.8s)", was, given.SHA256)
	}
	how.Fonts = given
	return nil
}
