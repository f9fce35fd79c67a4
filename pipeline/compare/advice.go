package compare

import (
	"cmp"
	"fmt"
	"math"
)

// rounding is how far the means of equal scores in another order may differ.
const rounding = 1e-12

// decide finds the best and the chosen candidate, tests all against the best
// and says why. against tests candidate i against candidate j.
func (r *Report) decide(against func(i, j int) Test) {
	for i := range r.Candidates {
		if better(r.Candidates[i], r.Candidates[r.Best]) {
			r.Best = i
		}
	}
	best := r.Candidates[r.Best]
	r.StandardError = r.errorOf(best)
	r.Chosen = r.Best
	for i := range r.Candidates {
		e := &r.Candidates[i]
		e.WithinError = e.Accuracy.Mean >= best.Accuracy.Mean-r.StandardError-rounding
		if e.WithinError && cheaper(*e, r.Candidates[r.Chosen]) {
			r.Chosen = i
		}
		if i != r.Best {
			test := against(i, r.Best)
			e.AgainstBest = &test
		}
	}
	r.Advice = r.advise()
}

// errorOf is the standard error of a mean accuracy: over folds corrected for
// their overlap, of a single test set that of a share.
func (r *Report) errorOf(e Entry) float64 {
	if r.Split == SplitStore {
		n := 0
		for _, c := range e.PerClass {
			n += c.Pages
		}
		return math.Sqrt(e.Accuracy.Mean * (1 - e.Accuracy.Mean) / float64(n))
	}
	return correctedError(e.Accuracy.SD, len(e.Splits), 1/float64(r.Folds-1))
}

// compare orders means, taking those that differ by rounding as equal.
func compare(a, b Summary) int {
	if math.Abs(a.Mean-b.Mean) <= rounding {
		return 0
	}
	return cmp.Compare(a.Mean, b.Mean)
}

// better orders by mean accuracy, then by mean log loss, then by cost.
func better(a, b Entry) bool {
	if c := cmp.Or(compare(b.Accuracy, a.Accuracy), compare(a.LogLoss, b.LogLoss)); c != 0 {
		return c < 0
	}
	return cheaper(a, b)
}

// cheaper orders by the trunk's work, then stored bytes, then the head's size;
// at equal cost the more accurate one, then the lower log loss, comes first.
func cheaper(a, b Entry) bool {
	return cmp.Or(cmp.Compare(a.Costs.TrunkFLOPs, b.Costs.TrunkFLOPs), cmp.Compare(a.Costs.size(), b.Costs.size()),
		cmp.Compare(a.Costs.HeadParameters, b.Costs.HeadParameters), compare(b.Accuracy, a.Accuracy),
		compare(a.LogLoss, b.LogLoss)) < 0
}

// useless reports whether no head beats guessing the commonest class.
func (r *Report) useless() bool {
	return r.Candidates[r.Best].Accuracy.Mean-r.StandardError <= r.MajorityShare
}

// advise says in a sentence what the numbers recommend.
func (r *Report) advise() string {
	best, chosen := r.Candidates[r.Best], r.Candidates[r.Chosen]
	if r.useless() {
		return fmt.Sprintf("Use none of these heads yet: the best, %s, is right on %s of held-out %ss, and always answering %q would be right on %s, which is within one standard error (%s points); check the labels or label more pages.",
			best.Name(), percent(best.Accuracy.Mean), r.unit(), r.commonest(), percent(r.MajorityShare), points(r.StandardError))
	}
	switch {
	case len(r.Candidates) == 1:
		return fmt.Sprintf("%s is right on %s of held-out %ss, where always answering %q would be right on %s; name more cuts to learn whether a cheaper one does as well.",
			chosen.Name(), percent(chosen.Accuracy.Mean), r.unit(), r.commonest(), percent(r.MajorityShare))
	case r.Chosen == r.Best:
		return fmt.Sprintf("Use %s: its accuracy of %s is the highest, and no cheaper candidate comes within one standard error (%s points) of it.",
			chosen.Name(), percent(chosen.Accuracy.Mean), points(r.StandardError))
	}
	return fmt.Sprintf("Use %s: its accuracy of %s is within one standard error (%s points) of the highest, %s of %s (p = %.2g), and it costs %s",
		chosen.Name(), percent(chosen.Accuracy.Mean), points(r.StandardError), percent(best.Accuracy.Mean), best.Name(), chosen.AgainstBest.P, savings(chosen, best))
}

// savings says what the cheaper candidate costs beside the other.
func savings(a, b Entry) string {
	x, y := a.Costs, b.Costs
	switch {
	case x.TrunkFLOPs < y.TrunkFLOPs && x.size() != y.size():
		return fmt.Sprintf("%s instead of %s GFLOP and %s instead of %s a page.", gflop(x.TrunkFLOPs), gflop(y.TrunkFLOPs), bytes(x.size()), bytes(y.size()))
	case x.TrunkFLOPs < y.TrunkFLOPs:
		return fmt.Sprintf("%s instead of %s GFLOP a page.", gflop(x.TrunkFLOPs), gflop(y.TrunkFLOPs))
	case x.size() < y.size():
		return fmt.Sprintf("%s instead of %s a page.", bytes(x.size()), bytes(y.size()))
	}
	return fmt.Sprintf("%s instead of %s head parameters.", count(x.HeadParameters), count(y.HeadParameters))
}

// unit returns what is scored, "page" by default.
func (r *Report) unit() string { return cmp.Or(r.Unit, UnitPage) }

// commonest returns the name of the class with the most pages.
func (r *Report) commonest() string {
	best := r.Classes[0]
	for _, c := range r.Classes {
		if c.Pages > best.Pages {
			best = c
		}
	}
	return best.Name
}
