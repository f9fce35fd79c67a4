package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/pipeline/describe"
	"cutpoint/pipeline/trunk"
	"cutpoint/schemas"
	"cutpoint/store"
)

// describedStore has two pages at two cuts, and a documents row that was replaced.
func describedStore(t *testing.T) string {
	t.Helper()
	dir, at := filepath.Join(t.TempDir(), "features"), time.Unix(1.7e9, 0)
	s, err := store.Create(dir, trunk.Describe(&model.Weights{Source: "vgg19.h5", Preprocess: model.Caffe()}, trunk.Settings{DType: schemas.Float16}))
	if err != nil {
		t.Fatal(err)
	}
	label, split := "letter", "test"
	for n, path := range []string{"in/a.tif", "in/b.tif", "in/moved.tif"} {
		row := schemas.Document{DocumentID: strings.Repeat("ab"[n%2:n%2+1], 64), Path: path, Label: &label, Split: &split, Format: "tiff", Pages: 1, Modified: at, FirstSeen: at}
		if err := s.Documents().Upsert(t.Context(), []schemas.Document{row}, nil, store.CommitInfo{Time: at.Add(time.Duration(n) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	cuts, err := model.ParseCuts("pool5,fc2")
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range cuts {
		table, err := s.CreateCut(cutInfo(cut, schemas.Float16))
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"a", "b"} {
			row := schemas.Feature{DocumentID: strings.Repeat(id, 64), Path: "in/" + id + ".tif", FeaturizedAt: at, Embedding: make([]float32, cut.Dim())}
			if _, err := table.Append(t.Context(), []schemas.Feature{row}, store.CommitInfo{Time: at.Add(4 * time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func TestDescribe(t *testing.T) {
	dir := describedStore(t)
	code, out, errs := run(t, "", "describe", "--store", dir, "--json")
	if code != command.OK {
		t.Fatalf("code %d: %s", code, errs)
	}
	var d describe.Store
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	if d.DType != schemas.Float16 || d.Description.Preset.Mean != model.Caffe().Mean || d.Fingerprint != d.Description.Fingerprint() || d.Tool != schemas.Tool() {
		t.Errorf("describe --json: %+v, want float16, Caffe's means, the description's fingerprint and this tool", d)
	}
	if d.Documents != 2 || d.Pages != 2 || len(d.Labels) != 1 || d.Labels[0] != (describe.Count{Label: "letter", Split: "test", Documents: 2, Pages: 2}) {
		t.Errorf("%d documents, %d pages, labels %+v", d.Documents, d.Pages, d.Labels)
	}
	var names []string
	for _, table := range d.Tables {
		names = append(names, table.Name)
		sum := int64(0)
		for _, p := range table.Parts {
			sum += p.Bytes
			if info, err := os.Stat(filepath.Join(dir, table.Name, p.Path)); err != nil || info.Size() != p.Bytes || len(p.SHA256) != 64 {
				t.Errorf("%s: part %+v is not the file on disk: %v", table.Name, p, err)
			}
		}
		if sum != table.Bytes || table.Wrote[schemas.Tool()] != len(table.Parts) || table.Tool != schemas.Tool() {
			t.Errorf("table %+v does not add up to its parts, or names another tool", table)
		}
	}
	if strings.Join(names, " ") != "documents failures fc2 pool5" {
		t.Errorf("tables %v, want documents, failures, fc2 and pool5", names)
	}
	if pool5 := d.Tables[3]; pool5.Cut.Layout != "HWC" || pool5.Rows != 2 || pool5.Version != 2 || pool5.Last.Unix() != 1.7e9+4*3600 {
		t.Errorf("pool5 %+v, want 2 rows of layout HWC at version 2", pool5)
	}
	if code, out, _ := run(t, "", "describe", "--store", dir); code != command.OK || !strings.Contains(out, "7 × 7 × 512") || !strings.Contains(out, "float16") {
		t.Errorf("text: code %d\n%s", code, out)
	}
}

// TestDescribeBesideTheTables: the two files name parts that are active, none that
// was replaced, and verify does not mind them.
func TestDescribeBesideTheTables(t *testing.T) {
	dir := describedStore(t)
	for format, file := range map[string]string{"croissant": schemas.CroissantFile, "card": schemas.CardFile} {
		path := filepath.Join(dir, file)
		if code, out, errs := run(t, "", "describe", "--store", dir, "--format", format, "-o", path); code != command.OK || out != "" {
			t.Fatalf("%s: code %d: %s%s", format, code, out, errs)
		}
		written, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, out, _ := run(t, "", "describe", "--store", dir, "--format", format); out != string(written) {
			t.Errorf("%s: standard output and the file differ", format)
		}
		_, out, _ := run(t, "", "describe", "--store", dir, "--json")
		var d describe.Store
		if err := json.Unmarshal([]byte(out), &d); err != nil {
			t.Fatal(err)
		}
		for _, table := range d.Tables {
			parts, err := filepath.Glob(filepath.Join(dir, table.Name, "*.parquet"))
			if err != nil {
				t.Fatal(err)
			}
			active := map[string]bool{}
			for _, p := range table.Parts {
				active[p.Path] = true
			}
			for _, p := range parts {
				if name := filepath.Base(p); strings.Contains(string(written), table.Name+"/"+name) != active[name] {
					t.Errorf("%s: part %s/%s is active: %v", format, table.Name, name, active[name])
				}
			}
		}
	}
	if code, out, _ := run(t, "", "verify", "--store", dir); code != command.OK || strings.Contains(out, "note") {
		t.Errorf("verify: code %d\n%s", code, out)
	}
	code, _, errs := run(t, "", "describe", "--store", dir, "-o", filepath.Join(dir, "absent", "x"))
	if code != command.Fatal || strings.Count(errs, "\n") != 1 {
		t.Errorf("a folder that is not there: code %d, %q", code, errs)
	}
}
