package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/head"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/resample"
	"cutpoint/pipeline/trunk"
	"cutpoint/schemas"
	"cutpoint/store"
)

// scans writes pages of different greys, a copy of one, and a file that is none.
func scans(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for n, name := range []string{"a/1.png", "a/2.png", "b/3.png", "b/4.png", "b/5.png", "b/6.png"} {
		img := image.NewGray(image.Rect(0, 0, 40, 60))
		for i := range img.Pix {
			img.Pix[i] = uint8(i*(n+1)) ^ uint8(i>>n)
		}
		if n == 5 { // 6.png is a copy of 5.png
			for i := range img.Pix {
				img.Pix[i] = uint8(i*5) ^ uint8(i>>4)
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "b", "broken.png"), []byte("\x89PNG\r\n\x1a\nno"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// vectorTable is a run's sink; documents and failures are dropped.
type vectorTable struct{ table *store.Table[schemas.Feature] }

func (v vectorTable) Write(ctx context.Context, p *featurize.Part) error {
	if len(p.Features[0].Rows) == 0 {
		return nil
	}
	_, err := v.table.Append(ctx, p.Features[0].Rows, store.CommitInfo{Operation: "WRITE"})
	return err
}

// featurized makes a store of the folder's pages at pool1-avg, and a head that
// takes them.
func featurized(t *testing.T, dir, weights string, settings trunk.Settings) (storeDir, headFile string) {
	t.Helper()
	ctx := context.Background()
	cut, err := model.ParseCut("pool1-avg")
	if err != nil {
		t.Fatal(err)
	}
	w, err := vgg19.Open(ctx, weights, []model.Cut{cut})
	if err != nil {
		t.Fatal(err)
	}
	d := trunk.Describe(w, settings)
	storeDir = filepath.Join(t.TempDir(), "features")
	s, err := store.Create(storeDir, d)
	if err != nil {
		t.Fatal(err)
	}
	table, err := s.CreateCut(schemas.CutInfo{Cut: "pool1-avg", Dim: 64, Shape: []int{64}, Layout: "C", DType: d.ValueType()})
	if err != nil {
		t.Fatal(err)
	}
	listing, err := corpus.List(ctx, []string{dir}, corpus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	job := featurize.Job{Entries: listing.Entries, Sink: vectorTable{table}, NewEngine: func() (model.Engine, error) {
		return cpu.New(w, cpu.Options{Threads: 1, Precision: settings.Precision})
	}}
	if _, err := featurize.Run(ctx, job, featurize.Options{Cuts: []model.Cut{cut}, DType: settings.DType, Preparation: settings.Preparation}); err != nil {
		t.Fatal(err)
	}
	h := &head.Head{Kind: "softmax", Dim: 64, Classes: 2, Kernel: make([]float32, 128), Bias: make([]float32, 2)}
	h.Kernel[0], h.Bias[1] = 0.1, 4 // the first class for bright pages
	headFile = filepath.Join(t.TempDir(), "head.safetensors")
	description, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	f := head.File{Cut: "pool1-avg", Fingerprint: d.Fingerprint(), Description: string(description), Classes: []string{"a", "b"}, Head: h}
	if err := command.ReplaceFile(headFile, f.Write); err != nil {
		t.Fatal(err)
	}
	return storeDir, headFile
}

// TestPredictDocuments: from documents and from a store of them the predictions
// are the same, in corpus order, but for copies, which a store holds once.
func TestPredictDocuments(t *testing.T) {
	dir, weights := scans(t), smallWeights(t, 1.1)
	for _, settings := range []trunk.Settings{{}, {DType: schemas.Float16}, {Preparation: raster.Preparation{Fit: raster.Pad, Filter: resample.Nearest}, Precision: model.BFloat16}} {
		storeDir, headFile := featurized(t, dir, weights, settings)
		code, stored, errs := run(t, "predict", "--head", headFile, "--store", storeDir)
		if code != command.OK {
			t.Fatalf("%+v: predict from the store: code %d: %s", settings, code, errs)
		}
		code, out, errs := run(t, "predict", "--head", headFile, "--weights", weights, "--batch", "2", dir)
		if code != command.SomeFailed || !strings.Contains(errs, "broken.png") || !strings.Contains(errs, "1 document could not be read") {
			t.Fatalf("%+v: predict from documents: code %d: %s", settings, code, errs)
		}
		lines := strings.SplitAfter(strings.TrimSpace(out), "\n")
		if len(lines) != 7 || strings.TrimSpace(strings.Join(lines[:6], "")) != strings.TrimSpace(stored) {
			t.Errorf("%+v: from documents\n%s\nfrom the store\n%s", settings, out, stored)
		}
		rows := records(t, out)
		if rows[0]["p_a"] == rows[1]["p_a"] || rows[1]["p_a"] == rows[2]["p_a"] {
			t.Errorf("%+v: pages are not told apart: %v", settings, rows)
		}
		paths := []string{"a/1.png", "a/2.png", "b/3.png", "b/4.png", "b/5.png", "b/6.png"}
		for i, r := range rows {
			if r["path"] != filepath.Join(dir, paths[i]) || r["label"] != paths[i][:1] {
				t.Errorf("%+v: row %d is %v, want %s", settings, i, r, paths[i])
			}
		}
		if last := len(rows) - 1; rows[last]["p_a"] != rows[last-1]["p_a"] || rows[last]["document_id"] != rows[last-1]["document_id"] {
			t.Errorf("%+v: copies are predicted as %v and %v", settings, rows[last-1], rows[last])
		}
		code, out, _ = run(t, "predict", "--head", headFile, "--weights", weights, "--unit", "document", "-q", filepath.Join(dir, "b", "4.png"))
		if one := records(t, out); code != command.OK || len(one) != 1 || one[0]["pages"] != "1" || one[0]["p_a"][:8] != rows[3]["p_a"][:8] {
			t.Errorf("%+v: predict one document: code %d, %s", settings, code, out)
		}
	}
}

func TestPredictOtherWeights(t *testing.T) {
	dir, other := scans(t), smallWeights(t, 1.2)
	_, headFile := featurized(t, dir, smallWeights(t, 1.1), trunk.Settings{})
	code, out, errs := run(t, "predict", "--head", headFile, "--weights", other, dir)
	if code != command.Fatal || out != "" || !strings.Contains(errs, filepath.Base(other)) || !strings.Contains(errs, "other features") || strings.Count(errs, "\n") != 1 {
		t.Errorf("predict with other weights: code %d, output %q, errors %q; want a refusal in one line", code, out, errs)
	}
}

// TestPredictInterrupted: the file that was there stays, and nothing else.
func TestPredictInterrupted(t *testing.T) {
	dir, weights := scans(t), smallWeights(t, 1.1)
	storeDir, headFile := featurized(t, dir, weights, trunk.Settings{})
	for _, source := range [][]string{{"--store", storeDir}, {"--weights", weights, dir}} {
		folder := t.TempDir()
		file := filepath.Join(folder, "p.parquet")
		if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		app := newApp()
		var b bytes.Buffer
		app.Writer, app.ErrWriter = &b, &b
		code := command.Run(ctx, app, slices.Concat([]string{"fit", "predict", "--head", headFile, "-o", file}, source))
		left, _ := os.ReadDir(folder)
		if old, _ := os.ReadFile(file); code != command.Interrupted || string(old) != "old" || len(left) != 1 {
			t.Errorf("%v: code %d, %q, %d files left: %s", source, code, old, len(left), b.String())
		}
	}
}
