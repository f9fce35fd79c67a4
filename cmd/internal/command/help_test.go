package command

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/urfave/cli/v2"
)

func helpApp() (*cli.App, *bytes.Buffer) {
	var out bytes.Buffer
	app := testApp()
	app.Usage, app.Writer, app.ErrWriter = "tests the help", &out, &out
	app.Flags = append(app.Flags, &cli.StringFlag{Name: "size", Category: "limits", Value: "9MB", Usage: "`SIZE`: limit of a file, " + strings.Repeat("word ", 20)})
	app.Commands[0].Flags = append(app.Commands[0].Flags, app.Flags[len(app.Flags)-1], &cli.BoolFlag{Name: "far", Category: "elsewhere"})
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	Help{Texts: fstest.MapFS{
		"app.txt": file("p CORPUS\n\nWhat it does.\n"), "status.txt": file("p status\n\nWhat status does.\n"),
		"weights.txt": file("p weights\n"), "weights-inspect.txt": file("p weights inspect FILE\n\nInspects.\n"),
		"topics/limits.txt": file("what is limited\n\nLimits.\n"), "topics/flags.txt": file("all flags\n\nFlags.\n"),
	}, Short: []string{"store", "batch"}}.Add(app)
	return app, &out
}

func TestHelp(t *testing.T) {
	for args, want := range map[string][]string{
		"--help":               {"p - tests the help\n\n   p CORPUS\n\nWhat it does.\n", "--store, -s", "--batch", "status", "Topics:\n   flags, limits\n"},
		"help":                 {"limits  what is limited\n", "status "},
		"help limits":          {"p limits - what is limited\n\nLimits.\n\nFLAGS\n   --size SIZE  limit of a file, word", "\n                word", "(default: 9MB)"},
		"help flags":           {"\nFLAGS\n   --store, -s", "\nLIMITS\n   --size SIZE"},
		"help status":          {"p status - \n\n   p status\n\nWhat status does.\n", "--as-of", "--size: see p help limits\n", "--far: see featurize help elsewhere\n"},
		"status --help":        {"What status does."},
		"help weights inspect": {"Inspects.\n"},
		"weights inspect -h":   {"Inspects.\n"},
	} {
		app, out := helpApp()
		code := Run(context.Background(), app, append([]string{"p"}, strings.Fields(args)...))
		if code != OK {
			t.Errorf("p %s: exit code %d, %s", args, code, out)
		}
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("p %s lacks %q:\n%s", args, text, out)
			}
		}
		if args == "--help" && strings.Contains(out.String(), "--size") {
			t.Error("the short help has a flag that is not named for it")
		}
	}
}

func TestHelpOnNothing(t *testing.T) {
	for _, args := range []string{"help limit", "help weights look", "help limits status"} {
		app, out := helpApp()
		code := Run(context.Background(), app, append([]string{"p"}, strings.Fields(args)...))
		if code != Usage || !strings.Contains(out.String(), "the topics are flags, limits") {
			t.Errorf("p %s: exit code %d, %s", args, code, out)
		}
	}
}
