package compare

import (
	"cmp"
	"math"
	"slices"
)

// maxOutcomes is how many pages a list of outcomes names.
const maxOutcomes = 50

// tally is what heads that had not seen a unit say of it: the mean of their
// probabilities over the repeats.
type tally struct {
	sum   []float32 // (U, K)
	heads []int32   // (U) how many were asked
}

func newTally(units, classes int) *tally {
	return &tally{make([]float32, units*classes), make([]int32, units)}
}

// add takes the log probabilities of units, (n, K).
func (t *tally) add(of []int, logp []float64) {
	classes := len(t.sum) / len(t.heads)
	for i, unit := range of {
		t.heads[unit]++
		for k := range classes {
			t.sum[unit*classes+k] += float32(math.Exp(logp[i*classes+k]))
		}
	}
}

// probabilities returns the mean for a unit, (K), and whether it was tested.
func (t *tally) probabilities(unit int) ([]float64, bool) {
	classes := len(t.sum) / len(t.heads)
	row := make([]float64, classes)
	for k := range row {
		row[k] = float64(t.sum[unit*classes+k]) / float64(t.heads[unit])
	}
	return row, t.heads[unit] > 0
}

// outcomes lists the units that a person should look at. A label is suspected as
// confident learning does (Northcutt, Jiang, Chuang, arXiv 1911.00068): the unit
// is taken for another class, with at least the probability that units labelled
// so have of it on average.
func (t *tally) outcomes(u *units, classes []string) Outcomes {
	expected := t.expected(u.y, len(classes))
	var all, suspects []Outcome
	for i, key := range u.keys {
		p, tested := t.probabilities(i)
		if !tested {
			continue
		}
		predicted := argmax(p)
		o := Outcome{DocumentID: key.DocumentID, Page: key.Page, Path: u.paths[i], Label: classes[u.y[i]], Predicted: classes[predicted],
			LabelProbability: p[u.y[i]], PredictedProbability: p[predicted], Entropy: entropy(p)}
		all = append(all, o)
		if predicted != u.y[i] && p[predicted] >= expected[predicted] {
			suspects = append(suspects, o)
		}
	}
	return Outcomes{
		Suspects:   worst(suspects, func(o Outcome) float64 { return o.LabelProbability - o.PredictedProbability }),
		Surprising: worst(all, func(o Outcome) float64 { return o.LabelProbability }),
		Confused:   worst(all, func(o Outcome) float64 { return -o.Entropy }),
	}
}

// expected returns, for each class, the mean probability of it over the units
// labelled so; 1 for a class that was never tested.
func (t *tally) expected(y []int, classes int) []float64 {
	sum, n := make([]float64, classes), make([]float64, classes)
	for i, class := range y {
		if p, tested := t.probabilities(i); tested {
			sum[class] += p[class]
			n[class]++
		}
	}
	for k := range sum {
		if n[k] == 0 {
			sum[k], n[k] = 1, 1
		}
		sum[k] /= n[k]
	}
	return sum
}

// worst returns the outcomes with the smallest values, at most maxOutcomes.
func worst(list []Outcome, value func(Outcome) float64) []Outcome {
	sorted := slices.SortedStableFunc(slices.Values(list), func(a, b Outcome) int { return cmp.Compare(value(a), value(b)) })
	return slices.Clip(sorted[:min(len(sorted), maxOutcomes)])
}

func entropy(p []float64) float64 {
	sum := 0.0
	for _, v := range p {
		if v > 0 {
			sum -= v * math.Log(v)
		}
	}
	return sum
}

// right reports for each tested unit whether its predicted class is its label.
func (t *tally) right(y []int) []bool {
	var right []bool
	for i, class := range y {
		if p, tested := t.probabilities(i); tested {
			right = append(right, argmax(p) == class)
		}
	}
	return right
}
