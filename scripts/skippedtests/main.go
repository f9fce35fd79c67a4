// Command skippedtests reads what go test -json writes, prints what go test prints without
// it, and then the tests that were skipped. A reason is "KEY: what is missing", or
// "scripts/NAME: why" or "TestName: why" where that script or test runs it. The command
// fails if a test failed, or was skipped without a reason of this form, or for a KEY that
// is not in CUTPOINT_MAY_SKIP. CUTPOINT_SKIPS names a file that collects the reasons.
//
//	go test -json ./... | go run ./scripts/skippedtests
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json: see go doc test2json.
type event struct {
	Action, Package, Test, Output string
}

func main() {
	tests, err := read(os.Stdin, os.Stdout)
	if err == nil {
		err = tests.report(os.Stdout, strings.Fields(os.Getenv("CUTPOINT_MAY_SKIP")), os.Getenv("CUTPOINT_SKIPS"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "skippedtests:", err)
		os.Exit(1)
	}
}

// results are the tests that did not simply pass.
type results struct {
	skipped []skip
	failed  bool
}

type skip struct {
	test, reason string
}

// read copies each package's result, and of each failed test what it printed.
func read(r io.Reader, w io.Writer) (results, error) {
	var all results
	printed := map[string]string{} // of a test that still runs, or of a package
	lines := json.NewDecoder(bufio.NewReader(r))
	for {
		var e event
		if err := lines.Decode(&e); err == io.EOF {
			return all, nil
		} else if err != nil {
			return all, fmt.Errorf("read go test's events: %w", err)
		}
		name := e.Package + "." + e.Test
		switch e.Action {
		case "output", "build-output":
			if e.Test == "" {
				fmt.Fprint(w, packageLine(e.Output))
			} else {
				printed[name] += e.Output
			}
		case "skip":
			if e.Test != "" {
				all.skipped = append(all.skipped, skip{strings.TrimPrefix(name, "cutpoint/"), reason(printed[name])})
			}
			delete(printed, name)
		case "fail":
			all.failed = true
			if e.Test == "" { // a crash or a timeout ends tests without events of their own
				printUnfinished(w, printed, name)
				break
			}
			fmt.Fprint(w, printed[name])
			delete(printed, name)
		case "pass":
			delete(printed, name)
		}
	}
}

// printUnfinished prints what the tests of a package printed that have not ended.
func printUnfinished(w io.Writer, printed map[string]string, prefix string) {
	for _, name := range slices.Sorted(maps.Keys(printed)) {
		if strings.HasPrefix(name, prefix) {
			fmt.Fprint(w, printed[name])
			delete(printed, name)
		}
	}
}

// packageLine is a package's output without the lines that only -v prints.
func packageLine(s string) string {
	if s == "PASS\n" || strings.HasPrefix(s, "=== ") {
		return ""
	}
	return s
}

var position = regexp.MustCompile(`(?m)^\s+\w+\.go:\d+: (.*)$`)

// reason is the last message of a skipped test.
func reason(printed string) string {
	all := position.FindAllStringSubmatch(printed, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

// report prints the skipped tests by their reasons, and says what may not be skipped.
func (r results) report(w io.Writer, maySkip []string, file string) error {
	byReason := map[string][]string{}
	for _, s := range r.skipped {
		byReason[s.reason] = append(byReason[s.reason], s.test)
	}
	var list strings.Builder
	var refused []string
	reasons := make([]string, 0, len(byReason))
	for reason := range byReason {
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		tests := byReason[reason]
		fmt.Fprintf(w, "skipped: %s (%s)\n", reason, strings.Join(tests, ", "))
		key, _, ok := strings.Cut(reason, ": ")
		switch {
		case ok && (strings.HasPrefix(key, "scripts/") || strings.HasPrefix(key, "Test")):
		case ok && slices.Contains(maySkip, key):
			fmt.Fprintf(&list, "go test: %s (%s)\n", reason, strings.Join(tests, ", "))
		default:
			refused = append(refused, tests...)
		}
	}
	if file != "" {
		if err := appendTo(file, list.String()); err != nil {
			return fmt.Errorf("record the skipped tests: %w", err)
		}
	}
	if r.failed {
		return fmt.Errorf("tests failed")
	}
	if len(refused) > 0 {
		return fmt.Errorf("these tests may not be skipped with CI=true: %s", strings.Join(refused, ", "))
	}
	return nil
}

func appendTo(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
