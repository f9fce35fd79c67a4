// Package cmd_test holds the programs' help and the README to what they promise.
package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// bin is the folder of both programs, built once.
var bin string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cutpoint")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-o", bin, "./featurize", "./fit")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the programs: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

const (
	helpLines   = 40  // of --help, so that it fits a screen
	helpColumns = 100 // of every help
)

// helps returns all helps of both programs by the command lines that print them.
func helps(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	add := func(line string) string {
		words := strings.Fields(line)
		out, err := exec.Command(filepath.Join(bin, words[0]), words[1:]...).CombinedOutput()
		if err != nil {
			t.Fatalf("run %s: %v\n%s", line, err, out)
		}
		texts[line] = string(out)
		return string(out)
	}
	for _, program := range []string{"featurize", "fit"} {
		add(program + " --help")
		for _, listed := range tableNames(add(program + " help")) {
			text := add(program + " help " + listed)
			if _, subcommands, found := strings.Cut(text, "\nCOMMANDS\n"); found {
				for _, sub := range tableNames(subcommands) {
					add(program + " help " + listed + " " + sub)
				}
			}
		}
	}
	if len(texts) < 30 {
		t.Fatalf("only %d helps were found", len(texts))
	}
	return texts
}

var tableName = regexp.MustCompile(`(?m)^   ([a-z][a-z0-9-]*) `)

// tableNames are the names in the left column of a table.
func tableNames(text string) (names []string) {
	for _, m := range tableName.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

func TestHelpFitsAScreen(t *testing.T) {
	for line, text := range helps(t) {
		if n := strings.Count(text, "\n"); n > helpLines && !strings.HasSuffix(line, " help flags") {
			t.Errorf("%s prints %d lines, more than %d", line, n, helpLines)
		}
		for l := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(l, "\n")); n > helpColumns {
				t.Errorf("%s prints a line of %d characters: %s", line, n, l)
			}
		}
	}
}

// TestNoParagraphTwice: what two helps could say, one says and the other points to.
// Rows of the tables of flags and commands may be repeated.
func TestNoParagraphTwice(t *testing.T) {
	seen := map[string]string{}
	for line, text := range helps(t) {
		for _, paragraph := range strings.Split(text, "\n\n") {
			paragraph = strings.TrimSpace(paragraph)
			if isTable(paragraph) {
				continue
			}
			if other, twice := seen[paragraph]; twice {
				t.Errorf("%s and %s both print:\n%s", other, line, paragraph)
			}
			seen[paragraph] = line
		}
	}
}

// TestReferenceIsComplete: docs/reference.md lists every command.
func TestReferenceIsComplete(t *testing.T) {
	reference, err := os.ReadFile("../docs/reference.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"featurize", "fit"} {
		out, err := exec.Command(filepath.Join(bin, program), "help").Output()
		if err != nil {
			t.Fatalf("%s help: %v", program, err)
		}
		_, commands, _ := strings.Cut(string(out), " help COMMAND\n")
		for _, name := range tableNames(commands) {
			if row := "| `" + program + " " + name + "` |"; !strings.Contains(string(reference), row) {
				t.Errorf("docs/reference.md has no row %s", row)
			}
		}
	}
}

// TestScripts: scripts/README.md names everything in its folder, and every script for
// people answers --help.
func TestScripts(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash: it is not installed")
	}
	readme, err := os.ReadFile("../scripts/README.md")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("../scripts")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if name != "README.md" && !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("scripts/README.md does not name %s", name)
		}
		if e.IsDir() || filepath.Ext(name) != "" {
			continue
		}
		out, err := exec.Command("bash", "../scripts/"+name, "--help").CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), "Usage: ") {
			t.Errorf("scripts/%s --help: %v, and prints %.200q; want a text that begins with \"Usage: \"", name, err, out)
		}
	}
}

func isTable(paragraph string) bool {
	heading, _, _ := strings.Cut(paragraph, "\n")
	return heading == strings.ToUpper(heading) || strings.HasSuffix(heading, " help COMMAND")
}
