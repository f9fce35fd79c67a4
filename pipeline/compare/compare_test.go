package compare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/head/train"
	"cutpoint/schemas"
)

func cut(t testing.TB, name string) model.Cut {
	t.Helper()
	c, err := model.ParseCut(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// corpus is what planted tables are made from.
type corpus struct {
	documents, pages, classes int // pages a document
	signal                    float64
	own                       float64 // what all pages of a document share, beside the class
}

// table makes a cut's table. Documents and labels are the same for all cuts.
func (c corpus) table(cut model.Cut, seed uint64) *planted {
	rng := rand.New(rand.NewPCG(seed, uint64(cut.Dim())))
	dim := cut.Dim()
	normal := func(n int, size float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64() * size
		}
		return v
	}
	centres := normal(c.classes*dim, c.signal)
	d := &planted{Dataset: Dataset{Cut: cut}}
	for doc := range c.documents {
		class := doc % c.classes
		own := normal(dim, c.own)
		for page := range c.pages {
			d.Keys = append(d.Keys, schemas.PageKey{DocumentID: fmt.Sprintf("%064x", doc*7919%100003), Page: int32(page)})
			d.Paths = append(d.Paths, fmt.Sprintf("in/%d.tif", doc))
			d.Labels = append(d.Labels, "class "+string(rune('A'+class)))
			for j, noise := range normal(dim, 1) {
				d.X = append(d.X, float32(noise+own[j]+centres[class*dim+j]))
			}
		}
	}
	return d
}

// planted is a Dataset with the vectors that it reads.
type planted struct {
	Dataset
	X []float32 // (M, Cut.Dim())
}

func (d *planted) row(i int) []float32 {
	dim := d.Cut.Dim()
	return d.X[i*dim : (i+1)*dim]
}

// reads counts how often tables were opened and their vectors read.
type reads struct{ tables, vectors map[string]int }

// loader serves tables.
func loader(tables ...*planted) (Load, reads) {
	n := reads{map[string]int{}, map[string]int{}}
	return func(_ context.Context, cut model.Cut) (*Dataset, error) {
		n.tables[cut.String()]++
		for _, d := range tables {
			if d.Cut == cut {
				loaded := d.Dataset
				loaded.Vectors = func(context.Context) ([]float32, error) {
					n.vectors[cut.String()]++
					return d.X, nil
				}
				return &loaded, nil
			}
		}
		return nil, errors.New("no such table")
	}, n
}

func softmax() train.Trainer { return train.Softmax{L2: []float64{0.1, 1, 10, 100}} }

func one(t *testing.T, d *planted, o Options) *Result {
	t.Helper()
	load, _ := loader(d)
	r, err := Compare(t.Context(), load, []Candidate{{d.Cut, softmax()}}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCompareFindsAPlantedSignal(t *testing.T) {
	d := corpus{documents: 60, pages: 2, classes: 3, signal: 0.5}.table(cut(t, "pool2-avg"), 1)
	r := one(t, d, Options{KeepHeads: true})
	e := r.Report.Candidates[0]
	if e.Accuracy.Mean < 0.95 {
		t.Errorf("accuracy %.3f, want at least 0.95", e.Accuracy.Mean)
	}
	got, err := r.Heads[0].Predict(head.Matrix{Values: d.X, Dim: d.Cut.Dim()})
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range got {
		if r.Classes[k] != d.Labels[i] {
			t.Fatalf("the kept head takes page %d for %s, it is %s", i, r.Classes[k], d.Labels[i])
		}
	}
}

func TestShuffledLabelsGiveChance(t *testing.T) {
	d := corpus{documents: 300, pages: 1, classes: 3, signal: 1}.table(cut(t, "pool1-avg"), 1)
	rng := rand.New(rand.NewPCG(3, 3))
	rng.Shuffle(len(d.Labels), func(i, j int) { d.Labels[i], d.Labels[j] = d.Labels[j], d.Labels[i] })
	r := one(t, d, Options{}).Report
	if a := r.Candidates[0].Accuracy.Mean; a < 0.18 || a > 0.48 {
		t.Errorf("accuracy %.3f on shuffled labels, chance is 0.333", a)
	}
	if r.Advice.Rule != NoBetterThanChance || r.Reasons != (Reasons{}) {
		t.Errorf("advice on chance: %+v, %+v", r.Advice, r.Reasons)
	}
}

// Labels mean nothing here, but pages of a document are nearly the same: a head
// that has seen a document's other page would answer right.
func TestGroupingPreventsALeak(t *testing.T) {
	c := corpus{documents: 60, pages: 4, classes: 2, own: 3}
	grouped := c.table(cut(t, "pool2-avg"), 5)
	if a := one(t, grouped, Options{}).Report.Candidates[0].Accuracy.Mean; a > 0.65 {
		t.Errorf("accuracy %.3f with pages of a document kept together, chance is 0.5", a)
	}
	leaking := c.table(cut(t, "pool2-avg"), 5)
	for i := range leaking.Keys { // every page its own document: nothing keeps them together
		leaking.Keys[i] = schemas.PageKey{DocumentID: fmt.Sprintf("%064x", i)}
	}
	if a := one(t, leaking, Options{}).Report.Candidates[0].Accuracy.Mean; a < 0.85 {
		t.Errorf("accuracy %.3f without grouping: this test's leak does not leak", a)
	}
	copied := corpus{documents: 80, pages: 1, classes: 2}.table(cut(t, "pool2-avg"), 6)
	dim := copied.Cut.Dim()
	for i := 40; i < 80; i++ { // the same content under another name
		copy(copied.row(i), copied.X[(i-40)*dim:(i-39)*dim])
	}
	r := one(t, copied, Options{}).Report
	if r.Rows.Groups != 40 || r.Rows.Duplicates != 40 {
		t.Errorf("%d groups and %d duplicates, want 40 and 40", r.Rows.Groups, r.Rows.Duplicates)
	}
	if a := r.Candidates[0].Accuracy.Mean; a > 0.72 {
		t.Errorf("accuracy %.3f with duplicates kept together, chance is 0.5", a)
	}
}

func comparison2(t *testing.T, o Options) *Result {
	t.Helper()
	c := corpus{documents: 40, pages: 2, classes: 4, signal: 0.3}
	load, _ := loader(c.table(cut(t, "pool1-avg"), 1), c.table(cut(t, "pool3-avg"), 2))
	r, err := Compare(t.Context(), load, []Candidate{
		{cut(t, "pool1-avg"), softmax()}, {cut(t, "pool3-avg"), softmax()},
		{cut(t, "pool3-avg"), train.DropoutBNSoftmax{NetworkOptions: train.NetworkOptions{Epochs: 3}}}}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCompareSeveral(t *testing.T) {
	var steps []Step
	r := comparison2(t, Options{Folds: 4, Repeats: 2, KeepHeads: true, Progress: func(s Step) { steps = append(steps, s) }})
	if len(steps) != 3*(4*2+1) || len(r.Heads) != 3 {
		t.Errorf("%d steps and %d heads", len(steps), len(r.Heads))
	}
	best := r.Report.Candidates[r.Report.Best]
	for i, e := range r.Report.Candidates {
		if len(e.Splits) != 8 || e.Accuracy.Mean > best.Accuracy.Mean {
			t.Errorf("%s: %d splits, accuracy %.3f", e.Name(), len(e.Splits), e.Accuracy.Mean)
		}
		if (e.AgainstBest == nil) != (i == r.Report.Best) {
			t.Errorf("%s: test against the best %v", e.Name(), e.AgainstBest)
		}
		total := 0
		for _, row := range e.Confusion {
			for _, n := range row {
				total += n
			}
		}
		if total != 80*2 {
			t.Errorf("%s: confusion over %d pages, want each once a repeat", e.Name(), total)
		}
	}
	if _, err := json.Marshal(r.Report); err != nil {
		t.Error(err)
	}
}

// withoutTimes is the part of a report that must repeat.
func withoutTimes(t *testing.T, r *Report) string {
	t.Helper()
	for i := range r.Candidates {
		e := &r.Candidates[i]
		e.TrainSeconds, e.PredictMicros = Summary{}, Summary{}
		e.Costs.PagesPerSecond, e.Costs.MillionHours = 0, 0
		for s := range e.Splits {
			e.Splits[s].TrainSeconds, e.Splits[s].PredictMicros = 0, 0
		}
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestCompareRepeats(t *testing.T) {
	var first string
	for _, procs := range []int{1, 2, 3} {
		previous := runtime.GOMAXPROCS(procs)
		r := comparison2(t, Options{Folds: 3, Seed: 9})
		runtime.GOMAXPROCS(previous)
		if got := withoutTimes(t, r.Report); first == "" {
			first = got
		} else if got != first {
			t.Errorf("GOMAXPROCS %d gives another report", procs)
		}
	}
}

func TestWriteTextFits(t *testing.T) {
	several := comparison2(t, Options{Folds: 3})
	single := one(t, corpus{documents: 30, pages: 1, classes: 3, signal: 1}.table(cut(t, "pool1-avg"), 1), Options{})
	many := one(t, corpus{documents: 52, pages: 1, classes: 26, signal: 1}.table(cut(t, "pool1-avg"), 1), Options{Folds: 2})
	for name, r := range map[string]*Result{"several": several, "single": single, "many": many} {
		var b strings.Builder
		if err := r.Report.WriteText(&b); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if utf8.RuneCountInString(line) > width {
				t.Errorf("%s: a line is %d characters wide, want at most %d: %s", name, utf8.RuneCountInString(line), width, line)
			}
		}
		t.Logf("%s\n%s", name, b.String())
	}
}

func TestCompareRefuses(t *testing.T) {
	c := cut(t, "pool1-avg")
	good := func() *planted { return corpus{documents: 20, pages: 1, classes: 2}.table(c, 1) }
	for _, test := range []struct {
		name, says string
		spoil      func(d *planted)
		o          Options
	}{
		{"no labels", "none of the 20 pages has a label", func(d *planted) { clear(d.Labels) }, Options{}},
		{"one label", "at least two labels", func(d *planted) { copy(d.Labels, slices.Repeat([]string{"a"}, 20)) }, Options{}},
		{"few of all labels", `"class B" 10, "class A" 3, "rare" 3; label more documents, or divide them into 3 folds`, func(d *planted) {
			for i := range 10 {
				d.Labels[2*i] = []string{"rare", "rare", "rare", "", "", "class A", "class A", "class A", "", ""}[i]
			}
		}, Options{}},
		{"one of a label", `"class B" 19, "rare" 1; label more documents`, func(d *planted) { copy(d.Labels, slices.Repeat([]string{"class B"}, 20)); d.Labels[0] = "rare" }, Options{}},
		{"more folds than documents", "20 different documents cannot be divided into 30 folds", func(*planted) {}, Options{Folds: 30, MinDocuments: 2}},
		{"one document a label", "there must be 2", func(*planted) {}, Options{MinDocuments: 1}},
		{"page twice", "twice", func(d *planted) { d.Keys[1] = d.Keys[0] }, Options{}},
		{"values short", "values", func(d *planted) { d.X = d.X[1:] }, Options{}},
		{"one fold", "at least 2 folds", func(*planted) {}, Options{Folds: 1}},
		{"empty", "no page", func(d *planted) { *d = planted{Dataset: Dataset{Cut: c}} }, Options{}},
	} {
		d := good()
		test.spoil(d)
		load, _ := loader(d)
		_, err := Compare(t.Context(), load, []Candidate{{c, softmax()}}, test.o)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("compare (%s): error %v, want %q", test.name, err, test.says)
		}
	}
	load, _ := loader(good())
	if _, err := Compare(t.Context(), load, []Candidate{{c, softmax()}, {c, softmax()}}, Options{}); err == nil {
		t.Error("the same candidate twice is accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compare(ctx, load, []Candidate{{c, softmax()}}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled comparison: error %v, want %v", err, context.Canceled)
	}
}

// TestEachTableIsReadOnce: a comparison over five cuts opens every table once and
// reads its vectors once, where they fit into memory.
func TestEachTableIsReadOnce(t *testing.T) {
	names := []string{"pool5", "fc1", "pool5-avg", "fc2", "pool4-avg"}
	var tables []*planted
	var candidates []Candidate
	for i, name := range names {
		d := corpus{documents: 20, pages: 1, classes: 2, signal: 1}.table(cut(t, name), uint64(i))
		tables = append(tables, d)
		candidates = append(candidates, Candidate{d.Cut, train.Centroid{}})
	}
	load, n := loader(tables...)
	if _, err := Compare(t.Context(), load, candidates, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if n.tables[name] != 1 || n.vectors[name] != 1 {
			t.Errorf("%s was opened %d times and read %d times, want once each", name, n.tables[name], n.vectors[name])
		}
	}
	_, surveyed, err := survey(t.Context(), load, CutsOf(candidates), nil)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range inOrder(surveyed) {
		order = append(order, fmt.Sprint(s.cut, " ", s.values != nil))
	}
	if want := []string{"pool5-avg true", "pool4-avg true", "fc1 true", "fc2 true", "pool5 true"}; !slices.Equal(order, want) {
		t.Errorf("tables are trained on in the order %q (in memory or not), want %q", order, want)
	}
}

// TestEqualContent: pages that are equal at any cut form a group, whichever cuts are
// compared, and whether or not vectors stay in memory.
func TestEqualContent(t *testing.T) {
	pool5, average, fc2 := cut(t, "pool5"), cut(t, "pool5-avg"), cut(t, "fc2")
	for name, c := range map[string]struct {
		equalAt []model.Cut // page 1 is page 0 there
		groups  int
	}{
		"nowhere":           {nil, 20},
		"everywhere":        {[]model.Cut{pool5, average, fc2}, 19},
		"at the average":    {[]model.Cut{average}, 19},
		"at the deepest":    {[]model.Cut{fc2}, 19},
		"at the shallowest": {[]model.Cut{pool5}, 19},
	} {
		var tables []*planted
		for i, at := range []model.Cut{pool5, average, fc2} {
			d := corpus{documents: 20, pages: 1, classes: 2}.table(at, uint64(i))
			if slices.Contains(c.equalAt, at) {
				copy(d.row(1), d.row(0))
			}
			tables = append(tables, d)
		}
		load, _ := loader(tables...)
		p, surveyed, err := survey(t.Context(), load, []model.Cut{pool5, average, fc2}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.counts.Groups != c.groups || p.counts.Duplicates != 20-c.groups {
			t.Errorf("%s: %d groups and %d duplicates, want %d and %d", name, p.counts.Groups, p.counts.Duplicates, c.groups, 20-c.groups)
		}
		groups := p.groups
		if err := p.group(t.Context(), surveyed, 0); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.groups, groups) {
			t.Errorf("%s: groups %v without memory, want %v", name, p.groups, groups)
		}
		for _, table := range surveyed {
			if stays := table.values != nil; stays != (table.cut == pool5) {
				t.Errorf("%s: without memory, the vectors of %s stay: %t; want those of the largest table alone", name, table.cut, stays)
			}
		}
	}
}
