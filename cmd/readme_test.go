package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const readmeWords = 1200

// standIns replace what a reader has and the test does not. The folders scans and
// inbox are drawn.
var standIns = strings.NewReplacer("vgg19.h5", "random:1")

// notRun lists the README's commands that no test here runs, with the reason.
var notRun = map[string]string{
	"./scripts/quickstart":             "CI runs it as a step of its own",
	"./scripts/fetch-weights vgg19.h5": "downloads 575 MB",
}

// atRoot lists those that are run in the repository, not beside the documents.
var atRoot = map[string]bool{"go install ./cmd/featurize ./cmd/fit": true}

var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")

// readmeCommands are the lines of the README's shell blocks, without comments.
func readmeCommands(t *testing.T) (commands []string) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, "#")
			if line = strings.TrimSpace(line); line != "" {
				commands = append(commands, line)
			}
		}
	}
	return commands
}

func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(strings.Fields(string(text))); n > readmeWords {
		t.Errorf("README.md has %d words, more than %d", n, readmeWords)
	}
}

// TestReadmeCommands runs the README's commands in their order, in one folder.
func TestReadmeCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights")
	}
	commands := readmeCommands(t)
	if len(commands) < 10 {
		t.Fatalf("the README has only the commands %q", commands)
	}
	known := map[string]bool{}
	for _, c := range commands {
		known[c] = true
	}
	for _, list := range []map[string]bool{atRoot, keysOf(notRun)} {
		for c := range list {
			if !known[c] {
				t.Errorf("the README has no command %q any more", c)
			}
		}
	}
	dir := t.TempDir()
	draw(t, filepath.Join(dir, "scans"), "1")
	draw(t, filepath.Join(dir, "inbox"), "2")
	for _, c := range commands {
		if notRun[c] != "" {
			continue
		}
		shell := exec.Command("bash", "-euc", standIns.Replace(c))
		shell.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "GOBIN="+bin, "CGO_ENABLED=0")
		if shell.Dir = dir; atRoot[c] {
			shell.Dir = ".."
		}
		if out, err := shell.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", c, err, out)
		}
	}
	for _, file := range []string{"report/report.html", "pool5-softmax.safetensors", "predictions.csv", "fc2.npy", "fc2.rows.csv"} {
		if info, err := os.Stat(filepath.Join(dir, file)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not written: %v", file, err)
		}
	}
}

func keysOf(reasons map[string]string) map[string]bool {
	keys := map[string]bool{}
	for c := range reasons {
		keys[c] = true
	}
	return keys
}

// draw makes a corpus of two classes, with enough documents for five folds.
func draw(t *testing.T, folder, seed string) {
	t.Helper()
	all := filepath.Join(t.TempDir(), "drawn")
	c := exec.Command("go", "run", "./scripts/samplecorpus", "-o", all, "-pages", "48", "-seed", seed)
	c.Dir = ".."
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("draw a corpus: %v\n%s", err, out)
	}
	classes, err := os.ReadDir(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, class := range classes[:2] {
		if err := os.Rename(filepath.Join(all, class.Name()), filepath.Join(folder, class.Name())); err != nil {
			t.Fatal(err)
		}
	}
}
