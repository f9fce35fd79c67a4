package listing

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
)

// list lists a corpus as a command with these flags does, and returns what it says.
func list(args ...string) (files int, said string, err error) {
	var errs bytes.Buffer
	app := &cli.App{Flags: append(Flags(), &cli.StringFlag{Name: "store"}), DisableSliceFlagSeparator: true, ExitErrHandler: func(*cli.Context, error) {}}
	app.Action = func(c *cli.Context) error {
		o, err := Parse(c)
		if err != nil {
			return err
		}
		l, err := List(c.Context, c.Args().Slice(), o, command.Logger(&errs, false))
		files = len(l.Entries)
		return err
	}
	err = app.RunContext(context.Background(), append([]string{"p"}, args...))
	return files, errs.String(), err
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"--exclude", "a["}, {"--exclude", ""}, {"--include", "!a"}, {"--exclude", "a", "--exclude", "#"}, {"--splits", "folders"}} {
		_, _, err := list(append(args, ".")...)
		var exit *command.ExitError
		if !errors.As(err, &exit) || exit.Code != command.Usage || !strings.Contains(err.Error(), args[0]) {
			t.Errorf("%q: %v, want wrong usage of %s", args, err, args[0])
		}
	}
}

// TestWhatIsSaid: what somebody may not expect is said with the flag that changes it.
func TestWhatIsSaid(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"in/train/cat/a,b.png", "in/val/cat/b.png", "in/val/cat/Thumbs.db", "mixed/train/cat/a.png", "mixed/extra/b.png", "secret/c.png"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"mixed/extra/out": "../../secret", "mixed/extra/again": "b.png", "mixed/extra/nowhere": "absent"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	in, mixed := filepath.Join(dir, "in"), filepath.Join(dir, "mixed")
	for _, c := range []struct {
		args  []string
		files int
		said  []string
	}{
		{[]string{in}, 2, []string{"files=2", "skipped_junk=1", "level=INFO msg=\"the sub-folders are splits", "--splits none"}},
		{[]string{"--splits", "none", in}, 2, []string{"files=2"}},
		{[]string{"--exclude", "a,b.png", "--exclude", "*.db", in}, 1, []string{"skipped_excluded=2", "skipped_junk=0"}},
		{[]string{"--exclude", "*", "--include", "*/", "--include", "b.*", in}, 1, []string{"files=1"}},
		{[]string{"--include", "Thumbs.db", in}, 3, []string{"skipped_junk=0"}},
		{[]string{mixed}, 2, []string{"level=WARN msg=\"sub-folders named like splits are taken as labels", "level=WARN msg=\"symbolic links were not followed", "--follow-links", "links=3"}},
		{[]string{"--follow-links", mixed}, 2, []string{"level=WARN msg=\"symbolic links lead out of the corpus", "level=WARN msg=\"symbolic links lead nowhere", "links=1"}},
		{[]string{"--follow-links", "--store", filepath.Join(mixed, "extra"), mixed}, 1, nil},
	} {
		files, said, err := list(c.args...)
		if err != nil || files != c.files {
			t.Errorf("%q: %d files, %v; want %d", c.args, files, err, c.files)
		}
		for _, want := range c.said {
			if !strings.Contains(said, want) {
				t.Errorf("%q: it does not say %q:\n%s", c.args, want, said)
			}
		}
		if c.args[0] == "--splits" && strings.Contains(said, "split") {
			t.Errorf("%q: splits are off, and it says\n%s", c.args, said)
		}
	}
}
