package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/head"
	"cutpoint/schemas"
	"cutpoint/store"
)

// relabelled gives the pages of a store other labels.
func relabelled(t *testing.T, dir string, label func(n int) string) {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var documents []schemas.Document
	err = s.Documents().Scan(context.Background(), func(rows []schemas.Document) error {
		documents = append(documents, rows...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range documents {
		n := 0
		if _, err := fmt.Sscanf(documents[i].Path, "in/%d.tif", &n); err != nil {
			t.Fatal(err)
		}
		text := label(n)
		documents[i].Label = &text
	}
	if err := s.Documents().Upsert(context.Background(), documents, nil, store.CommitInfo{Operation: "WRITE"}); err != nil {
		t.Fatal(err)
	}
}

// TestOddLabels: whatever labels are called, and however rare some are, what fit writes
// predict reads, in every format, and it knows the labels again.
func TestOddLabels(t *testing.T) {
	dir, folder := makeStore(t), t.TempDir()
	names := []string{"a.b/c", `"quoted", <b>&amp;`, "cafe\u0301", "  the one\t", "line\nend \x1b[31m", "\u202eright to left", strings.Repeat("long ", 200), "p_x"}
	relabelled(t, dir, func(n int) string {
		if n == 39 {
			return "rare"
		}
		return names[n%8]
	})
	for _, kind := range []string{head.SoftmaxName, head.KNNName, head.CentroidName, head.DropoutBNSoftmaxName} {
		file := filepath.Join(folder, kind+".safetensors")
		code, out, errs := run(t, "--store", dir, "--features", "fc2", "--head", kind, "--epochs", "2", "--min-documents", "3", "-q", "-o", file, "--report", folder)
		if code != command.OK || strings.ContainsAny(out+errs, "\x1b\u202e") || !strings.Contains(errs, `"rare" 1`) || strings.Count(errs, "\n") != 1 {
			t.Fatalf("%s: code %d\n%q\n%q", kind, code, out, errs)
		}
		for _, format := range []string{"csv", "jsonl", "parquet"} {
			var summary struct {
				Rows        int
				Labelled    int
				OtherLabels int `json:"other_labels"`
			}
			code, out, errs := run(t, "predict", "--head", file, "--store", dir, "--json", "-o", filepath.Join(folder, "p."+format))
			if err := json.Unmarshal([]byte(out), &summary); code != command.OK || err != nil || summary.Labelled != 39 || summary.OtherLabels != 1 {
				t.Errorf("%s to %s: code %d, %v, %+v, want 39 known labels and another: %s", kind, format, code, err, summary, errs)
			}
		}
	}
	report, err := os.ReadFile(filepath.Join(folder, "report.html"))
	if err != nil || !strings.Contains(string(report), "1 label with fewer than 3 different documents was left out") {
		t.Errorf("report.html does not say what was left out (%v)", err)
	}
}

// TestTooFewLabels: what cannot be compared is one sentence with every label and what
// to do.
func TestTooFewLabels(t *testing.T) {
	rare := func(n int) string { return []string{"a", "b", "c"}[min(n/30, 2)] } // 30 and 10
	for name, c := range map[string]struct {
		label func(int) string
		args  string
		want  []string
	}{
		"no label":         {func(int) string { return "" }, "", []string{"none of the 40 pages has a label", "folder per label"}},
		"one label":        {func(int) string { return "memo" }, "", []string{`all 40 pages have the label "memo"`, "another kind"}},
		"too rare":         {rare, "--folds 20", []string{`"a" 30, "b" 10`, "--folds 10"}},
		"too high a limit": {rare, "--min-documents 31", []string{`"a" 30, "b" 10`, "--min-documents"}},
		"each its own":     {func(n int) string { return fmt.Sprint(n) }, "", []string{`"0" 1, "1" 1, `, "label more documents\n"}},
	} {
		dir := makeStore(t)
		relabelled(t, dir, c.label)
		code, _, errs := run(t, append([]string{"--store", dir, "--features", "fc2", "-o", filepath.Join(t.TempDir(), "h")}, strings.Fields(c.args)...)...)
		for _, want := range c.want {
			if code != command.Fatal || !strings.Contains(errs, want) || strings.Count(errs, "\n") != 1 {
				t.Errorf("%s: code %d, %q, want one line with %q", name, code, errs, want)
			}
		}
	}
}

// TestColumnNames: lists may call their columns otherwise, and an error says how.
func TestColumnNames(t *testing.T) {
	dir, file := makeStore(t), filepath.Join(t.TempDir(), "l.jsonl")
	var text strings.Builder
	for n := range 40 {
		fmt.Fprintf(&text, "{\"file_name\": \"in/%02d.tif\", \"class\": %d}\n", n, n%2)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, errs := run(t, "--store", dir, "--features", "fc2", "--labels", file)
	if code != command.Fatal || !strings.Contains(errs, "--column path=file_name") {
		t.Errorf("without --column: code %d, %s", code, errs)
	}
	code, out, errs := run(t, "export", "--store", dir, "--features", "pool5-avg", "--format", "csv", "--labels", file, "--column", "path=file_name", "--column", "label=CLASS")
	if code != command.OK || errs != "" || !strings.Contains(out, "in/01.tif,1,,") {
		t.Errorf("with --column: code %d, %s", code, errs)
	}
	for _, flag := range []string{"label", "labels=x", "label=", "=x"} {
		if code, _, errs := run(t, "--store", dir, "--features", "fc2", "--column", flag); code != command.Usage || !strings.Contains(errs, "--column label=class") {
			t.Errorf("--column %s: code %d, %s", flag, code, errs)
		}
	}
}

// TestMinDocumentsFlag: fewer than two documents cannot be learned from and tested.
func TestMinDocumentsFlag(t *testing.T) {
	for args, want := range map[string]int{"--min-documents 1": command.Usage, "--min-documents -1 --split store": command.Usage, "--min-documents 2": command.OK} {
		code, _, errs := run(t, append([]string{"--store", makeStore(t), "--features", "fc2", "-o", filepath.Join(t.TempDir(), "h")}, strings.Fields(args)...)...)
		if code != want || code == command.Usage && !strings.Contains(errs, "--min-documents") {
			t.Errorf("fit %s: code %d, %s", args, code, errs)
		}
	}
}
