package compare

import "cutpoint/model"

// significant is the probability below which a difference counts as one.
const significant = 0.05

// reasons gathers the numbers behind the advice; none if it is to use none.
// against tests candidate i against candidate j.
func (r *Report) reasons(against func(i, j int) Test) Reasons {
	if r.useless() {
		return Reasons{}
	}
	return Reasons{
		FullyConnected: r.fullyConnected(against), BestCheaper: r.bestCheaper(), MillionPages: r.millionPages(),
		MoreLabels: r.moreLabels(), SuspectLabels: r.suspectLabels(),
	}
}

func (r *Report) fullyConnected(against func(i, j int) Test) *FullyConnected {
	with, without := -1, -1
	for i, e := range r.Candidates {
		c, err := model.ParseCut(e.Cut)
		if err != nil {
			continue
		}
		side := &without
		if c.NeedsTop() {
			side = &with
		}
		if *side < 0 || better(e, r.Candidates[*side]) {
			*side = i
		}
	}
	if with < 0 || without < 0 {
		return nil
	}
	test := against(with, without)
	return &FullyConnected{With: r.Candidates[with].contender(), Without: r.Candidates[without].contender(),
		Difference: test.Difference, P: test.P, Significance: significant}
}

func (r *Report) bestCheaper() *BestCheaper {
	chosen := r.Candidates[r.Chosen]
	var nearest *Entry
	for i := range r.Candidates {
		e := &r.Candidates[i]
		if !e.WithinError && cheaper(*e, chosen) && (nearest == nil || better(*e, *nearest)) {
			nearest = e
		}
	}
	if nearest == nil {
		return nil
	}
	return &BestCheaper{Contender: nearest.contender(), BelowBest: r.Candidates[r.Best].Accuracy.Mean - nearest.Accuracy.Mean,
		StandardError: r.StandardError, P: nearest.AgainstBest.P}
}

func (r *Report) millionPages() *MillionPages {
	m := &MillionPages{Chosen: r.Candidates[r.Chosen].expense()}
	if r.Chosen != r.Best {
		best := r.Candidates[r.Best].expense()
		m.Best = &best
	}
	return m
}

func (e Entry) expense() Expense {
	return Expense{e.Name(), e.Costs.MillionHours, e.Costs.MillionBytes}
}

func (r *Report) moreLabels() *MoreLabels {
	e := r.Candidates[r.Chosen]
	n := len(e.LearningCurve)
	if n < 2 {
		return nil
	}
	from, to := e.LearningCurve[n-2], e.LearningCurve[n-1]
	return &MoreLabels{Candidate: e.Name(), From: LabelCount{from.PagesPerClass, from.Accuracy.Mean}, To: LabelCount{to.PagesPerClass, to.Accuracy.Mean},
		Gain: to.Accuracy.Mean - from.Accuracy.Mean, StandardError: r.StandardError}
}

func (r *Report) suspectLabels() *SuspectLabels {
	list := r.Pages.Suspects
	if len(list) == 0 {
		return nil
	}
	return &SuspectLabels{Count: len(list), OrMore: len(list) == maxOutcomes, Worst: list[0].Path}
}
