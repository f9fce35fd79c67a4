package corpus

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// deep makes folders of 200 bytes one inside the other, and a file in the innermost.
func deep(t *testing.T, dir string, levels int) (path string) {
	t.Helper()
	at, err := os.OpenRoot(dir)
	name := strings.Repeat("d", 200)
	for range levels {
		if err == nil {
			err = at.Mkdir(name, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		below, err := at.OpenRoot(name)
		if err != nil {
			t.Fatal(err)
		}
		at.Close()
		at, path = below, filepath.Join(path, name)
	}
	defer at.Close()
	if err := at.WriteFile("page", []byte("deep"), 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(path, "page")
}

// TestDeepFolders: what lies deeper than a path may be long is read like any other file,
// also where it is named.
func TestDeepFolders(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "a", "z/b": "b"})
	page := deep(t, dir, 70)
	l := list(t, Options{}, dir)
	want := []string{"a||", page + "|" + page[:200] + "|", "z/b|z|"}
	if got := names(t, dir, l); !slices.Equal(got, want) || len(l.Unlisted) > 0 {
		t.Fatalf("entries %.300q, want %.300q", got, want)
	}
	named := list(t, Options{Stdin: strings.NewReader(l.Entries[1].Path)}, "-")
	for _, e := range []Entry{l.Entries[1], named.Entries[0], {Path: l.Entries[1].Path}} {
		if data, err := e.Read(100); string(data) != "deep" || e.err != nil {
			t.Errorf("a file behind a path of %d bytes: %q, %v", len(e.Path), data, err)
		}
	}
	if e := named.Entries[0]; e.Size != 4 || e.Modified.IsZero() {
		t.Errorf("its size is %d, its time %v", e.Size, e.Modified)
	}
}

// TestTooDeep: folders without end are not walked to the end of memory.
func TestTooDeep(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "a", "z/b": "b"})
	deep(t, dir, maxPath/200+1)
	l := list(t, Options{}, dir)
	if len(l.Entries) != 3 || len(l.Unlisted) != 1 {
		t.Fatalf("%d entries, %d folders not listed; want 3 and 1", len(l.Entries), len(l.Unlisted))
	}
	if _, err := l.Entries[1].Read(100); err == nil || !strings.Contains(err.Error(), "the path is longer than") {
		t.Errorf("reading a folder that is too deep: %v", err)
	}
}

// TestNamesOfRoots: a folder has one name however it is written, and what is behind ".."
// depends on links.
func TestNamesOfRoots(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"scans/cat/a": "a"})
	for arg, want := range map[string]string{
		"scans": "scans/cat/a|cat", "./scans": "scans/cat/a|cat", "scans/": "scans/cat/a|cat", ".//scans/.": "scans/cat/a|cat",
		".": "scans/cat/a|scans", "./scans/cat/a": "scans/cat/a|", "scans/../scans": "scans/../scans/cat/a|cat",
	} {
		l := list(t, Options{}, arg)
		if e := l.Entries[0]; e.Path != filepath.FromSlash(want[:strings.Index(want, "|")]) && arg != "scans/../scans" || e.Label != want[strings.Index(want, "|")+1:] {
			t.Errorf("%s: %s with label %q, want %s", arg, e.Path, e.Label, want)
		}
		if _, err := l.Entries[0].Read(10); err != nil {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

// TestLinkedRoot: a corpus that is a link is read under the link's name.
func TestLinkedRoot(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"real/cat/a": "a", "real/features/part": "p"})
	for _, l := range [][2]string{{"scans", "real"}, {"twice", "scans"}, {"absolute", filepath.Join(dir, "real")}} {
		link, to := l[0], l[1]
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
		root := filepath.Join(dir, link)
		l := list(t, Options{Exclude: filepath.Join(dir, "real/features")}, root)
		if got := fmt.Sprint(names(t, root, l)); got != "[cat/a|cat|]" {
			t.Errorf("%s: %s", link, got)
		} else if data, err := l.Entries[0].Read(10); string(data) != "a" {
			t.Errorf("%s: read %q, %v", link, data, err)
		}
	}
}

// TestOneLabelForAllSpellings: macOS writes é as e and an accent.
func TestOneLabelForAllSpellings(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"caf\u00e9/a": "a", "cafe\u0301/b": "b", "caf\xe9/c": "c", "m.csv": "path,label,split\nx,cafe\u0301,cafe\u0301\n"})
	l := list(t, Options{}, dir, filepath.Join(dir, "m.csv"))
	var got []string
	for _, e := range l.Entries {
		got = append(got, e.Label+"|"+e.Split)
	}
	want := []string{"caf\u00e9|", `caf\xe9|`, "caf\u00e9|", "|", "caf\u00e9|caf\u00e9"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
	if paths := names(t, dir, l); !slices.Contains(paths, "cafe\u0301/b|caf\u00e9|") {
		t.Errorf("paths %q do not stay as they are", paths)
	}
}

// TestAbsent: what is known of paths that are not listed.
func TestAbsent(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"in/a": "a", "in/b/c": "c"})
	t.Chdir(dir)
	l := list(t, Options{}, "in")
	l.Unlisted = map[string]bool{"in/locked": true}
	asked := []string{"in/a", "in/gone", "in", "in/b", "in/locked", "in/locked/x", "in/locked2", "inner", "elsewhere/x", "/in/gone"}
	if got, want := l.Absent(asked), []string{"in/gone", "in", "in/b", "in/locked2"}; !slices.Equal(got, want) {
		t.Errorf("absent are %q, want %q", got, want)
	}
	if got := (Listing{Entries: l.Entries}).Absent(asked); len(got) > 0 {
		t.Errorf("without a folder that was walked, %q are absent", got)
	}
	dot := list(t, Options{}, ".")
	if got, want := dot.Absent([]string{"x", "in/gone", "../x", "/x", "in/a"}), []string{"x", "in/gone"}; !slices.Equal(got, want) {
		t.Errorf("of the working folder %q are absent, want %q", got, want)
	}
}

// TestPathsThatCannotBe: an argument that leads nowhere is a slip, not a fault of a disk.
func TestPathsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"in/a": "a", "file": "f"})
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{filepath.Join(dir, "absent"), filepath.Join(dir, "file/below"), loop, filepath.Join(dir, strings.Repeat("x", 300))} {
		if _, err := List(context.Background(), []string{filepath.Join(dir, "in"), arg}, Options{}); err == nil || !strings.Contains(err.Error(), "check the path") {
			t.Errorf("%.40s: error %v, want one that says to check the path", arg, err)
		}
	}
}
