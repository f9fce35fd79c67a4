package compare

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/head/train"
)

// everyHead are the recipes that need no weights.
func everyHead() []train.Trainer {
	network := train.NetworkOptions{Epochs: 2, Hidden: 8}
	return []train.Trainer{softmax(), train.Centroid{}, train.KNN{}, train.DropoutBNSoftmax{NetworkOptions: network}, train.DenseDropoutBNSoftmax{NetworkOptions: network}}
}

// TestRareLabelsAreLeftOut: with every head and a learning curve, labels that are too
// rare for the folds are left out and named, equal pages count once, and the head that
// is kept can be written and knows the other labels.
func TestRareLabelsAreLeftOut(t *testing.T) {
	d := corpus{documents: 24, pages: 2, classes: 2, signal: 1}.table(cut(t, "pool1-avg"), 1)
	for i, label := range []string{"one", "four", "four", "four", "four", "copies", "copies", "copies", "copies", "copies"} {
		d.Labels[2*i], d.Labels[2*i+1] = label, label
		if label == "copies" {
			copy(d.row(2*i), d.row(10))
			copy(d.row(2*i+1), d.row(11))
		}
	}
	load, _ := loader(d)
	for _, trainer := range everyHead() {
		r, err := Compare(t.Context(), load, []Candidate{{d.Cut, trainer}}, Options{KeepHeads: true, LearningCurve: true})
		if err != nil {
			t.Errorf("%s: %v", trainer.Name(), err)
			continue
		}
		want := LeftOut{MinDocuments: 5, RareLabels: []RareLabel{{"four", 4, 8}, {"copies", 1, 10}, {"one", 1, 2}}}
		if !reflect.DeepEqual(r.Report.LeftOut, want) || r.Report.Rows.Rare != 20 || r.Report.Rows.Used != 28 || r.Report.Rows.Groups != 14 || r.Report.Rows.Duplicates != 0 {
			t.Errorf("%s: left out %+v of %+v, want %+v and 28 pages of 14 documents", trainer.Name(), r.Report.LeftOut, r.Report.Rows, want)
		}
		if want := []string{`3 labels with fewer than 5 different documents were left out, with 20 pages: "four" 4, "copies" 1, "one" 1.`}; !slices.Equal(r.Report.WarningSentences(), want) {
			t.Errorf("warnings %q, want %q", r.Report.WarningSentences(), want)
		}
		f := head.File{Cut: d.Cut.String(), Fingerprint: "f", Classes: r.Classes, Head: r.Heads[0]}
		if err := f.Write(new(bytes.Buffer)); err != nil || !slices.Equal(r.Classes, []string{"class A", "class B"}) {
			t.Errorf("%s: head of %q: %v", trainer.Name(), r.Classes, err)
		}
		var text strings.Builder
		if err := r.Report.WriteText(&text); err != nil || !strings.Contains(strings.ReplaceAll(text.String(), "\n", " "), "20 of labels that are too rare left out") {
			t.Errorf("the text does not count what was left out (%v): %.300s", err, text.String())
		}
	}
}

// TestMinDocuments: what a label needs can be lowered to two documents, of which no
// training part may lack both, and raised.
func TestMinDocuments(t *testing.T) {
	for least, want := range map[int][]string{
		0: {"class A", "class B"}, 2: {"class A", "class B", "four", "two"}, 3: {"class A", "class B", "four"}, 8: {"class A", "class B"},
	} {
		for seed := range uint64(10) {
			d := corpus{documents: 30, pages: 1, classes: 2, signal: 1}.table(cut(t, "pool1-avg"), 1)
			copy(d.Labels, []string{"two", "two", "four", "four", "four", "four"})
			r := one(t, d, Options{MinDocuments: least, Seed: seed})
			if !slices.Equal(r.Classes, want) {
				t.Errorf("at least %d documents, seed %d: labels %q, want %q", least, seed, r.Classes, want)
			}
		}
	}
}

// TestLabelsInOneFold: labels whose documents cannot be separated from each other's are
// left out where a training part would lack them.
func TestLabelsInOneFold(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		d := corpus{documents: 40, pages: 2, classes: 2, signal: 1}.table(cut(t, "pool1-avg"), rng.Uint64())
		for range 20 { // labels and copies anyhow
			i := rng.IntN(len(d.Labels))
			d.Labels[i] = fmt.Sprint("rare ", rng.IntN(4))
			copy(d.row(rng.IntN(len(d.Keys))), d.row(i))
		}
		load, _ := loader(d)
		k := 2 + rng.IntN(5)
		p, tables, err := survey(t.Context(), load, []model.Cut{d.Cut}, nil)
		if err != nil {
			t.Fatal(err)
		}
		before := slices.Clone(p.labels)
		folds, err := p.divide(Options{Folds: k, Repeats: 2, MinDocuments: 2, Split: SplitFolds})
		if err != nil {
			t.Fatal(err)
		}
		if missing := p.missing(folds); len(missing) > 0 || len(folds) != 2*k {
			t.Errorf("%d folds of %d, in which training lacks %+v", len(folds), k, missing)
		}
		for i, row := range pick(tables[0].rows, p.kept) {
			if d.Keys[row] != p.keys[i] || d.Labels[row] != p.labels[i] || before[p.kept[i]] != p.labels[i] {
				t.Fatalf("page %d is row %d, %v and not %v", i, row, d.Keys[row], p.keys[i])
			}
		}
	}
}

