package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

func testApp() *cli.App {
	return &cli.App{
		Name:   "p",
		Flags:  []cli.Flag{&cli.StringFlag{Name: "store", Aliases: []string{"s"}}, &cli.BoolFlag{Name: "json"}, &cli.IntFlag{Name: "batch"}},
		Action: func(*cli.Context) error { return nil },
		Commands: []*cli.Command{{
			Name: "status", Flags: []cli.Flag{&cli.StringFlag{Name: "as-of"}},
			Action: func(*cli.Context) error { return nil },
		}, {
			Name: "weights", Subcommands: []*cli.Command{{Name: "inspect", Flags: []cli.Flag{&cli.StringFlag{Name: "as"}}}},
		}},
		Writer: io.Discard, ErrWriter: io.Discard,
	}
}

func TestArrange(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"corpus":                           "-- corpus",
		"corpus --store x more --json":     "--store x --json -- corpus more",
		"-s x corpus --batch=3":            "-s x --batch=3 -- corpus",
		"a --json b -- --c":                "--json -- a b --c",
		"-":                                "-- -",
		"status --store x --as-of 3":       "status --store x --as-of 3",
		"--store x status stray --as-of 3": "--store x status --as-of 3 -- stray",
		"corpus status":                    "-- corpus status",
		"--store status corpus":            "--store status -- corpus",
		"corpus --store":                   "--store -- corpus",
		"weights inspect f --as x g":       "weights inspect --as x -- f g",
		"weights other --json":             "weights --json -- other",
	} {
		args := append([]string{"p"}, strings.Fields(in)...)
		if got := strings.Join(Arrange(testApp(), args)[1:], " "); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestReport(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		out  string
	}{
		{nil, OK, ""},
		{errors.New("no disk"), Fatal, "p: no disk\n"},
		{Usagef("no --%s", "store"), Usage, "p: no --store\nRun 'p --help' for how to use it.\n"},
		{fmt.Errorf("run: %w", &ExitError{Code: Locked, Err: errors.New("busy")}), Locked, "p: run: busy\n"},
		{&ExitError{Code: SomeFailed}, SomeFailed, ""},
		{fmt.Errorf("read: %w", context.Canceled), Interrupted, "p: read: context canceled\n"},
	} {
		var out bytes.Buffer
		if code := Report(&out, "p", c.err); code != c.code || out.String() != c.out {
			t.Errorf("report %v: code %d, %q; want %d, %q", c.err, code, out.String(), c.code, c.out)
		}
	}
}

func TestUnknownFlagIsWrongUsage(t *testing.T) {
	for _, args := range [][]string{{"p", "--bogus"}, {"p", "status", "--bogus"}, {"p", "--batch", "many"}} {
		if code := Run(context.Background(), testApp(), args); code != Usage {
			t.Errorf("run %v: code %d, want %d", args, code, Usage)
		}
	}
}
