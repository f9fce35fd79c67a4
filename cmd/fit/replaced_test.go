package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/schemas"
	"cutpoint/store"
)

// makeReplaced is makeStore with three documents replaced, and two pages of others
// that are dark.
func makeReplaced(t *testing.T) string {
	t.Helper()
	dir := makeStore(t)
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var rows []schemas.Document
	if err := s.Documents().Scan(context.Background(), func(some []schemas.Document) error {
		rows = append(rows, some...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	by, dark := strings.Repeat("0", 64), "dark"
	for i := range 3 {
		rows[i].ReplacedBy = &by
		rows[3+i%2].Warning = &dark
	}
	if err := s.Documents().Upsert(context.Background(), rows, nil, store.CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestReplacedAreLeftOut: fit, export and predict leave replaced documents out and say
// so once, unless they are asked for.
func TestReplacedAreLeftOut(t *testing.T) {
	dir, out := makeReplaced(t), t.TempDir()
	const said = "Left out 3 pages of 3 replaced documents; --include-replaced uses them."
	head, table := filepath.Join(out, "h.safetensors"), filepath.Join(out, "x.csv")
	for _, c := range []struct {
		flags []string
		pages int
		said  int
	}{
		{nil, 37, 1}, {[]string{"--include-replaced"}, 40, 0}, {[]string{"--quiet"}, 37, 0},
	} {
		code, text, errs := run(t, append([]string{"--store", dir, "--features", "fc2,pool5-avg", "--json", "--report", out}, c.flags...)...)
		var report struct {
			Rows   struct{ Used int }
			Source struct {
				Replaced struct{ Documents, Pages int }
				Warnings map[string]int
			}
		}
		if err := json.Unmarshal([]byte(text), &report); code != command.OK || err != nil {
			t.Fatalf("code %d, %v: %s", code, err, errs)
		}
		if report.Rows.Used != c.pages || report.Source.Replaced.Pages != 3 || report.Source.Warnings["dark"] != 2 || strings.Count(errs, said) != c.said {
			t.Errorf("fit %v: %+v, said %q", c.flags, report, errs)
		}
		html, err := os.ReadFile(filepath.Join(out, "report.html"))
		if err != nil || !bytes.Contains(html, []byte("other documents were found at their paths")) || !bytes.Contains(html, []byte("may not look as a person sees them: 2\u00a0pages dark (nearly all black).")) {
			t.Errorf("the report does not say what was replaced and what is dark (%v)", err)
		}
		if code, _, errs := run(t, append([]string{"--store", dir, "--features", "fc2", "-o", head}, c.flags...)...); code != command.OK {
			t.Fatalf("fit: code %d: %s", code, errs)
		}
		for name, args := range map[string][]string{
			"export":  {"export", "--store", dir, "--features", "fc2", "-o", table},
			"predict": {"predict", "--store", dir, "--head", head, "-o", table},
		} {
			code, _, errs := run(t, append(args, c.flags...)...)
			b, err := os.ReadFile(table)
			if code != command.OK || err != nil || bytes.Count(b, []byte("\n")) != c.pages+1 || strings.Count(errs, said) != c.said {
				t.Errorf("%s %v: code %d, %v, %d lines, said %q", name, c.flags, code, err, bytes.Count(b, []byte("\n")), errs)
			}
		}
		code, _, errs = run(t, append([]string{"export", "--store", dir, "--features", "fc2", "-o", filepath.Join(out, "x.npy")}, c.flags...)...)
		b, err := os.ReadFile(filepath.Join(out, "x.npy"))
		if want := 128 + c.pages*4096*4; code != command.OK || err != nil || len(b) != want {
			t.Errorf("npy %v: code %d, %v, %d bytes, want %d: %s", c.flags, code, err, len(b), want, errs)
		}
	}
	code, _, errs := run(t, "predict", "--head", head, "--weights", "random:1", "--include-replaced", "in")
	if code != command.Usage || !strings.Contains(errs, "--include-replaced is for a store") {
		t.Errorf("predict from documents: code %d, %q", code, errs)
	}
}