// TestStoreSplitWithRareLabels: what is not for training is left out, what is not for
// test is learned and named.
func TestStoreSplitWithRareLabels(t *testing.T) {
	d := corpus{documents: 40, pages: 1, classes: 4, signal: 1}.table(cut(t, "pool1-avg"), 1)
	d.Splits = make([]string, len(d.Keys))
	for i, label := range d.Labels {
		d.Splits[i] = map[string]string{"class A": "test", "class B": "train"}[label]
		if d.Splits[i] == "" {
			d.Splits[i] = []string{"train", "test"}[i/4%2]
		}
	}
	r := one(t, d, Options{Split: SplitStore})
	if want := []string{"class B", "class C", "class D"}; !slices.Equal(r.Classes, want) {
		t.Errorf("labels %q, want %q", r.Classes, want)
	}
	want := []string{`1 label with too few documents for training was left out, with 10 pages: "class A" 10.`,
		`1 label is on no page that is for test, so that nothing is known of how well the head tells it: "class B".`}
	if got := r.Report.WarningSentences(); !slices.Equal(got, want) {
		t.Errorf("warnings %q, want %q", got, want)
	}
	for i := range d.Splits {
		if d.Labels[i] != "class B" {
			d.Splits[i] = "test"
		}
	}
	load, _ := loader(d)
	if _, err := Compare(t.Context(), load, []Candidate{{d.Cut, softmax()}}, Options{Split: SplitStore}); err == nil || !strings.Contains(err.Error(), `"class B" 10`) || !strings.Contains(err.Error(), "for training") {
		t.Errorf("with one label for training: error %v, want one that lists the labels", err)
	}
}

// TestLabelsAtSomeCutsOnly: a label none of whose pages is at every cut is named too.
func TestLabelsAtSomeCutsOnly(t *testing.T) {
	c := corpus{documents: 20, pages: 1, classes: 2, signal: 1}
	a, b := c.table(cut(t, "pool1-avg"), 1), c.table(cut(t, "pool2-avg"), 2)
	a.Labels[19], b.Labels[19] = "rare", "rare"
	b.Keys, b.Labels, b.Paths, b.X = b.Keys[:19], b.Labels[:19], b.Paths[:19], b.X[:19*b.Cut.Dim()]
	load, _ := loader(a, b)
	r, err := Compare(t.Context(), load, []Candidate{{a.Cut, softmax()}, {b.Cut, softmax()}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []RareLabel{{"rare", 0, 0}}; !reflect.DeepEqual(r.Report.LeftOut.RareLabels, want) {
		t.Errorf("labels left out: %+v, want %+v", r.Report.LeftOut.RareLabels, want)
	}
}

// TestOneNameOfALabel: two forms of a name in a store are one label.
func TestOneNameOfALabel(t *testing.T) {
	d := corpus{documents: 20, pages: 1, classes: 2, signal: 1}.table(cut(t, "pool1-avg"), 1)
	for i, label := range d.Labels {
		d.Labels[i] = map[string][]string{"class A": {"caf\u00e9", "cafe\u0301"}, "class B": {"thé", " thé "}}[label][i/2%2]
	}
	if r := one(t, d, Options{}); !slices.Equal(r.Classes, []string{"caf\u00e9", "thé"}) {
		t.Errorf("labels %q, want two", r.Classes)
	}
}

// TestWarningsOfALabelsFile: rows that meet nothing and pages without a label are named.
func TestWarningsOfALabelsFile(t *testing.T) {
	d := corpus{documents: 30, pages: 1, classes: 2, signal: 1}.table(cut(t, "pool1-avg"), 1)
	labels := slices.Clone(d.Labels)
	clear(d.Labels)
	text := "path,label\n"
	for i := range 26 {
		text += fmt.Sprintf("%s,%s\n", d.Paths[i], labels[i])
	}
	l, err := readLabels(text + "gone 1.png,x\ngone 2.png,x\ngone 3.png,x\ngone 4.png,x\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`4 documents in the labels file are not in the store: "gone 1.png", "gone 2.png", "gone 3.png", and 1 more.`,
		`4 pages got no label and were left out: "in/26.tif", "in/27.tif", "in/28.tif", and 1 more.`}
	if got := one(t, d, Options{Labels: l}).Report.WarningSentences(); !slices.Equal(got, want) {
		t.Errorf("warnings %q, want %q", got, want)
	}
}

// TestValidationIsTested: only where nothing is for test.
func TestValidationIsTested(t *testing.T) {
	d := corpus{documents: 40, pages: 1, classes: 2, signal: 1}.table(cut(t, "pool1-avg"), 1)
	for _, c := range []struct {
		splits      []string // of every four documents
		train, test int
	}{
		{[]string{"train", "Val", "train", "Val"}, 20, 20},
		{[]string{"train", "train", "validation", "test"}, 30, 10},
		{[]string{"train", "", "test", "valid"}, 20, 10},
	} {
		d.Splits = make([]string, 40)
		for i := range d.Splits {
			d.Splits[i] = c.splits[(i/2)%4]
		}
		s := one(t, d, Options{Split: SplitStore}).Report.Candidates[0].Splits[0]
		if s.TrainPages != c.train || s.TestPages != c.test {
			t.Errorf("splits %q: %d pages for training and %d for test, want %d and %d", c.splits, s.TrainPages, s.TestPages, c.train, c.test)
		}
	}
}

// TestLabelsInSentences: a name is shown once as a terminal can show it.
func TestLabelsInSentences(t *testing.T) {
	got := listLabels([]RareLabel{{Name: "a\x1b[2J", Documents: 1}, {Name: `b\c`, Documents: 2}}, someLabels)
	if want := `"a\x1b[2J" 1, "b\c" 2`; got != want {
		t.Errorf("labels %s, want %s", got, want)
	}
}
