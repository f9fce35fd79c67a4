package corpus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// TestSizesAndTimes: every entry of a long list has its file's size and time, a link's
// those of what it leads to if it was named.
func TestSizesAndTimes(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "1", "b": "four"})
	if err := os.Symlink(filepath.Join(dir, "b"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	names, sizes := []string{"a", "b", "link"}, []int64{1, 4, 4}
	changed := time.Unix(1e9, 0)
	for _, name := range names[:2] {
		if err := os.Chtimes(filepath.Join(dir, name), changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{1, 1023, 1024, 1025, 5000} {
		var paths strings.Builder
		for i := range n {
			paths.WriteString(filepath.Join(dir, names[i%3]) + "\n")
		}
		l := list(t, Options{Stdin: strings.NewReader(paths.String())}, "-")
		if len(l.Entries) != n {
			t.Fatalf("%d entries are listed, want %d", len(l.Entries), n)
		}
		for i, e := range l.Entries {
			if e.Size != sizes[i%3] || !e.Modified.Equal(changed) {
				t.Fatalf("of %d entries, number %d (%s) has size %d and time %v, want %d and %v", n, i, names[i%3], e.Size, e.Modified, sizes[i%3], changed)
			}
		}
	}
}

// TestUnfitEntries: what is named and is no file fails when it is read, and says why.
func TestUnfitEntries(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	paths := filepath.Join(dir, "folder") + "\n" + filepath.Join(dir, "absent")
	l := list(t, Options{Stdin: strings.NewReader(paths)}, "-")
	if _, err := l.Entries[0].Read(100); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("reading a folder: error %v, want one that says it is not a regular file", err)
	}
	if _, err := l.Entries[1].Read(100); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading an absent file: error %v, want %v", err, os.ErrNotExist)
	}
}

// TestLinkInFolder: a link that took a found file's place before it was looked at is not
// followed.
func TestLinkInFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"file": "1"})
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "file"), link); err != nil {
		t.Fatal(err)
	}
	e := Entry{Path: link, root: dir}
	e.stat()
	if e.err == nil {
		t.Error("a link in a folder was followed, want an error")
	}
}

func TestReadLimit(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "four"})
	e := list(t, Options{}, filepath.Join(dir, "a")).Entries[0]
	if data, err := e.Read(4); err != nil || string(data) != "four" {
		t.Errorf("reading 4 bytes with a limit of 4: %q, %v", data, err)
	}
	if _, err := e.Read(3); !errors.Is(err, ErrTooLarge) {
		t.Errorf("reading 4 bytes with a limit of 3: error %v, want %v", err, ErrTooLarge)
	}
}

// TestTwoFolders: two folders with a sub-folder of one name, which is a label in both, and
// one that lies in the other.
func TestTwoFolders(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"in/letter/a": "a"})
	in := filepath.Join(dir, "in")
	l := list(t, Options{}, filepath.Join(in, "letter"), in)
	want := "in/letter/a|letter|"
	if got := strings.Join(names(t, dir, l), " "); got != want {
		t.Errorf("entries %s, want %s", got, want)
	}
}

// TestEmptyPathsAreLeftOut: also where the list begins with a NUL, and comes byte by byte.
func TestEmptyPathsAreLeftOut(t *testing.T) {
	l, err := List(context.Background(), []string{"-"}, Options{Stdin: iotest.OneByteReader(strings.NewReader("\x00a\x00\x00b"))})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range l.Entries {
		got = append(got, e.Path)
	}
	if fmt.Sprint(got) != "[a b]" {
		t.Errorf("paths %q, want a and b", got)
	}
}

func TestListSaysWhatItLacks(t *testing.T) {
	hidden := t.TempDir()
	write(t, hidden, map[string]string{".a": "1", ".b": "2"})
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "no corpus is named"},
		{[]string{hidden}, "hidden files (2)"},
		{[]string{t.TempDir()}, "is empty"},
		{[]string{loop}, "look at corpus"},
		{[]string{"-"}, "needs paths on standard input"},
	} {
		if _, err := List(context.Background(), c.args, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("List(%q): error %v, want one with %q", c.args, err, c.want)
		}
	}
}

func TestListStops(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "1"})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, arg := range []string{dir, filepath.Join(dir, "a"), "-"} {
		_, err := List(ctx, []string{arg}, Options{Stdin: strings.NewReader(filepath.Join(dir, "a"))})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("List(%s) after it was cancelled: error %v, want %v", arg, err, context.Canceled)
		}
	}
}
