package compare

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
)

// TestUnitDocument: a document is scored once, by the mean of its pages' log
// probabilities, and a weak signal on each of four pages adds up.
func TestUnitDocument(t *testing.T) {
	d := corpus{documents: 80, pages: 4, classes: 2, signal: 0.12}.table(cut(t, "pool2-avg"), 3)
	page, document := one(t, d, Options{}).Report, one(t, d, Options{Unit: UnitDocument}).Report
	a, b := page.Candidates[0], document.Candidates[0]
	if b.Accuracy.Mean <= a.Accuracy.Mean {
		t.Errorf("accuracy %.3f by page and %.3f by document", a.Accuracy.Mean, b.Accuracy.Mean)
	}
	total := 0
	for _, c := range b.PerClass {
		total += c.Pages
	}
	if total != 80 || document.Classes[0].Pages != 40 {
		t.Errorf("%d documents were scored and %d are of the first class, want 80 and 40", total, document.Classes[0].Pages)
	}
	if len(document.Pages.Surprising) == 0 {
		t.Error("no document is surprising")
	}
	for _, o := range document.Pages.Surprising {
		if o.Page != wholeDocument || o.Path == "" {
			t.Fatalf("outcome %+v is not a document's", o)
		}
	}
	d.Labels[1] = "class B"
	load, _ := loader(d)
	_, err := Compare(t.Context(), load, []Candidate{{d.Cut, softmax()}}, Options{Unit: UnitDocument})
	if err == nil || !strings.Contains(err.Error(), "in/0.tif") {
		t.Errorf("a document with two labels: %v", err)
	}
}

func TestGather(t *testing.T) {
	log := func(v ...float64) []float64 {
		for i := range v {
			v[i] = math.Log(v[i])
		}
		return v
	}
	u := &units{keys: nil, of: []int{0, 0, 1}}
	of, got := u.gather([]int{2, 0, 1}, log(0.3, 0.7, 0.2, 0.8, 0.8, 0.2), 2)
	if want := log(0.3, 0.7, 0.5, 0.5); !slices.Equal(of, []int{1, 0}) || len(got) != 4 {
		t.Fatalf("units %v, values %v", of, got)
	} else {
		for i := range want {
			if !(math.Abs(got[i]-want[i]) <= 1e-12) {
				t.Errorf("value %d: %g, want %g", i, got[i], want[i])
			}
		}
	}
}

// TestStoreSplit: the corpus says who is tested; nothing that is tested, nor a
// duplicate of it, is trained on.
func TestStoreSplit(t *testing.T) {
	d := corpus{documents: 60, pages: 2, classes: 3, signal: 0.5}.table(cut(t, "pool2-avg"), 4)
	d.Splits = make([]string, len(d.Keys))
	for i := range d.Splits {
		d.Splits[i] = []string{"train", "Validation", "test"}[i/2/3%3]
	}
	d.Splits[0], d.Splits[1] = "", "holdout"
	leak := slices.Index(d.Splits, "test")
	copy(d.row(24), d.row(leak)) // a page for training that is also tested
	if d.Splits[24] == "test" {
		t.Fatal("row 24 should be for training")
	}
	load, _ := loader(d)
	p, _, err := survey(t.Context(), load, []model.Cut{d.Cut}, nil)
	if err != nil {
		t.Fatal(err)
	}
	folds, err := p.divide(Options{Split: SplitStore})
	if err != nil {
		t.Fatal(err)
	}
	tested := map[int]bool{}
	for _, i := range folds[0].test {
		tested[p.groups[i]] = true
		if split := d.Splits[slices.Index(d.Keys, p.keys[i])]; split != "test" {
			t.Errorf("%v is tested and its split is %q", p.keys[i], split)
		}
	}
	if len(folds) != 1 || len(folds[0].test) != 36 || len(folds[0].train) == 0 { // six of twenty times three documents
		t.Fatalf("%d folds, %d pages tested and %d trained on; want one fold that tests 36", len(folds), len(folds[0].test), len(folds[0].train))
	}
	for _, i := range folds[0].train {
		if tested[p.groups[i]] {
			t.Errorf("%v is trained on and its group is tested", p.keys[i])
		}
	}
	r := one(t, d, Options{Split: SplitStore}).Report
	e := r.Candidates[0]
	if r.Rows.InNoSplit != 2 || r.Rows.Leaks != 2 || len(e.Splits) != 1 || e.Splits[0].TestPages != len(folds[0].test) {
		t.Errorf("rows %+v, %d splits; want 2 in no split, 2 leaks and one split with %d test pages", r.Rows, len(e.Splits), len(folds[0].test))
	}
	if want := math.Sqrt(e.Accuracy.Mean * (1 - e.Accuracy.Mean) / float64(len(folds[0].test))); !(math.Abs(r.StandardError-want) <= 1e-12) {
		t.Errorf("standard error %g, want %g", r.StandardError, want)
	}
	for says, spoil := range map[string]func(i int) string{
		"0 pages for training and 120 for test": func(int) string { return "test" },
		"120 pages for training and 0 for test": func(int) string { return "train" },
		"0 pages for training and 0 for test":   func(int) string { return "" },
		`80 pages for training and 0 for test without the labels that lack documents for training ("class A" 19)`: func(i int) string {
			return map[bool]string{true: "test", false: "train"}[d.Labels[i] == "class A"]
		},
	} {
		for i := range d.Splits {
			d.Splits[i] = spoil(i)
		}
		load, _ := loader(d)
		if _, err := Compare(t.Context(), load, []Candidate{{d.Cut, softmax()}}, Options{Split: SplitStore}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("compare with the stored split: error %v, want %q", err, says)
		}
	}
}

// TestMcNemar against scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue, scipy
// 1.17: 1 and 8 give 0.0390625, 5 and 5 give 1, 0 and 3 give 0.25.
func TestMcNemar(t *testing.T) {
	for _, c := range []struct {
		onlyA, onlyB, both int
		p, difference      float64
	}{{1, 8, 11, 0.0390625, -0.35}, {5, 5, 0, 1, 0}, {3, 0, 7, 0.25, 0.3}, {0, 0, 4, 1, 0}} {
		var a, b []bool
		add := func(n int, x, y bool) {
			for range n {
				a, b = append(a, x), append(b, y)
			}
		}
		add(c.onlyA, true, false)
		add(c.onlyB, false, true)
		add(c.both, true, true)
		got := mcNemar(a, b)
		if !(math.Abs(got.P-c.p) <= 1e-12) || !(math.Abs(got.Difference-c.difference) <= 1e-12) || got.Name != McNemar {
			t.Errorf("McNemar's test of %+v: got %+v", c, got)
		}
	}
}
