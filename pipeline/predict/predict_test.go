package predict

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cutpoint/model/head"
	"cutpoint/schemas"
)

// linear is a head of two classes at pool1-avg: logits (0, x₀ + b).
func linear(classes ...string) *head.File {
	h := &head.Head{Kind: "softmax", Dim: 64, Classes: len(classes), Kernel: make([]float32, 64*len(classes)), Bias: make([]float32, len(classes))}
	h.Kernel[1] = 1
	return &head.File{Cut: "pool1-avg", Fingerprint: "f", Classes: classes, Head: h}
}

func page(id string, n int32, label string, x float32) schemas.Feature {
	f := schemas.Feature{DocumentID: id, Page: n, Path: id + ".tif", Embedding: make([]float32, 64)}
	if f.Embedding[0] = x; label != "" {
		f.Label = &label
	}
	return f
}

// collected keeps rows.
type collected struct{ rows []Row }

func (c *collected) Write(rows []Row) error {
	c.rows = append(c.rows, slices.Clone(rows)...)
	return nil
}

// close compares to 1e-12.
func isClose(a, b float64) bool { return math.Abs(a-b) <= 1e-12 }

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func predictAll(t *testing.T, f *head.File, unit string, pages ...[]schemas.Feature) ([]Row, Summary) {
	t.Helper()
	var c collected
	p, err := New(f, unit, &c)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range pages {
		if err := p.Score(part); err != nil {
			t.Fatal(err)
		}
	}
	s, err := p.End()
	if err != nil {
		t.Fatal(err)
	}
	return c.rows, s
}

func TestPages(t *testing.T) {
	rows, s := predictAll(t, linear("a", "b"), UnitPage,
		[]schemas.Feature{page("one", 0, "b", 2), page("one", 1, "a", 2)}, nil,
		[]schemas.Feature{page("two", 0, "", -3), page("three", 0, "other", 0)})
	for i, want := range []struct {
		id, label, predicted string
		page                 int32
		p                    float64
	}{
		{"one", "b", "b", 0, sigmoid(2)}, {"one", "a", "b", 1, sigmoid(2)},
		{"two", "", "a", 0, sigmoid(3)}, {"three", "other", "a", 0, 0.5}, // the first of equals
	} {
		r := rows[i]
		if r.DocumentID != want.id || r.Page != want.page || r.Label != want.label || r.Predicted != want.predicted ||
			!isClose(r.Probability, want.p) || !isClose(r.Probabilities[0]+r.Probabilities[1], 1) {
			t.Errorf("row %d: %+v, want %+v", i, r, want)
		}
	}
	if len(rows) != 4 || s.Pages != 4 || s.Labelled != 2 || s.Correct != 1 || *s.Accuracy != 0.5 || s.OtherLabels != 1 || fmt.Sprint(s.Predicted) != "[{a 2} {b 2}]" {
		t.Errorf("%d rows, summary %+v", len(rows), s)
	}
}

// TestDocuments: a sure page outweighs two that lean the other way, which a vote
// or a mean of probabilities would not have.
func TestDocuments(t *testing.T) {
	rows, s := predictAll(t, linear("a", "b"), UnitDocument,
		[]schemas.Feature{page("one", 0, "a", 1), page("two", 0, "b", 1)},
		[]schemas.Feature{page("one", 1, "a", 1), page("one", 2, "a", -9), page("two", 1, "a", 1)})
	if len(rows) != 2 || rows[0].DocumentID != "one" || rows[1].DocumentID != "two" {
		t.Fatalf("rows %+v", rows)
	}
	// The mean of log p_b − log p_a over the pages is the mean of the logits.
	if r := rows[0]; r.Predicted != "a" || r.Pages != 3 || !isClose(r.Probability, sigmoid(7.0/3)) {
		t.Errorf("document one: %+v, want %v", r, sigmoid(7.0/3))
	}
	if r := rows[1]; r.Predicted != "b" || r.Label != "" || !isClose(r.Probability, sigmoid(1)) {
		t.Errorf("document two, whose pages have two labels: %+v", r)
	}
	if s.Pages != 5 || s.Rows != 2 || s.Labelled != 1 || s.Correct != 1 {
		t.Errorf("summary %+v", s)
	}
}

// TestParts: rows do not depend on how many come at once.
func TestParts(t *testing.T) {
	var pages []schemas.Feature
	for n := range 2*scoredAtOnce + 3 {
		pages = append(pages, page("x", int32(n), "", float32(n%17)-8))
	}
	whole, _ := predictAll(t, linear("a", "b"), UnitPage, pages)
	single, _ := predictAll(t, linear("a", "b"), UnitPage, slices.Collect(slices.Chunk(pages, 1))...)
	if len(whole) != len(pages) || fmt.Sprint(whole) != fmt.Sprint(single) {
		t.Errorf("%d rows at once, %d one by one", len(whole), len(single))
	}
}

func TestRefusals(t *testing.T) {
	other := linear("a", "b")
	other.Cut = "fc2"
	unknown := linear("a", "b")
	unknown.Cut = "fc9"
	for want, f := range map[string]*head.File{
		`two classes of the name "a"`: linear("a", "b", "a"),
		"fc2 has 4096":                other,
		"unknown cut":                 unknown,
	} {
		if _, err := New(f, UnitPage, &collected{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := New(linear("a", "b"), "folder", &collected{}); err == nil {
		t.Error("unit folder is taken")
	}
	p, _ := New(linear("a", "b"), UnitPage, &collected{})
	short := page("x", 3, "", 0)
	short.Embedding = short.Embedding[:9]
	if err := p.Score([]schemas.Feature{short}); err == nil || !strings.Contains(err.Error(), "page 3 of x.tif: it has 9 values") {
		t.Errorf("score a page of 9 values: error %v", err)
	}
}

type full struct{}

var errFull = errors.New("disk is full")

func (full) Write([]Row) error { return errFull }

func TestSinkFails(t *testing.T) {
	for _, unit := range []string{UnitPage, UnitDocument} {
		p, _ := New(linear("a", "b"), unit, full{})
		err := p.Score([]schemas.Feature{page("x", 0, "", 0)})
		if unit == UnitDocument {
			_, err = p.End()
		}
		if !errors.Is(err, errFull) {
			t.Errorf("%s: error %v", unit, err)
		}
	}
}
