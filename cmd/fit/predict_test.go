package main

import (
	"bytes"
	"context"
	"encoding/csv"
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

// trainedHead trains a head on the store's fc2.
func trainedHead(t *testing.T, dir string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "head.safetensors")
	if code, _, errs := run(t, "--store", dir, "--features", "fc2", "-o", file, "-q"); code != command.OK {
		t.Fatal(errs)
	}
	return file
}

// records reads a CSV table; each row by column.
func records(t *testing.T, text string) []map[string]string {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(lines) == 0 {
		t.Fatalf("read CSV: %d lines, error %v", len(lines), err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestPredictStore(t *testing.T) {
	dir := makeStore(t)
	file := trainedHead(t, dir)
	code, out, errs := run(t, "predict", "--head", file, "--store", dir)
	if code != command.OK || !strings.Contains(errs, `Predicted 40 pages`) || !strings.Contains(errs, "Of 40 with a label 40") {
		t.Fatalf("predict: code %d: %s", code, errs)
	}
	rows := records(t, out)
	for n, r := range rows {
		label := []string{"letter", "memo"}[n%2]
		if r["path"] != fmt.Sprintf("in/%02d.tif", n) || r["page"] != "0" || r["label"] != label || r["predicted"] != label || r["probability"] != r["p_"+label] {
			t.Errorf("row %d is %v, want a sure %s", n, r, label)
		}
	}
	if len(rows) != 40 {
		t.Errorf("%d rows predicted, want 40", len(rows))
	}
	csvFile := filepath.Join(t.TempDir(), "p.csv")
	code, summary, errs := run(t, "predict", "--head", file, "--store", dir, "-o", csvFile, "--json", "--quiet")
	written, err := os.ReadFile(csvFile)
	if code != command.OK || errs != "" || err != nil || string(written) != out {
		t.Errorf("code %d, %q, %v; %d bytes in the file, %d on standard output", code, errs, err, len(written), len(out))
	}
	var s struct {
		Pages     int
		Accuracy  float64
		Predicted []struct{ Rows int }
	}
	if err := json.Unmarshal([]byte(summary), &s); err != nil || s.Pages != 40 || s.Accuracy != 1 || s.Predicted[0].Rows != 20 {
		t.Errorf("summary %s, error %v; want 40 pages, 20 of each class, all right", summary, err)
	}
}

// TestPredictKnowsNewLabels: labels and paths are those of the documents table,
// and with --as-of those of then.
func TestPredictKnowsNewLabels(t *testing.T) {
	dir := makeStore(t)
	file := trainedHead(t, dir)
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var moved schemas.Document
	s.Documents().Scan(context.Background(), func(rows []schemas.Document) error { moved = rows[0]; return nil })
	label := "memo"
	moved.Path, moved.Label = "moved.tif", &label
	if err := s.Documents().Upsert(context.Background(), []schemas.Document{moved}, nil, store.CommitInfo{Operation: "WRITE"}); err != nil {
		t.Fatal(err)
	}
	if _, out, _ := run(t, "predict", "--head", file, "--store", dir); records(t, out)[0]["path"] != "moved.tif" || records(t, out)[0]["label"] != "memo" {
		t.Errorf("first row %v, want moved.tif with the label memo", records(t, out)[0])
	}
}

func TestPredictRefusals(t *testing.T) {
	dir := makeStore(t)
	file := trainedHead(t, dir)
	folder := t.TempDir()
	damaged, newer, foreign := filepath.Join(folder, "damaged"), filepath.Join(folder, "newer"), filepath.Join(folder, "foreign")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(damaged, raw[:len(raw)-100], 0o644)
	os.WriteFile(newer, bytes.Replace(raw, []byte(`"format_version":"2"`), []byte(`"format_version":"9"`), 1), 0o644)
	f, err := head.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	described := filepath.Join(folder, "described")
	f.Description = `{"preset": {"resize": "squash", "filter": "bilinear"}, "precision": "bfloat16"}`
	if err := command.ReplaceFile(described, f.Write); err != nil {
		t.Fatal(err)
	}
	drawn := filepath.Join(folder, "drawn")
	f.Description = `{"preset": {"resize": "squash", "filter": "bilinear", "fonts": "abcdef0123"}, "precision": "float32"}`
	if err := command.ReplaceFile(drawn, f.Write); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CUTPOINT_LIBCUDA", "/absent/libcuda.so.1")
	f.Fingerprint = strings.Repeat("0", 64)
	if err := command.ReplaceFile(foreign, f.Write); err != nil {
		t.Fatal(err)
	}
	f.Cut, f.Head.Dim, f.Head.Mean, f.Head.Scale, f.Head.Kernel = "pool3-avg", 256, nil, nil, make([]float32, 512)
	absent := filepath.Join(folder, "absent-cut")
	if err := command.ReplaceFile(absent, f.Write); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	for args, want := range map[string]struct {
		code int
		text string
	}{
		"--store " + dir: {command.Usage, "--head is missing"},
		"--head " + file: {command.Usage, "name a store"},
		"--head " + file + " --store " + dir + " -o p.xlsx":               {command.Usage, ".csv, .jsonl or .parquet, or give --format"},
		"--head " + file + " --store " + dir + " --format xml":            {command.Usage, "xml"},
		"--head " + file + " --store " + dir + " --json":                  {command.Usage, "-o"},
		"--head " + file + " --store " + dir + " --unit folder":           {command.Usage, "folder"},
		"--head " + file + " --store " + dir + " --format csv -o " + file: {command.Usage, "is the head"},
		"--head " + file + " in":                                          {command.Usage, "--weights is missing"},
		"--head " + file + " --weights random:1 --as-of 1 in":             {command.Usage, "--as-of"},
		"--head absent --store " + dir:                                    {command.Fatal, "absent"},
		"--head " + damaged + " --store " + dir:                           {command.Fatal, "not a head file"},
		"--head " + newer + " --store " + dir:                             {command.Fatal, "update the program"},
		"--head " + foreign + " --store " + dir:                           {command.Fatal, "000000000000"},
		"--head " + absent + " --store " + dir:                            {command.Fatal, "no cut \"pool3-avg\"; it has fc2, pool5-avg"},
		"--head " + file + " --store " + empty:                            {command.Fatal, empty},
		"--head " + file + " --weights random:1 " + empty:                 {command.Fatal, "a newer program may be needed"},
		"--head " + drawn + " --weights absent " + empty:                  {command.Usage, "drawn with fonts of a folder (SHA-256 abcdef01); name that folder with --fonts"},
		"--head " + described + " --weights absent " + empty:              {command.Fatal, "is empty"},
		"--head " + described + " --weights absent absent --device cuda":  {command.Unavailable, "--device cuda: no NVIDIA driver"},
		"--head " + described + " --weights absent absent --device tpu":   {command.Usage, `"tpu" is not known`},
		"--head " + described + " --weights absent absent --batch -1":     {command.Usage, "--batch cannot be negative"},
		"--head " + file + " --store " + dir + " --as-of 77":              {command.Fatal, "77"},
	} {
		out := filepath.Join(t.TempDir(), "p.csv")
		words := append([]string{"predict"}, strings.Fields(args)...)
		if !strings.Contains(args, "-o") && !strings.Contains(args, "--json") {
			words = append(words, "-o", out)
		}
		code, _, errs := run(t, words...)
		if code != want.code || !strings.Contains(errs, want.text) || want.code == command.Fatal && strings.Count(errs, "\n") != 1 {
			t.Errorf("fit predict %s: code %d, %q", args, code, errs)
		}
		if left, _ := os.ReadDir(filepath.Dir(out)); len(left) > 0 {
			t.Errorf("fit predict %s: left %v", args, left)
		}
	}
}
