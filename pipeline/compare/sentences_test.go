package compare

import (
	"encoding/json"
	"testing"
	"time"
)

// complete is a report with all facts there can be.
func complete() *Report {
	p := 0.3125
	fc2 := Contender{"fc2 with softmax", 0.91, 39.28e9, 16_384, 20_485}
	pool4 := Contender{"pool4-avg with softmax", 0.905, 36e9, 2048, 2565}
	return &Report{
		Unit:   UnitDocument,
		Rate:   Rate{8.5e11, 21.64, &RateRun{time.Date(2026, 3, 4, 12, 0, 0, 0, time.Local), 300}},
		Advice: Advice{OneStandardError, pool4, fc2, 0.0123, &p, "letter", 0.2},
		Reasons: Reasons{
			&FullyConnected{fc2, pool4, 0.005, 0.3125, 0.05},
			&BestCheaper{Contender{Candidate: "pool1-avg with softmax", Accuracy: 0.6}, 0.31, 0.0123, 0.0001},
			&MillionPages{Expense{"pool4-avg with softmax", 11.77, 2_048_000_000}, &Expense{"fc2 with softmax", 12.84, 16_384_000_000}},
			&MoreLabels{"pool4-avg with softmax", LabelCount{20, 0.85}, LabelCount{48, 0.905}, 0.055, 0.0123},
			&SuspectLabels{50, true, "in/a.tif"},
		},
	}
}

func TestSentences(t *testing.T) {
	r := complete()
	use, because := r.AdviceSentence()
	for i, want := range []string{
		"Use pool4-avg with softmax",
		"its accuracy of 90.5 % is within one standard error (1.2 points) of the highest, 91.0 % of fc2 with softmax (p = 0.31), and it costs 36.0 instead of 39.3 GFLOP and 2.0 kB instead of 16.4 kB a page.",
		"Keep the fully connected layers? The best cut behind them, fc2 with softmax, has 91.0 %, the best before them, pool4-avg with softmax, has 90.5 % (p = 0.31): the difference is within chance.",
		"The best of the cheaper ones, pool1-avg with softmax, has 60.0 %, 31.0 points below the best and so outside its standard error of 1.2 (p = 0.0001).",
		"A million pages take 11.8 h of computing and 2.0 GB of vectors, with fc2 with softmax 12.8 h of computing and 16.4 GB of vectors (at the 850 GFLOP/s of featurize's run of 2026-03-04: 300 pages, 21.6 a second).",
		"From 20 to 48 labelled pages a class the accuracy of pool4-avg with softmax goes from 85.0 % to 90.5 %: more labels will probably help.",
		"50 or more labels may be wrong: heads that had not seen the documents are sure of another, in/a.tif first; look at them, correct and compare again.",
	} {
		if got := append([]string{use, because}, r.ReasonSentences()...); got[i] != want {
			t.Errorf("sentence %d:\n%s\nwant\n%s", i, got[i], want)
		}
	}
}

func TestVerdicts(t *testing.T) {
	for want, x := range map[string]interface{ sentence() string }{
		"has 0.0 %, the best before them, , has 0.0 % (p = 0.04): they earn their keep.":            &FullyConnected{P: 0.04, Significance: 0.05, Difference: 0.1},
		"has 0.0 %, the best before them, , has 0.0 % (p = 0.04): they do harm.":                    &FullyConnected{P: 0.04, Significance: 0.05, Difference: -0.1},
		"goes from 0.0 % to 0.0 %: more labels of the same kind will bring little.":                 &MoreLabels{Gain: 0.01, StandardError: 0.02},
		"has 0.0 %, the best before them, , has 0.0 % (p = 0.05): the difference is within chance.": &FullyConnected{P: 0.05, Significance: 0.05, Difference: 0.1},
	} {
		if got := x.sentence(); len(got) < len(want) || got[len(got)-len(want):] != want {
			t.Errorf("%s, want it to end in %q", got, want)
		}
	}
	if got := (Rate{FLOPsPerSecond: 1, PagesPerSecond: 5.5}).Phrase(); got != "at 5.5 pages/s through the whole network, as given" {
		t.Errorf("phrase of a given rate: %q, want it as given", got)
	}
}

// TestFactsInJSON: programs find numbers and names, no sentences.
func TestFactsInJSON(t *testing.T) {
	r := complete()
	for want, v := range map[string]any{
		`{"rule":"one-standard-error","chosen":{"candidate":"pool4-avg with softmax","accuracy":0.905,"trunk_flops":36000000000,"bytes_a_page":2048,"head_parameters":2565},` +
			`"best":{"candidate":"fc2 with softmax","accuracy":0.91,"trunk_flops":39280000000,"bytes_a_page":16384,"head_parameters":20485},` +
			`"standard_error":0.0123,"p":0.3125,"majority_class":"letter","majority_share":0.2}`: r.Advice,
		`{"count":50,"or_more":true,"worst":"in/a.tif"}`: r.Reasons.SuspectLabels,
		`{"candidate":"pool1-avg with softmax","accuracy":0.6,"trunk_flops":0,"bytes_a_page":0,"head_parameters":0,"below_best":0.31,"standard_error":0.0123,"p":0.0001}`: r.Reasons.BestCheaper,
		`{"fully_connected":null,"best_cheaper":null,"million_pages":null,"more_labels":null,"suspect_labels":null}`:                                                      Reasons{},
	} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("sentence %s, %v\nwant %s", got, err, want)
		}
	}
}
