package command

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplaceFile: the file has the old bytes or all of the new ones, and nothing
// else is left in its folder.
func TestReplaceFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "out.csv")
	check := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("the file has %d bytes (%v), want %d", len(got), err, len(want))
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
			t.Errorf("the folder has %d entries (%v), want the file alone", len(entries), err)
		}
	}
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	long := strings.Repeat("0123456789\n", 300_000) // more than is buffered
	for _, content := range []string{"first", long, ""} {
		if err := ReplaceFile(path, text(content)); err != nil {
			t.Fatal(err)
		}
		check(content)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the file's permissions are %v (%v), want those that colleagues can read with", info.Mode(), err)
	}
	if err := ReplaceFile(path, text("kept")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken off")
	err := ReplaceFile(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, long); err != nil {
			return err
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != "kept" {
			t.Errorf("while it is written, the file has %d bytes (%v), want the old ones", len(got), err)
		}
		return broken
	})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), path) {
		t.Errorf("a write that fails: %v, want %v of %s", err, broken, path)
	}
	check("kept")
	if err := ReplaceFile(filepath.Join(folder, "absent", "x"), text("")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v, want %v", err, os.ErrNotExist)
	}
	if err := os.Mkdir(filepath.Join(folder, "taken"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := ReplaceFile(filepath.Join(folder, "taken"), text("x")); err == nil {
		t.Error("a folder is replaced by a file")
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestReplaceFileRefuses: only regular files are replaced.
func TestReplaceFileRefuses(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out.csv")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	called := false
	err := ReplaceFile(folder, func(io.Writer) error { called = true; return nil })
	if err == nil || called || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("replace a folder: error %v, written to: %t; want a refusal before anything is written", err, called)
	}
}
