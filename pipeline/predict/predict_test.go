package predict

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cutpoint/model/head"
	"cutpoint/schemas"
)

// sample is a head on two features that says (x − y) against (y − x).
func sample() *head.File {
	return &head.File{Cut: "fc2", Fingerprint: strings.Repeat("ab", 32), Classes: []string{"left", "ri,\"ght"},
		Head: &head.Head{Kind: head.SoftmaxName, Dim: 2, Classes: 2, Kernel: []float32{1, -1, -1, 1}, Bias: []float32{0, 0}}}
}

func page(id string, n int32, path, label string, x, y float32) schemas.Feature {
	f := schemas.Feature{DocumentID: id, Page: n, Path: path, Embedding: []float32{x, y}}
	if label != "" {
		f.Label = &label
	}
	return f
}

// kept is a writer that keeps what it is given.
type kept struct {
	rows   []schemas.Prediction
	closed bool
	err    error
}

func (k *kept) Write(rows []schemas.Prediction) error {
	k.rows = append(k.rows, rows...)
	return k.err
}

func (k *kept) Close() error {
	k.closed = true
	return nil
}

func predictAll(t *testing.T, unit string, rows []schemas.Feature) (*kept, Summary) {
	t.Helper()
	out := &kept{}
	p, err := New(sample(), unit, out)
	if err != nil {
		t.Fatal(err)
	}
	for part := range slices.Chunk(rows, 7) {
		if err := p.Add(part); err != nil {
			t.Fatal(err)
		}
	}
	s, err := p.Close()
	if err != nil || !out.closed {
		t.Fatal(err, out.closed)
	}
	return out, s
}

func TestPredictPages(t *testing.T) {
	var rows []schemas.Feature
	for i := range 2*atOnce + 5 {
		rows = append(rows, page("d", int32(i), "in/d.tif", []string{"left", "other", ""}[i%3], float32(i%2), 0.5))
	}
	out, s := predictAll(t, UnitPage, rows)
	if len(out.rows) != len(rows) || s.Predicted != len(rows) {
		t.Fatalf("%d rows, summary %+v", len(out.rows), s)
	}
	for i, r := range out.rows {
		want := 1 / (1 + math.Exp(-2*(0.5-float64(i%2)))) // of ri,"ght
		if r.Page != int32(i) || math.Abs(float64(r.Probabilities[1])-want) > 1e-6 || r.Probability != slices.Max(r.Probabilities) ||
			r.Predicted != []string{"ri,\"ght", "left"}[i%2] {
			t.Fatalf("row %d: %+v", i, r)
		}
	}
	if n := (len(rows) + 2) / 3; s.Labelled != n || s.Right != n/2 || s.Classes[0].Units+s.Classes[1].Units != len(rows) {
		t.Errorf("summary %+v", s)
	}
}

// TestPredictDocuments: pages of a document come apart, and their log
// probabilities are averaged.
func TestPredictDocuments(t *testing.T) {
	out, s := predictAll(t, UnitDocument, []schemas.Feature{
		page("a", 0, "a.tif", "left", 3, 0), page("b", 0, "b.tif", "", 0, 1), page("a", 1, "a.tif", "left", 0, 1),
	})
	if len(out.rows) != 2 || s.Predicted != 2 || s.Labelled != 1 || s.Right != 1 {
		t.Fatalf("%d rows, summary %+v", len(out.rows), s)
	}
	a := out.rows[0]
	// Mean log odds of the pages: (6 − 2)/2 = 2.
	if want := 1 / (1 + math.Exp(-2)); a.DocumentID != "a" || a.Page != schemas.WholeDocument || math.Abs(float64(a.Probability)-want) > 1e-6 {
		t.Errorf("%+v, want probability %g", a, want)
	}
}

