package corpus

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// names lists entries as "path relative to dir|label|split".
func names(t *testing.T, dir string, l Listing) []string {
	t.Helper()
	var out []string
	for _, e := range l.Entries {
		rel, err := filepath.Rel(dir, e.Path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rel+"|"+e.Label+"|"+e.Split)
	}
	return out
}

func list(t *testing.T, opt Options, args ...string) Listing {
	t.Helper()
	l, err := List(context.Background(), args, opt)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"letter/b.tif": "b", "letter/a.tif": "a", "letter/2020/c.tif": "c", "invoice/d.png": "d",
		"root.gif": "r", ".hidden": "h", "letter/.x": "h", ".git/config": "h",
		"features/fc2/part.parquet": "p",
	})
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "letter/link.tif")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "letter/fifo.tif"), 0o644); err != nil {
		t.Fatal(err)
	}
	l := list(t, Options{Exclude: filepath.Join(dir, "features")}, dir)
	want := "invoice/d.png|invoice| letter/2020/c.tif|letter| letter/a.tif|letter| letter/b.tif|letter| root.gif||"
	if got := strings.Join(names(t, dir, l), " "); got != want {
		t.Errorf("entries %s\n   want %s", got, want)
	}
	if want := (Skipped{Links: 1, Special: 1, Hidden: 3}); l.Skipped != want {
		t.Errorf("skipped %+v, want %+v", l.Skipped, want)
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"a.tif": "a", "sub/b.tif": "b",
		"m.csv": "\ufeffSplit, PATH ,label,note\ntrain,a.tif,letter,x\r\n\"test\",\"sub/b.tif\",\"memo, short\",y\n,gone.tif,,\n",
	})
	l := list(t, Options{}, filepath.Join(dir, "m.csv"))
	want := "a.tif|letter|train sub/b.tif|memo, short|test gone.tif||"
	if got := strings.Join(names(t, dir, l), " "); got != want {
		t.Errorf("entries %s, want %s", got, want)
	}
	if _, err := l.Entries[2].Read(100); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading an absent file: %v", err)
	}
}

func TestManifestRefuses(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"empty":        {"", "it is empty"},
		"no path":      {"file,label\na,b\n", "no column is called path"},
		"empty path":   {"path,label\na.tif,x\n,y\n", "line 3: the path is empty"},
		"short record": {"path,label\na.tif\n", "as many fields"},
		"bad quote":    {"path,label\n\"a.tif,x\n", "manifest"},
		"long line":    {"path,label\n" + strings.Repeat("x", 1<<20+1), "longer than"},
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"m.csv": c.content})
		_, err := List(context.Background(), []string{filepath.Join(dir, "m.csv")}, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func TestStandardInput(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "1", "b c": "2", "new\nline": "3"})
	p := func(name string) string { return filepath.Join(dir, name) }
	for name, c := range map[string]struct{ in, want string }{
		"lines":        {p("a") + "\n" + p("b c") + "\r\n\n", "a|| b c||"},
		"NUL":          {p("new\nline") + "\x00" + p("a") + "\x00", "new\nline|| a||"},
		"NUL, no last": {p("a") + "\x00" + p("new\nline"), "a|| new\nline||"},
	} {
		l := list(t, Options{Stdin: strings.NewReader(c.in)}, "-")
		if got := strings.Join(names(t, dir, l), " "); got != c.want {
			t.Errorf("%s: listed %q, want %q", name, got, c.want)
		}
	}
}

func TestListRefuses(t *testing.T) {
	empty := t.TempDir()
	for _, c := range []struct{ arg, want string }{
		{empty, "holds no document"}, {filepath.Join(empty, "absent"), "does not exist"}, {os.DevNull, "neither a folder nor a regular file"},
	} {
		if _, err := List(context.Background(), []string{c.arg}, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.arg, err, c.want)
		}
	}
}

func TestReadRefusesWhatWasSwapped(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"in/a.tif": "a", "in/b.tif": "b", "in/c.tif": "long content", "secret": "s"})
	l := list(t, Options{}, filepath.Join(dir, "in"))
	a, b, c := l.Entries[0], l.Entries[1], l.Entries[2]
	os.Remove(a.Path)
	if err := os.Symlink(filepath.Join(dir, "secret"), a.Path); err != nil {
		t.Fatal(err)
	}
	os.Remove(b.Path)
	if err := syscall.Mkfifo(b.Path, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, e := range []Entry{a, b} {
		if data, err := e.Read(100); err == nil {
			t.Errorf("%s: read %q, want an error", e.Path, data)
		}
	}
	if _, err := c.Read(4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
}

func TestName(t *testing.T) {
	for in, want := range map[string]string{
		"plain.tif": "plain.tif", "öl.tif": "öl.tif", "caf\xe9.tif": `caf\xe9.tif`, "\xff\xfe": `\xff\xfe`,
		`C:\xyz`: `C:\xyz`, `a\x41`: `a\x5cx41`, "a\\x41\xff": `a\x5cx41\xff`, "two\nlines": "two\nlines",
	} {
		if got := Name(in); got != want {
			t.Errorf("Name(%q) = %q, want %q", in, got, want)
		} else if back := Path(got); back != in {
			t.Errorf("Path(%q) = %q, want %q", got, back, in)
		}
	}
}

func FuzzName(f *testing.F) {
	f.Add("caf\xe9.tif")
	f.Add(`a\x41\x5cx41\x`)
	f.Fuzz(func(t *testing.T, path string) {
		name := Name(path)
		if !utf8.ValidString(name) || Path(name) != path {
			t.Errorf("%q became %q and then %q", path, name, Path(name))
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add("path,label,split\na.tif,letter,train\n")
	f.Add("\ufeffpath\n\"a\nb\"\n")
	f.Fuzz(func(t *testing.T, content string) {
		file := filepath.Join(t.TempDir(), "m.csv")
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		l, err := List(context.Background(), []string{file}, Options{})
		if err == nil && len(l.Entries) == 0 {
			t.Error("no entry and no error")
		}
	})
}
