package compare

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cutpoint/schemas"
)

// TestSuspectsFindPlantedErrors: ten of 150 labels are wrong; they must lead the
// list of suspects, and few right ones may be on it.
func TestSuspectsFindPlantedErrors(t *testing.T) {
	d := corpus{documents: 150, pages: 1, classes: 3, signal: 0.6}.table(cut(t, "pool2-avg"), 12)
	wrong := map[string]bool{}
	for i := 0; i < 150; i += 15 {
		d.Labels[i] = "class " + string(rune('A'+(i+1)%3))
		wrong[d.Paths[i]] = true
	}
	r := one(t, d, Options{Repeats: 2}).Report
	if n := len(r.Pages.Suspects); n < 9 || n > 15 {
		t.Errorf("%d suspects, 10 labels are wrong", n)
	}
	for i, o := range r.Pages.Suspects[:min(9, len(r.Pages.Suspects))] {
		if !wrong[o.Path] || o.Label == o.Predicted {
			t.Errorf("suspect %d, %+v, is labelled rightly", i, o)
		}
	}
	if !strings.Contains(strings.Join(r.ReasonSentences(), "\n"), "labels may be wrong") {
		t.Errorf("reasons %q, want one about labels that may be wrong", r.ReasonSentences())
	}
	if !slices.IsSortedFunc(r.Pages.Surprising, func(a, b Outcome) int { return int(math.Copysign(1, a.LabelProbability-b.LabelProbability)) }) || len(r.Pages.Surprising) != maxOutcomes {
		t.Errorf("%d surprising pages, sorted by the probability of their label?", len(r.Pages.Surprising))
	}
	if c := r.Pages.Confused; c[0].Entropy < c[len(c)-1].Entropy || c[0].Entropy > math.Log(3) {
		t.Errorf("entropies from %g to %g", c[0].Entropy, c[len(c)-1].Entropy)
	}
}

func TestTallyAveragesHeads(t *testing.T) {
	u := &units{keys: make([]schemas.PageKey, 3), paths: make([]string, 3), y: []int{0, 1, 1}}
	tally := newTally(3, 2)
	tally.add([]int{0, 2}, []float64{math.Log(0.9), math.Log(0.1), math.Log(0.8), math.Log(0.2)})
	tally.add([]int{0, 2}, []float64{math.Log(0.5), math.Log(0.5), math.Log(0.6), math.Log(0.4)})
	p, tested := tally.probabilities(0)
	if !tested || !(math.Abs(p[0]-0.7) <= 1e-6) {
		t.Errorf("probabilities %v, want the mean 0.7 first", p)
	}
	if _, tested := tally.probabilities(1); tested {
		t.Error("unit 1 was never tested")
	}
	if got := tally.right(u.y); !slices.Equal(got, []bool{true, false}) {
		t.Errorf("right %v", got)
	}
	o := tally.outcomes(u, []string{"a", "b"})
	if len(o.Surprising) != 2 || len(o.Suspects) != 1 || o.Suspects[0].Label != "b" {
		t.Errorf("outcomes %+v", o)
	}
}

func TestPerClass(t *testing.T) {
	got := perClass([][]int{{8, 2, 0}, {4, 6, 0}, {0, 0, 0}})
	want := []ClassScore{{8.0 / 12, 0.8, 16.0 / 22, 10}, {6.0 / 8, 0.6, 12.0 / 18, 10}, {0, 0, 0, 0}}
	if !slices.Equal(got, want) {
		t.Errorf("scores per class %+v, want %+v", got, want)
	}
}