func TestPredictRefuses(t *testing.T) {
	if _, err := New(sample(), "book", &kept{}); err == nil {
		t.Error("an unknown unit is accepted")
	}
	p, _ := New(sample(), UnitPage, &kept{})
	long := page("d", 3, "in/d.tif", "", 1, 2)
	long.Embedding = append(long.Embedding, 3)
	if err := p.Add([]schemas.Feature{long}); err == nil || !strings.Contains(err.Error(), "in/d.tif page 3") {
		t.Errorf("a vector of another length: %v", err)
	}
	full := errors.New("disk full")
	p, _ = New(sample(), UnitPage, &kept{err: full})
	if err := p.Add([]schemas.Feature{page("d", 0, "x", "", 1, 2)}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Close(); !errors.Is(err, full) {
		t.Errorf("a full disk: %v", err)
	}
	if _, err := NewWriter("xml", nil, sample()); err == nil {
		t.Error("an unknown format is accepted")
	}
}

func TestFormats(t *testing.T) {
	rows := []schemas.Feature{page("a", 0, "in/ä, \"b\"\nc.tif", "left", 3, 0), page("b", 2, "in/\xff.tif", "", 0, 1)}
	written := map[string][]byte{}
	for _, format := range []string{FormatCSV, FormatJSONL, FormatParquet} {
		var b bytes.Buffer
		out, err := NewWriter(format, &b, sample())
		if err != nil {
			t.Fatal(err)
		}
		p, _ := New(sample(), UnitPage, out)
		if err := p.Add(rows); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Close(); err != nil {
			t.Fatal(err)
		}
		written[format] = b.Bytes()
	}
	table, err := csv.NewReader(bytes.NewReader(written[FormatCSV])).ReadAll()
	if err != nil || len(table) != 3 || table[0][7] != "p_ri,\"ght" || table[1][2] != rows[0].Path || table[2][2] != rows[1].Path || table[2][3] != "" {
		t.Errorf("csv: %q (%v)", table, err)
	}
	lines := strings.Split(strings.TrimSpace(string(written[FormatJSONL])), "\n")
	var line struct {
		Path, Predicted string
		Label           *string
		Probabilities   map[string]float64
	}
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil || len(lines) != 2 || line.Path != rows[0].Path || *line.Label != "left" || len(line.Probabilities) != 2 {
		t.Errorf("jsonl: %+v (%v)", line, err)
	}
	back, err := parquet.Read[schemas.Prediction](bytes.NewReader(written[FormatParquet]), int64(len(written[FormatParquet])))
	if err != nil || len(back) != 2 || back[0].Path != rows[0].Path || back[1].Path != rows[1].Path || back[1].Label != nil || len(back[0].Probabilities) != 2 {
		t.Errorf("parquet: %+v (%v)", back, err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(written[FormatParquet]), int64(len(written[FormatParquet])))
	if err != nil {
		t.Fatal(err)
	}
	if classes, ok := file.Lookup(schemas.KeyClasses); !ok || classes != `["left","ri,\"ght"]` {
		t.Errorf("classes in the metadata: %q", classes)
	}
}

func TestTablesKeepFailuresOnly(t *testing.T) {
	out := &kept{}
	p, _ := New(sample(), UnitPage, out)
	tables, ctx := NewTables(p), context.Background()
	if err := tables.AppendFeatures(ctx, "fc2", []schemas.Feature{page("a", 0, "a", "", 1, 0)}); err != nil {
		t.Fatal(err)
	}
	bad := []schemas.Failure{{DocumentID: "x", Path: "x.tif"}, {DocumentID: "y", Path: "y.tif"}}
	if err := tables.PutFailures(ctx, bad, nil); err != nil {
		t.Fatal(err)
	}
	if err := tables.PutFailures(ctx, nil, []schemas.PageKey{bad[0].Key()}); err != nil {
		t.Fatal(err)
	}
	if got := tables.Failed(); len(got) != 1 || got[0].Path != "y.tif" {
		t.Errorf("failures %+v", got)
	}
	if keys, err := tables.Present(ctx, "fc2"); err != nil || keys.Len() != 0 || keys.Has(schemas.PageKey{DocumentID: "a"}) {
		t.Error("a page is present in tables that keep nothing")
	}
}
