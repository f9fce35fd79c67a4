package compare

import (
	"cmp"
	"math"
)

// rounding is how far the means of equal scores in another order may differ.
const rounding = 1e-12

// decide finds the best and the chosen candidate, and tests all against the best.
// against tests candidate i against candidate j.
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

// advise says which rule chose, and by what.
func (r *Report) advise() Advice {
	best, chosen := r.Candidates[r.Best], r.Candidates[r.Chosen]
	a := Advice{Chosen: chosen.contender(), Best: best.contender(), StandardError: r.StandardError,
		MajorityClass: r.commonest(), MajorityShare: r.MajorityShare}
	if r.Chosen != r.Best {
		a.P = &chosen.AgainstBest.P
	}
	switch {
	case r.useless():
		a.Rule = NoBetterThanChance
	case len(r.Candidates) == 1:
		a.Rule = OnlyCandidate
	case r.Chosen == r.Best:
		a.Rule = HighestAccuracy
	default:
		a.Rule = OneStandardError
	}
	return a
}

// contender returns what rules compare.
func (e Entry) contender() Contender {
	return Contender{e.Name(), e.Accuracy.Mean, e.Costs.TrunkFLOPs, e.Costs.size(), e.Costs.HeadParameters}
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
