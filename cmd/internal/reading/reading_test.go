package reading

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/raster"
)

func parse(t *testing.T, args ...string) (o Options, err error) {
	t.Helper()
	app := &cli.App{Flags: Flags(), Action: func(c *cli.Context) error {
		o, err = Parse(c)
		return nil
	}}
	if err := app.Run(append([]string{"program"}, args...)); err != nil {
		t.Fatal(err)
	}
	return o, err
}

func TestParse(t *testing.T) {
	got, err := parse(t)
	if want := (Options{Limits: raster.DefaultLimits()}); err != nil || got != want {
		t.Errorf("without flags %+v, %v; want %+v", got, err, want)
	}
	got, err = parse(t, "--pages", "2-3", "--workers", "5", "--max-file-size", "1GiB", "--max-pages", "7", "--max-pixels", "8",
		"--decode-memory", "9MB", "--page-timeout", "2s", "--document-timeout", "1h")
	want := Options{Pages: featurize.PageRange{First: 1, Count: 2}, Workers: 5, Limits: raster.Limits{
		MaxPixels: 8, MaxPages: 7, MaxBytes: 1 << 30, MaxMemory: 9e6, PageTime: 2 * time.Second, DocumentTime: time.Hour,
	}}
	if err != nil || got != want {
		t.Errorf("flags are read as %+v, error %v; want %+v", got, err, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, arg := range []string{
		"--pages=0", "--pages=last", "--workers=-1", "--max-file-size=many", "--max-file-size=0", "--max-pages=0", "--max-pages=-1",
		"--max-pixels=0", "--decode-memory=-1GB", "--page-timeout=0s", "--document-timeout=-1s",
	} {
		_, err := parse(t, arg)
		var exit *command.ExitError
		name, _, _ := strings.Cut(arg, "=")
		if !errors.As(err, &exit) || exit.Code != command.Usage || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want an error of usage that names the flag", arg, err)
		}
	}
}
