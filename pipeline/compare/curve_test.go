package compare

import (
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
)

func TestCurveSizes(t *testing.T) {
	for largest, want := range map[int][]int{
		0: nil, 2: nil, 3: {2}, 10: {2, 5}, 12: {2, 5}, 13: {2, 5, 10}, 48: {2, 5, 10, 20}, 64: {2, 5, 10, 20, 50}, 2000: {2, 5, 10, 20, 50, 100, 200, 500, 1000},
	} {
		if got := curveSizes(largest); !slices.Equal(got, want) {
			t.Errorf("sizes of a curve up to %d pages: %v, want %v", largest, got, want)
		}
	}
}

// TestCurveIsNested: every point has the pages of the points before, at most so
// many of a class, and at least one of each.
func TestCurveIsNested(t *testing.T) {
	d := corpus{documents: 90, pages: 2, classes: 3}.table(cut(t, "pool1-avg"), 8)
	load, _ := loader(d)
	p, _, err := survey(t.Context(), load, []model.Cut{d.Cut}, nil)
	if err != nil {
		t.Fatal(err)
	}
	folds, err := p.folds(3, 1, 5)
	if err != nil {
		t.Fatal(err)
	}
	c := newCurve(p, folds, 5)
	for f, s := range folds {
		before := map[int]bool{}
		for _, size := range c.sizes {
			count, now := make([]int, 3), map[int]bool{}
			for _, page := range c.train(f, s.train, size) {
				count[p.y[page]]++
				now[page] = true
			}
			for page := range before {
				if !now[page] {
					t.Fatalf("split %d: page %d is lost at size %d", f, page, size)
				}
			}
			if slices.Max(count) != size || slices.Min(count) != size {
				t.Errorf("split %d, size %d: %v pages", f, size, count)
			}
			before = now
		}
	}
}

func TestLearningCurve(t *testing.T) {
	d := corpus{documents: 150, pages: 1, classes: 3, signal: 0.3}.table(cut(t, "pool2-avg"), 9)
	steps := 0
	r := one(t, d, Options{LearningCurve: true, Progress: func(s Step) {
		if s.Of != 5*5 || s.Done != steps {
			t.Errorf("step %+v, want %d of 25", s, steps)
		}
		steps++
	}}).Report
	e := r.Candidates[0]
	var sizes []int
	for _, p := range e.LearningCurve {
		sizes = append(sizes, p.PagesPerClass)
	}
	if !slices.Equal(sizes, []int{2, 5, 10, 20, 40}) || steps != 25 {
		t.Fatalf("sizes %v, %d trainings", sizes, steps)
	}
	first, last := e.LearningCurve[0], e.LearningCurve[4]
	if last.Accuracy != e.Accuracy || last.TrainPages != 120 || first.TrainPages != 6 || first.Accuracy.Mean >= last.Accuracy.Mean-0.1 {
		t.Errorf("the curve goes from %+v to %+v, all pages give %+v", first, last, e.Accuracy)
	}
	if !strings.Contains(strings.Join(r.ReasonSentences(), "\n"), "From 20 to 40 labelled pages a class") {
		t.Errorf("reasons %q, want one about the curve from 20 to 40 pages a class", r.ReasonSentences())
	}
}
