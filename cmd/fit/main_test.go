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
	"slices"
	"strings"
	"testing"
	"time"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/head"
	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/export"
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
	type summary struct{ Mean float64 }
	type candidate struct {
		Cut      string
		Accuracy summary
		LogLoss  summary `json:"log_loss"`
	}
	var candidates [2][]candidate
	for i, dtype := range []string{schemas.Float32, schemas.Float16} {
		code, out, errs := run(t, "--store", makeStoreOf(t, dtype), "--features", "fc2,pool5-avg", "--folds", "4", "--json")
		if code != command.OK {
			t.Fatalf("fit on a store of %s: code %d: %s", dtype, code, errs)
		}
		var report struct{ Candidates []candidate }
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatal(err)
		}
		candidates[i] = report.Candidates
	}
	if len(candidates[0]) != 2 || candidates[0][0].Cut != "fc2" || candidates[0][0].Accuracy.Mean < 0.95 || candidates[0][0].LogLoss.Mean <= 0 {
		t.Errorf("candidates of the float32 store: %+v, want two, fc2 with an accuracy of at least 0.95 and a log loss", candidates[0])
	}
	if !slices.Equal(candidates[0], candidates[1]) {
		t.Errorf("candidates of the float16 store: %+v, want those of float32: %+v", candidates[1], candidates[0])
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
		if h.Head.Kind != kind {
			t.Errorf("fit --head %s left a head of kind %s", kind, h.Head.Kind)
		}
		s, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
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
		t.Fatalf("fit --json: code %d: %s", code, errs)
	}
	var report struct {
		Candidates []struct {
			Cut      string
			Accuracy struct{ Mean float64 }
		}
		Best   int
		Advice struct {
			Rule   string
			Chosen struct{ Candidate string }
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Candidates) != 2 || report.Candidates[report.Best].Cut != "fc2" || report.Candidates[0].Accuracy.Mean < 0.95 || report.Advice.Rule == "" || report.Advice.Chosen.Candidate == "" {
		t.Errorf("report %+v, want 2 candidates, fc2 the best, and advice", report)
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
		t.Errorf("fit with --labels: code %d\n%s%s", code, out, errs)
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

// TestExportFormats: every format appears whole under its name; keys stand beside
// those that have no place for them, labels are overridden, and what does not fit
// together is wrong usage.
func TestExportFormats(t *testing.T) {
	dir, folder := makeStore(t), t.TempDir()
	labels := filepath.Join(folder, "labels.csv")
	if err := os.WriteFile(labels, []byte("path,label\nin/00.tif,zebra\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, format := range export.Formats() {
		file := filepath.Join(folder, format+"."+format)
		code, _, errs := run(t, "export", "--store", dir, "--features", "pool5-avg", "--labels", labels, "-o", file)
		info, err := os.Stat(file)
		if code != command.OK || err != nil || info.Size() < 400 {
			t.Errorf("export to %s: code %d, error %v: %s", format, code, err, errs)
		}
		rows := filepath.Join(folder, format+".rows.csv")
		table, err := os.ReadFile(rows)
		if beside := export.MatrixOnly(format); (err == nil) != beside || beside && (!strings.Contains(errs, rows) || strings.Count(string(table), "\n") != 41 || !strings.Contains(string(table), "in/00.tif,zebra,,2\n")) {
			t.Errorf("%s: rows %.200q (%v), told %q", format, table, err, errs)
		}
	}
	code, out, errs := run(t, "export", "--store", dir, "--features", "pool5-avg", "--format", "csv")
	if lines := strings.Split(out, "\n"); code != command.OK || len(lines) != 42 || !strings.HasPrefix(lines[0], "document_id,page,path,label,split,v0,v1") || errs != "" {
		t.Errorf("code %d, %d lines, %q", code, len(lines), errs)
	}
	for args, says := range map[string]string{
		"--format xlsx": "unknown format", "-o x.txt": ".txt", "-o x.npy --format csv": "do not agree", "-o x.csv --rows y.csv": "--rows",
	} {
		if code, _, errs := run(t, append([]string{"export", "--store", dir, "--features", "fc2"}, strings.Fields(args)...)...); code != command.Usage || !strings.Contains(errs, says) {
			t.Errorf("export %s: code %d, %q", args, code, errs)
		}
	}
	if code, _, _ := run(t, "export", "--store", dir, "--features", "fc2", "-o", filepath.Join(folder, "absent", "x.npy")); code != command.Fatal {
		t.Errorf("a folder that is not there: code %d", code)
	}
	if left, err := filepath.Glob(filepath.Join(folder, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// TestReportAndOptions runs a comparison with everything switched on.
func TestReportAndOptions(t *testing.T) {
	dir, folder := makeStore(t), filepath.Join(t.TempDir(), "a", "report")
	code, out, errs := run(t, "--store", dir, "--features", "all", "--head", "softmax,knn,centroid,dropout-bn-softmax", "--epochs", "2", "--folds", "3",
		"--unit", "document", "--learning-curve", "--pages-per-second", "5", "--class-weights", "balanced", "--report", folder)
	if code != command.OK || !strings.Contains(out, "pages a class") || !strings.Contains(out, "h of computing") || !strings.Contains(errs, "report.html") {
		t.Fatalf("fit with --report: code %d\n%s%s", code, out, errs)
	}
	var report struct {
		Candidates []struct {
			Cut           string
			LearningCurve []any `json:"learning_curve"`
			Costs         struct {
				PagesPerSecond float64 `json:"pages_per_second"`
			}
		}
		Source struct{ Fingerprint string }
	}
	raw, err := os.ReadFile(filepath.Join(folder, "metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &report); err != nil || len(report.Candidates) != 8 || len(report.Source.Fingerprint) != 64 {
		t.Fatalf("metrics.json: error %v, %d candidates, fingerprint %q; want 8 and 64 digits", err, len(report.Candidates), report.Source.Fingerprint)
	}
	if c := report.Candidates[0]; c.Cut != "pool5-avg" || len(c.LearningCurve) < 2 || c.Costs.PagesPerSecond < 4 || c.Costs.PagesPerSecond > 6 {
		t.Errorf("first candidate %+v, want pool5-avg with a learning curve and a rate of about 5 pages/s", c)
	}
	page, err := os.ReadFile(filepath.Join(folder, "report.html"))
	if err != nil || !bytes.Contains(page, []byte("</html>")) {
		t.Errorf("report.html has %d bytes (%v)", len(page), err)
	}
	if code, _, errs := run(t, "--store", dir, "--features", "fc2", "--split", "store"); code != command.Fatal || !strings.Contains(errs, "manifest") {
		t.Errorf("a store without a split: code %d, %s", code, errs)
	}
	if code, _, errs := run(t, "--store", dir, "--head", "dense-dropout-bn-softmax"); code != command.Fatal || !strings.Contains(errs, "pool5") {
		t.Errorf("a head's own cut: code %d, %s", code, errs)
	}
}

// TestComputed: what was derived or compacted says nothing of the trunk's rate.
func TestComputed(t *testing.T) {
	began := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	written := store.Commit{Run: "a", Table: "fc2", Operation: "WRITE", RowsAdded: 200, Started: began, Time: began.Add(time.Minute)}
	derived, compacted := written, written
	derived.Operation, compacted.Operation = "DERIVE", "OPTIMIZE"
	got := computed([]store.Commit{derived, written, compacted})
	if want := (compare.Commit{Run: "a", Cut: "fc2", Pages: 200, Started: began, Time: written.Time}); len(got) != 1 || got[0] != want {
		t.Errorf("computed: %+v, want only %+v", got, want)
	}
}

func TestWrongUsage(t *testing.T) {
	dir := makeStore(t)
	for args, want := range map[string]struct {
		code int
		text string
	}{
		"--features fc2":                                                       {command.Usage, "--store is missing"},
		"--store " + dir:                                                       {command.Usage, "--features is missing"},
		"--store " + dir + " --features fc3":                                   {command.Usage, "unknown cut"},
		"--store " + dir + " --features fc2 --head svm":                        {command.Usage, "unknown head"},
		"--store " + dir + " --features fc2 --folds 1":                         {command.Usage, "--folds"},
		"--store " + dir + " --features fc2 --unit book":                       {command.Usage, "--unit"},
		"--store " + dir + " --features fc2 --split mine":                      {command.Usage, "--split"},
		"--store " + dir + " --features fc2 --dropout 1":                       {command.Usage, "dropout"},
		"--store " + dir + " --features fc2 --l2 1,x":                          {command.Usage, "--l2"},
		"--store " + dir + " --features fc2 --standardize yes":                 {command.Usage, "standardisation"},
		"--store " + dir + " --features fc2 --class-weights no":                {command.Usage, "--class-weights"},
		"--store " + dir + " --features fc2 --head vgg-top":                    {command.Usage, "--weights"},
		"--store " + dir + " --features fc2 --head vgg-top --weights random:1": {command.Usage, "pool5"},
		"--store " + dir + " --features fc2,pool5-avg -o x":                    {command.Usage, "--output"},
		"--store " + dir + " --features pool4":                                 {command.Fatal, "fc2, pool5-avg"},
		"--store " + dir + " --features fc2 --labels absent":                   {command.Fatal, "absent"},
		"--store " + dir + " --features fc2 --folds 30 -o /nil":                {command.Fatal, "letter"},
	} {
		if code, _, errs := run(t, strings.Fields(args)...); code != want.code || !strings.Contains(errs, want.text) {
			t.Errorf("fit %s: code %d, %q", args, code, errs)
		}
	}
}
