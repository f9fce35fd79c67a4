package reading

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/image/font/gofont/goregular"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/pdf/fonts"
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

// TestFonts: a store or a head is drawn again with its own fonts alone.
func TestFonts(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "a.ttf"), goregular.TTF, 0o600); err != nil {
		t.Fatal(err)
	}
	given, err := parse(t, "--fonts", folder)
	if err != nil || len(given.Fonts.SHA256) != 64 {
		t.Fatalf("fonts %q, %v", given.Fonts.SHA256, err)
	}
	other := fonts.Set{SHA256: strings.Repeat("0", 64)}
	for _, test := range []struct {
		was, given fonts.Set
		want       string
	}{
		{fonts.Set{}, fonts.Set{}, ""},
		{fonts.Set{SHA256: given.Fonts.SHA256}, given.Fonts, ""},
		{other, fonts.Set{}, "name that folder with --fonts"},
		{fonts.Set{}, given.Fonts, "leave out --fonts"},
		{other, given.Fonts, "other fonts (SHA-256 00000000)"},
	} {
		how := raster.Preparation{Decoding: raster.Decoding{Fonts: test.was}}
		err := UseFonts(&how, test.given)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.8s drawn with %.8s: %v, want %q", test.was.SHA256, test.given.SHA256, err, test.want)
		}
		if err == nil && how.Fonts != test.given {
			t.Error("the fonts are not those that were given")
		}
	}
	if _, err := parse(t, "--fonts", t.TempDir()); err == nil || !strings.Contains(err.Error(), "--fonts: ") {
		t.Errorf("an empty folder: %v", err)
	}
}
