package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// events are those of a package with one test that passes, one that fails and one that is
// skipped for a reason.
func events(action, reason string) string {
	return `{"Action":"output","Package":"cutpoint/p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"pass","Package":"cutpoint/p","Test":"TestA"}
{"Action":"output","Package":"cutpoint/p","Test":"TestB","Output":"    b_test.go:7: what B says\n"}
{"Action":"` + action + `","Package":"cutpoint/p","Test":"TestB"}
{"Action":"output","Package":"cutpoint/p","Test":"TestC","Output":"    c_test.go:9: ` + reason + `\n"}
{"Action":"skip","Package":"cutpoint/p","Test":"TestC"}
{"Action":"output","Package":"cutpoint/p","Output":"ok  \tcutpoint/p\t0.1s\n"}
{"Action":"pass","Package":"cutpoint/p"}`
}

func TestReport(t *testing.T) {
	for _, c := range []struct{ action, reason, wantErr, wantFile string }{
		{"pass", "gpu: there is none", "", "go test: gpu: there is none (p.TestC)\n"},
		{"pass", "scripts/test-gpu: takes minutes", "", ""},
		{"pass", "TestB: starts this", "", ""},
		{"pass", "data: it is absent", "p.TestC", ""},
		{"pass", "no key", "p.TestC", ""},
		{"fail", "gpu: there is none", "tests failed", "go test: gpu: there is none (p.TestC)\n"},
	} {
		file := filepath.Join(t.TempDir(), "skips")
		var out strings.Builder
		tests, err := read(strings.NewReader(events(c.action, c.reason)), &out)
		if err != nil {
			t.Fatal(err)
		}
		err = tests.report(&out, []string{"gpu"}, file)
		if (err == nil) != (c.wantErr == "") || err != nil && !strings.Contains(err.Error(), c.wantErr) {
			t.Errorf("report of a test skipped for %q: error %v, want one with %q", c.reason, err, c.wantErr)
		}
		if got, _ := os.ReadFile(file); string(got) != c.wantFile {
			t.Errorf("skips recorded for %q: %q, want %q", c.reason, got, c.wantFile)
		}
		if !strings.Contains(out.String(), "ok  \tcutpoint/p") || !strings.Contains(out.String(), "skipped: "+c.reason) {
			t.Errorf("output lacks the package's result or the skipped test:\n%s", out.String())
		}
		if failed := strings.Contains(out.String(), "what B says"); failed != (c.action == "fail") {
			t.Errorf("test B ended with %s and its message is printed: %t", c.action, failed)
		}
	}
}

// TestCrash: what a test printed is shown where the whole package ends in the middle of it.
func TestCrash(t *testing.T) {
	var out strings.Builder
	tests, err := read(strings.NewReader(`{"Action":"output","Package":"cutpoint/p","Test":"TestA","Output":"panic: what A says\n"}
{"Action":"output","Package":"cutpoint/p/q","Test":"TestB","Output":"what B says\n"}
{"Action":"fail","Package":"cutpoint/p"}`), &out)
	if err != nil {
		t.Fatal(err)
	}
	if !tests.failed || !strings.Contains(out.String(), "what A says") || strings.Contains(out.String(), "what B says") {
		t.Errorf("a crash is a failure: %t, and prints %q; want what A says alone", tests.failed, out.String())
	}
}

// TestSkipInScripts: a script that lacks something ends with 0 on a user's machine, and with
// 1 where CI=true, unless what it lacks may be skipped.
func TestSkipInScripts(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash: it is not installed")
	}
	for _, c := range []struct {
		script, ci, maySkip string
		code                int
		want                string
	}{
		{"skip gpu none; echo on", "", "", 0, "skipped: gpu: none\n"},
		{"skip_part gpu none; echo on", "", "", 0, "skipped: gpu: none\non\n"},
		{"skip_part gpu none; echo on", "true", "amx gpu", 0, "skipped: gpu: none\non\n"},
		{"skip_part gpu none; echo on", "true", "amx", 1, "skipped: gpu: none\n"},
		{"skip gpu none; echo on", "true", "gpus", 1, "skipped: gpu: none\n"},
		{"need_folders /nowhere; echo on", "true", "gpu", 1, "skipped: data: the folder /nowhere is absent; --help says what may be named instead\n"},
	} {
		skips := filepath.Join(t.TempDir(), "skips")
		run := exec.Command(bash, "-c", "set -euo pipefail; . ../env.sh; "+c.script, "a-script")
		run.Env = append(os.Environ(), "CI="+c.ci, "CUTPOINT_MAY_SKIP="+c.maySkip, "CUTPOINT_SKIPS="+skips)
		out, _ := run.Output()
		if code := run.ProcessState.ExitCode(); code != c.code || string(out) != c.want {
			t.Errorf("%s with CI=%s and %q allowed: code %d, output %q; want %d, %q", c.script, c.ci, c.maySkip, code, out, c.code, c.want)
		}
		if got, _ := os.ReadFile(skips); !strings.HasPrefix(string(got), "a-script: ") {
			t.Errorf("%s: recorded %q, want the script and what it lacks", c.script, got)
		}
	}
}
