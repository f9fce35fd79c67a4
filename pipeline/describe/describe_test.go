package describe

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"cutpoint/schemas"
)

// sample is a store with every oddity: a label that breaks tables, a part of another
// tool, a table without parts, and one of a program that did not name itself.
func sample() Store {
	label := func(s string) *string { return &s }
	counter, dark := NewCounter(), "dark"
	for page := range int32(3) {
		counter.Add(schemas.Document{DocumentID: "a", Page: page, Label: label("letter"), Split: label("train")})
	}
	counter.Add(schemas.Document{DocumentID: "b", Label: label("a|b\n*c*")})
	counter.Add(schemas.Document{DocumentID: "c", Warning: &dark})
	counter.Add(schemas.Document{DocumentID: "d", Warning: &dark, ReplacedBy: label("a")})
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	hash := strings.Repeat("0123456789abcdef", 4)
	s := Store{
		Name: "/data/scans/", Tool: "cutpoint v1.2.0",
		Description: schemas.Description{
			Model: "VGG19", Weights: schemas.Weights{Source: "vgg19.h5", SHA256: strings.Repeat("ab", 32)},
			Preset: schemas.Preset{Name: "document", Resize: "squash", Filter: "bilinear", Size: 224, Color: "BGR", Scale: 1,
				Mean: [3]float32{103.939, 116.779, 123.68}, Std: [3]float32{1, 1, 1}},
			Precision: "float32", DType: schemas.Float16,
		},
		DType: schemas.Float16,
		Tables: []Table{
			{Name: "documents", Rows: 5, Bytes: 4321, Version: 3, First: at, Last: at.Add(26 * time.Hour), Tool: "cutpoint v1.1.0",
				Wrote: map[string]int{"cutpoint v1.2.0": 1}, Parts: []Part{{"part-1.parquet", 5, 4321, hash}}},
			{Name: "failures", Version: -1, Parts: []Part{}},
			{Name: "pool5", Cut: &schemas.CutInfo{Cut: "pool5", Dim: 25088, Shape: []int{7, 7, 512}, Layout: "HWC", DType: schemas.Float16},
				Rows: 5, Bytes: 1234567, Version: 2, First: at, Last: at.Add(time.Hour), Wrote: map[string]int{"": 1, "cutpoint v1.2.0": 1},
				Parts: []Part{{"part-2.parquet", 3, 1234000, hash}, {"of another tool.parquet", 2, 567, ""}}},
			{Name: "fc2", Cut: &schemas.CutInfo{Cut: "fc2", Dim: 4096, Shape: []int{4096}, Layout: "C", DType: schemas.Float16},
				Rows: 5, Bytes: 9876, Version: 1, First: at, Last: at, Tool: "cutpoint v1.2.0",
				Wrote: map[string]int{"cutpoint v1.2.0": 1}, Parts: []Part{{"part-3.parquet", 5, 9876, hash}}},
		},
	}
	counter.Fill(&s)
	s.Fingerprint = s.Description.Fingerprint()
	return s
}

func asJSON(w io.Writer, s Store) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(s)
}

// TestGolden compares with files that this package wrote and that were read over
// against the formats' documentation; scripts/conformance-card validates those of a
// real store. They are written anew where CUTPOINT_UPDATE is set.
func TestGolden(t *testing.T) {
	for name, write := range map[string]func(io.Writer, Store) error{
		"store.txt": Text, "store.json": asJSON, "croissant.json": Croissant, "card.md": Card,
	} {
		var got bytes.Buffer
		if err := write(&got, sample()); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name)
		if os.Getenv("CUTPOINT_UPDATE") != "" {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s is now\n%s\nwant\n%s", name, got.Bytes(), want)
		}
	}
}

// TestEmptyStore: a store without a single part has no configuration and no record set.
func TestEmptyStore(t *testing.T) {
	s := sample()
	s.Labels, s.Tables = nil, []Table{{Name: "documents", Parts: []Part{}}, {Name: "failures", Parts: []Part{}}}
	var text, card, croissant bytes.Buffer
	for w, write := range map[io.Writer]func(io.Writer, Store) error{&text: Text, &card: Card, &croissant: Croissant} {
		if err := write(w, s); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(card.String(), "configs:") || strings.Contains(card.String(), "load_dataset") || strings.Contains(text.String(), "written by") {
		t.Errorf("text and card:\n%s\n%s", text.String(), card.String())
	}
	if strings.Contains(croissant.String(), "cr:FileSet") || !json.Valid(croissant.Bytes()) {
		t.Errorf("Croissant without files is no JSON, or has a file set:\n%s", croissant.String())
	}
}

// TestColumnsAreDescribed: every column of every row type has a kind and a description.
func TestColumnsAreDescribed(t *testing.T) {
	for name, row := range map[string]reflect.Type{
		schemas.DocumentsTable: reflect.TypeFor[schemas.Document](), schemas.FailuresTable: reflect.TypeFor[schemas.Failure](),
		"fc2": reflect.TypeFor[schemas.Feature](),
	} {
		columns := Table{Name: name}.columns()
		for i, c := range schemas.Columns(row) {
			kind, ok := kinds[c.Type]
			if got := columns[i]; !ok || got.name != c.Name || got.kind != kind || got.about == "" {
				t.Errorf("%s: column %d is described as %+v, its rows have %+v", name, i, got, c)
			}
		}
	}
}

// TestCroissantReferences: everything that is referred to is there, once.
func TestCroissantReferences(t *testing.T) {
	var b bytes.Buffer
	if err := Croissant(&b, sample()); err != nil {
		t.Fatal(err)
	}
	var metadata map[string]any
	if err := json.Unmarshal(b.Bytes(), &metadata); err != nil {
		t.Fatal(err)
	}
	delete(metadata, "@context")
	defined, used := map[string]int{}, map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if id, ok := v["@id"].(string); ok && v["@type"] != nil {
				defined[id]++
			} else if ok {
				used[id] = true
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(metadata)
	for id, n := range defined {
		if n != 1 {
			t.Errorf("%s is defined %d times", id, n)
		}
	}
	for id := range used {
		if defined[id] == 0 {
			t.Errorf("%s is not defined", id)
		}
	}
	if len(defined) == 0 || len(used) == 0 {
		t.Error("nothing is defined or used")
	}
}

func TestWords(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1: "-1", -1000: "-1,000", -999: "-999"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
	for rows, want := range map[int]string{0: "n<1K", 999: "n<1K", 1000: "1K<n<10K", 9999: "1K<n<10K", 10000: "10K<n<100K", 1_000_000: "1M<n<10M", 2_000_000_000: "100M<n<1B"} {
		if got := sizeCategory(rows); got != want {
			t.Errorf("%d rows are %s, want %s", rows, got, want)
		}
	}
	for path, want := range map[string]string{"a/b/": "b", "b": "b", `c:\x\b`: "b", "/": "features", "": "features", ".": "features", "..": "features"} {
		if got := lastElement(path); got != want {
			t.Errorf("the last element of %q is %q, want %q", path, got, want)
		}
	}
}
