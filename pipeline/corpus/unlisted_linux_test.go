package corpus

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// asNobody gives this thread's file accesses the rights of a user without any, for tests
// that run as root.
func asNobody(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	for _, folder := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	runtime.LockOSThread()
	if err := syscall.Setfsuid(65534); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Setfsuid(0); runtime.UnlockOSThread() })
}

func lock(t *testing.T, folder string) {
	t.Helper()
	if err := os.Chmod(folder, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(folder, 0o755) })
}

// TestUnlistedFolder: what cannot be listed is an entry that fails, the rest is listed, and
// nothing is known of what lies below.
func TestUnlistedFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"in/a": "a", "in/locked/b": "b", "in/x/locked/c": "c", "in/x/d": "d", "other/e": "e"})
	for _, folder := range []string{"in/locked", "in/x/locked", "other"} {
		lock(t, filepath.Join(dir, folder))
	}
	asNobody(t, dir)
	l := list(t, Options{}, filepath.Join(dir, "in"), filepath.Join(dir, "other"))
	want := []string{"in/a||", "in/locked||", "in/x/d|x|", "in/x/locked||", "other||"}
	if got := names(t, dir, l); !slices.Equal(got, want) {
		t.Fatalf("entries %q, want %q", got, want)
	}
	for _, i := range []int{1, 3, 4} {
		e := l.Entries[i]
		_, err := e.Read(100)
		if !errors.Is(err, fs.ErrPermission) || err.Error() != "the folder cannot be listed: permission denied" {
			t.Errorf("%s: %v", e.Path, err)
		}
		if !l.Unknown(e.Path) || !l.Unknown(e.Path+"/x") || l.Unknown(e.Path+"x") {
			t.Errorf("%s: it is not known what is below, and only that", e.Path)
		}
	}
}

// TestNothingCanBeListed: a disk that is not there is an error, and no failure of a folder.
func TestNothingCanBeListed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"in/a": "a", "above/in/a": "a", "some/locked/b": "b"})
	for _, folder := range []string{"in", "above", "some/locked"} {
		lock(t, filepath.Join(dir, folder))
	}
	asNobody(t, dir)
	for _, args := range [][]string{{"in"}, {"above/in"}, {"in", "above/in"}} {
		for i := range args {
			args[i] = filepath.Join(dir, args[i])
		}
		if _, err := List(context.Background(), args, Options{}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), args[0]) {
			t.Errorf("%q: %v", args, err)
		}
	}
	if l := list(t, Options{}, filepath.Join(dir, "some")); len(l.Entries) != 1 {
		t.Errorf("a folder with one that is locked: %d entries", len(l.Entries))
	}
}

// TestUnlistedSplit: a split that cannot be listed tonight does not make labels of the rest.
func TestUnlistedSplit(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"train/cat/a": "a", "val/cat/b": "b"})
	lock(t, filepath.Join(dir, "train"))
	asNobody(t, dir)
	l := list(t, Options{}, dir)
	if got, want := names(t, dir, l), []string{"train||", "val/cat/b|cat|val"}; !slices.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
}
