package main

import (
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
)

// TestHelpHasEveryFlag: help flags lists those of a run, a command's help its own.
func TestHelpHasEveryFlag(t *testing.T) {
	_, text, _ := run(t, "", "help", "flags")
	app := newApp()
	missing(t, text, app.Flags)
	for _, c := range app.Commands {
		code, text, errs := run(t, "", "help", c.Name)
		if code != command.OK {
			t.Errorf("help %s: code %d, %s", c.Name, code, errs)
		}
		missing(t, text, c.Flags)
		for _, sub := range c.Subcommands {
			_, text, _ := run(t, "", "help", c.Name, sub.Name)
			missing(t, text, sub.Flags)
		}
	}
	for _, f := range app.Flags {
		if topic := f.(cli.CategorizableFlag).GetCategory(); topic != "" {
			_, text, _ := run(t, "", "help", topic)
			missing(t, text, []cli.Flag{f})
		}
	}
}

func missing(t *testing.T, text string, flags []cli.Flag) {
	t.Helper()
	for _, f := range flags {
		if name := "--" + f.Names()[0]; name != "--help" && !strings.Contains(text, name) {
			t.Errorf("%s is not in:\n%s", name, text)
		}
	}
}
