package cmd_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestArchitecture: every function, type and package that the walks in ARCHITECTURE.md
// pass is declared, and every folder in the table of rooms is there.
func TestArchitecture(t *testing.T) {
	page, err := os.ReadFile("../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, walks, _ := strings.Cut(string(page), "\n## Two walks\n")
	walks, _, found := strings.Cut(walks, "\n## ")
	if !found {
		t.Fatal("ARCHITECTURE.md has no walks")
	}
	declared := declaredNames(t)
	passed := regexp.MustCompile("`(?:[A-Za-z]+\\.)*([A-Za-z0-9]+)`").FindAllStringSubmatch(walks, -1)
	if len(passed) < 50 {
		t.Errorf("the walks pass %d names, want at least 50", len(passed))
	}
	for _, m := range passed {
		if !declared[m[1]] {
			t.Errorf("a walk passes %s, and nothing of that name is declared", m[0])
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/0-9]+)`").FindAllStringSubmatch(string(page), -1) {
		if _, err := os.Stat(filepath.Join("..", m[1])); err != nil {
			t.Errorf("the table of rooms names %s: %v", m[1], err)
		}
	}
}

var declaration = regexp.MustCompile(`(?m)^(?:func (?:\([^)]*\) )?|type |package )([A-Za-z0-9]+)`)

// declaredNames are the names of all packages, types, functions and methods.
func declaredNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range declaration.FindAllStringSubmatch(string(source), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
