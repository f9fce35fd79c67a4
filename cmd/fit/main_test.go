package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/head"
	"cutpoint/schemas"
	"cutpoint/store"
)

func run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	app := newApp()
	var o, e bytes.Buffer
	app.Writer, app.ErrWriter = &o, &e
	code = command.Run(context.Background(), app, append([]string{"fit"}, args...))
	return code, o.String(), e.String()
}

// makeStore writes 40 pages of two labels that fc2 tells apart and pool5-avg does
// not.
func makeStore(t *testing.T) string { return makeStoreOf(t, schemas.Float32) }

func makeStoreOf(t *testing.T, dtype string) string {
	t.Helper()
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "features")
	s, err := store.Create(dir, schemas.Description{Model: "VGG19", Precision: "float32", DType: dtype})
	if err != nil {
		t.Fatal(err)
	}
	for cut, dim := range map[string]int{"fc2": 4096, "pool5-avg": 512} {
		table, err := s.CreateCut(schemas.CutInfo{Cut: cut, Dim: dim, Shape: []int{dim}, Layout: "C", DType: dtype})
		if err != nil {
			t.Fatal(err)
		}
		var features []schemas.Feature
		var documents []schemas.Document
		for n := range 40 {
			id := sha256.Sum256([]byte{byte(n)})
			label := []string{"letter", "memo"}[n%2]
			f := schemas.Feature{DocumentID: hex.EncodeToString(id[:]), Path: fmt.Sprintf("in/%02d.tif", n), Label: &label, FeaturizedAt: time.Unix(1e9, 0), Embedding: make([]float32, dim)}
			f.Embedding[n%7] = float32(n % 5)
			f.Embedding[20+n] = 1
			if cut == "fc2" {
				f.Embedding[100] = float32(n % 2)
			}
			features = append(features, f)
			documents = append(documents, schemas.Document{DocumentID: f.DocumentID, Path: f.Path, Label: &label, Format: "tiff", Pages: 1, Modified: f.FeaturizedAt, FirstSeen: f.FeaturizedAt})
		}
		if err := s.Documents().Upsert(ctx, documents, nil, store.CommitInfo{Operation: "WRITE"}); err != nil {
			t.Fatal(err)
		}
		if _, err := table.Append(ctx, features, store.CommitInfo{Operation: "WRITE"}); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestFloat16Store: all values of the sample are float16, so both stores hold the
// same vectors, and fit must find the same.
func TestFloat16Store(t *testing.T) {
	var scores [2]string
	for i, dtype := range []string{schemas.Float32, schemas.Float16} {
		code, out, errs := run(t, "--store", makeStoreOf(t, dtype), "--features", "fc2,pool5-avg", "--folds", "4", "--json")
		if code != command.OK {
			t.Fatalf("%s: code %d: %s", dtype, code, errs)
		}
		var report struct {
			Candidates []struct{ Accuracy any }
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatal(err)
		}
		scores[i] = fmt.Sprint(report)
	}
	if scores[0] != scores[1] {
		t.Errorf("float32: %s\nfloat16: %s", scores[0], scores[1])
	}
}

func TestOneCutLeavesAHead(t *testing.T) {
	dir := makeStore(t)
	file := filepath.Join(t.TempDir(), "h.safetensors")
	for _, kind := range []string{head.SoftmaxName, head.DropoutBNSoftmaxName} {
		code, out, errs := run(t, "--store", dir, "--features", "fc2", "--head", kind, "-o", file)
		if code != command.OK || !strings.Contains(out, "accuracy") || !strings.Contains(errs, file) {
			t.Errorf("%s: code %d\n%s%s", kind, code, out, errs)
		}
		h, err := head.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := store.Open(dir)
		if err := h.Check(s.Description().Fingerprint(), "fc2", 4096); err != nil {
			t.Error(err)
		}
		if err := h.Check(strings.Repeat("0", 64), "fc2", 4096); err == nil {
			t.Error("the head takes features of another fingerprint")
		}
	}
}

func TestComparison(t *testing.T) {
	code, out, errs := run(t, "--store", makeStore(t), "--features", "fc2,pool5-avg", "--folds", "4", "--json")
	if code != command.OK {
		t.Fatalf("code %d: %s", code, errs)
	}
	var report struct {
		Candidates []struct {
			Cut      string
			Accuracy struct{ Mean float64 }
		}
		Best   int
		Advice string
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Candidates) != 2 || report.Candidates[report.Best].Cut != "fc2" || report.Candidates[0].Accuracy.Mean < 0.95 || report.Advice == "" {
		t.Errorf("report %+v", report)
	}
}

func TestLabelsOverride(t *testing.T) {
	dir := makeStore(t)
	labels := filepath.Join(t.TempDir(), "labels.csv")
	text := "path,label\n"
	for n := range 40 { // by halves, which no feature tells
		text += fmt.Sprintf("in/%02d.tif,%s\n", n, []string{"early", "late"}[n/20])
	}
	if err := os.WriteFile(labels, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run(t, "--store", dir, "--features", "fc2,pool5-avg", "--labels", labels)
	if code != command.OK || !strings.Contains(out, "early") || strings.Contains(out, "memo") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
}

func TestExport(t *testing.T) {
	dir := makeStore(t)
	file := filepath.Join(t.TempDir(), "fc2.arrow")
	if code, _, errs := run(t, "export", "--store", dir, "--features", "fc2", "-o", file); code != command.OK {
		t.Fatal(errs)
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if code, out, _ := run(t, "export", "--store", dir, "--features", "fc2"); code != command.OK || out != string(written) || len(out) < 40*4096*4 {
		t.Errorf("code %d, %d bytes on standard output, %d in the file", code, len(out), len(written))
	}
}

func TestWrongUsage(t *testing.T) {
	dir := makeStore(t)
	for args, want := range map[string]struct {
		code int
		text string
	}{
		"--features fc2":                                        {command.Usage, "--store is missing"},
		"--store " + dir:                                        {command.Usage, "--features is missing"},
		"--store " + dir + " --features fc3":                    {command.Usage, "unknown cut"},
		"--store " + dir + " --features fc2 --head svm":         {command.Usage, "unknown head"},
		"--store " + dir + " --features fc2 --folds 1":          {command.Usage, "--folds"},
		"--store " + dir + " --features fc2,pool5-avg -o x":     {command.Usage, "--output"},
		"--store " + dir + " --features pool4":                  {command.Fatal, "fc2, pool5-avg"},
		"--store " + dir + " --features fc2 --labels absent":    {command.Fatal, "absent"},
		"--store " + dir + " --features fc2 --folds 30 -o /nil": {command.Fatal, "letter"},
	} {
		if code, _, errs := run(t, strings.Fields(args)...); code != want.code || !strings.Contains(errs, want.text) {
			t.Errorf("fit %s: code %d, %q", args, code, errs)
		}
	}
}
