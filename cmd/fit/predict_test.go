package main

import (
	"encoding/csv"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/head"
)

func TestPredictFromAStore(t *testing.T) {
	dir, folder := makeStore(t), t.TempDir()
	file := filepath.Join(folder, "h.safetensors")
	if code, _, errs := run(t, "--store", dir, "--features", "fc2", "-o", file); code != command.OK {
		t.Fatal(errs)
	}
	code, out, errs := run(t, "predict", "--head", file, "--store", dir)
	table, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if code != command.OK || err != nil || len(table) != 41 {
		t.Fatalf("code %d, %d lines (%v): %s", code, len(table), err, errs)
	}
	for i, row := range table[1:] {
		if row[3] != row[4] || row[2] == "" {
			t.Errorf("line %d: %q is predicted for %q", i, row[4], row[3])
		}
	}
	if !strings.Contains(errs, "Predicted 40 pages: 20 letter, 20 memo. Of 40 with a label 100.0 % are right") {
		t.Errorf("summary %q", errs)
	}
	code, _, errs = run(t, "predict", "--head", file, "--store", dir, "--unit", "document", "--json", "-o", filepath.Join(folder, "p.parquet"))
	var summary struct{ Predicted, Right int }
	if err := json.Unmarshal([]byte(errs), &summary); code != command.OK || err != nil || summary.Right != 40 {
		t.Errorf("code %d, %v: %s", code, err, errs)
	}
	if info, err := os.Stat(filepath.Join(folder, "p.parquet")); err != nil || info.Size() < 1000 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestPredictFromDocuments draws two pages and a broken one, and predicts with a
// head that was made for random weights.
func TestPredictFromDocuments(t *testing.T) {
	folder := t.TempDir()
	w, err := vgg19.Open(t.Context(), "random:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	cut, err := model.ParseCut("pool1-avg")
	if err != nil {
		t.Fatal(err)
	}
	h := &head.Head{Kind: head.SoftmaxName, Dim: cut.Dim(), Classes: 2, Kernel: make([]float32, 2*cut.Dim()), Bias: []float32{0, 1}}
	f := head.File{Cut: cut.String(), Fingerprint: vgg19.Describe(w, "").Fingerprint(), Classes: []string{"letter", "memo"}, Head: h}
	good, other := filepath.Join(folder, "h.safetensors"), filepath.Join(folder, "other.safetensors")
	if err := f.Save(good); err != nil {
		t.Fatal(err)
	}
	f.Fingerprint = strings.Repeat("0", 64)
	if err := f.Save(other); err != nil {
		t.Fatal(err)
	}
	corpus := filepath.Join(folder, "in")
	for name, shade := range map[string]uint8{"memo/a.png": 40, "letter/b.png": 200} {
		draw(t, filepath.Join(corpus, name), shade)
	}
	if err := os.WriteFile(filepath.Join(corpus, "memo", "c.png"), []byte("\x89PNG\r\n\x1a\nrubbish"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run(t, "predict", "--head", good, "--weights", "random:1", corpus)
	table, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if code != command.SomeFailed || err != nil || len(table) != 3 || !strings.Contains(errs, "c.png") {
		t.Fatalf("code %d, %q (%v): %s", code, table, err, errs)
	}
	for i, want := range []string{"b.png", "a.png"} { // folders in order
		if row := table[i+1]; !strings.HasSuffix(row[2], want) || row[4] != "memo" || row[3] != filepath.Base(filepath.Dir(row[2])) {
			t.Errorf("line %d: %q", i+1, row)
		}
	}
	if code, _, errs = run(t, "predict", "--head", other, "--weights", "random:1", corpus); code != command.Fatal || !strings.Contains(errs, "name the weights") {
		t.Errorf("other weights: code %d, %s", code, errs)
	}
}

func draw(t *testing.T, path string, shade uint8) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	picture := image.NewGray(image.Rect(0, 0, 30, 40))
	for i := range picture.Pix {
		picture.Pix[i] = color.Gray{Y: shade + uint8(i%7)}.Y
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, picture); err != nil {
		t.Fatal(err)
	}
}

func TestPredictWrongUsage(t *testing.T) {
	dir := makeStore(t)
	file := filepath.Join(t.TempDir(), "h.safetensors")
	if code, _, errs := run(t, "--store", dir, "--features", "fc2", "-o", file); code != command.OK {
		t.Fatal(errs)
	}
	other := makeStoreOf(t, "float16")
	for args, want := range map[string]struct {
		code int
		text string
	}{
		"--store " + dir:                                             {command.Usage, "--head is missing"},
		"--head " + file:                                             {command.Usage, "--store"},
		"--head " + file + " in":                                     {command.Usage, "--weights is missing"},
		"--head " + file + " --store " + dir + " in":                 {command.Usage, "do not go together"},
		"--head " + file + " --store " + dir + " --unit book":        {command.Usage, "--unit"},
		"--head " + file + " --store " + dir + " -o x.xlsx":          {command.Usage, "xlsx"},
		"--head absent --store " + dir:                               {command.Fatal, "absent"},
		"--head " + dir + "/fc2/_delta_log/0.json --store " + dir:    {command.Fatal, "no such file"},
		"--head " + file + " --store " + other:                       {command.Fatal, "fingerprint"},
		"--head " + file + " --store " + dir + " --as-of 1999-01-01": {command.Fatal, "oldest"},
	} {
		if code, _, errs := run(t, append([]string{"predict"}, strings.Fields(args)...)...); code != want.code || !strings.Contains(errs, want.text) {
			t.Errorf("fit predict %s: code %d, %q", args, code, errs)
		}
	}
}
