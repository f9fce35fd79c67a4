package compare

import (
	"strings"
	"testing"
)

// made returns a candidate's entry with the given accuracies on four folds.
func made(name string, flops, size int64, accuracies ...float64) Entry {
	e := Entry{Cut: name, Head: "softmax", Costs: Costs{TrunkFLOPs: flops, BytesAPage: size}}
	for _, a := range accuracies {
		e.Splits = append(e.Splits, Scores{Accuracy: a, LogLoss: 1 - a})
	}
	e.summarise()
	return e
}

func TestDecide(t *testing.T) {
	deep := made("fc2", 39e9, 16_384, 0.90, 0.94, 0.88, 0.92)
	for _, c := range []struct {
		name         string
		others       []Entry
		majority     float64
		best, chosen int
		says         []string
	}{
		{"alone", nil, 0.2, 0, 0, []string{"91.0 %", `"a"`, "20.0 %"}},
		{"much worse but cheap", []Entry{made("pool1-avg", 4e9, 256, 0.60, 0.62, 0.58, 0.60)}, 0.2, 0, 0,
			[]string{"Use fc2 with softmax", "the highest"}},
		{"about as good and cheap", []Entry{made("pool4-avg", 36e9, 2048, 0.90, 0.92, 0.88, 0.93)}, 0.2, 0, 1,
			[]string{"Use pool4-avg with softmax", "36.0 instead of 39.0 GFLOP", "2.0 kB instead of 16.4 kB", "p ="}},
		{"better and dear", []Entry{made("pool5", 39e9, 100_352, 0.99, 0.98, 0.99, 0.98)}, 0.2, 1, 1, []string{"Use pool5"}},
		{"slightly better and dear", []Entry{made("pool5", 39e9, 100_352, 0.85, 0.99, 0.85, 0.99)}, 0.2, 1, 0,
			[]string{"Use fc2", "16.4 kB instead of 100.4 kB a page"}},
		{"equal", []Entry{made("fc1", 39e9, 16_384, 0.92, 0.88, 0.94, 0.90)}, 0.2, 0, 0, []string{"Use fc2"}},
		{"no better than guessing", []Entry{made("pool1-avg", 4e9, 256, 0.60, 0.62, 0.58, 0.60)}, 0.9, 0, 0,
			[]string{"Use none", "check the labels"}},
	} {
		r := &Report{Folds: 4, MajorityShare: c.majority, Classes: []Class{{"a", 5}, {"b", 4}}, Candidates: append([]Entry{deep}, c.others...)}
		r.decide(func(i, j int) Test { return resampled(r.Candidates[i], r.Candidates[j], 4) })
		if r.Best != c.best || r.Chosen != c.chosen {
			t.Errorf("%s: best %d and chosen %d, want %d and %d", c.name, r.Best, r.Chosen, c.best, c.chosen)
		}
		use, because := r.AdviceSentence()
		for _, s := range c.says {
			if !strings.Contains(use+": "+because, s) {
				t.Errorf("%s: the advice lacks %q: %s: %s", c.name, s, use, because)
			}
		}
	}
}
