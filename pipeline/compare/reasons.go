package compare

import (
	"fmt"

	"cutpoint/model"
)

// significant is the probability below which a difference counts as one.
const significant = 0.05

// reasons are the numbers behind the advice, one rule a sentence. Rules without
// numbers say nothing.
func (r *Report) reasons(against func(i, j int) Test) []string {
	if r.useless() {
		return nil
	}
	var out []string
	for _, rule := range []func() string{
		func() string { return r.fullyConnected(against) },
		r.rejected,
		r.million,
		r.moreLabels,
		r.suspects,
	} {
		if s := rule(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// fullyConnected compares the best cut behind the fully connected layers with the
// best one before them: the question that reuse of VGG19 begins with.
func (r *Report) fullyConnected(against func(i, j int) Test) string {
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
		return ""
	}
	a, b, test := r.Candidates[with], r.Candidates[without], against(with, without)
	verdict := "the difference is within chance"
	switch {
	case test.P < significant && test.Difference > 0:
		verdict = "they earn their keep"
	case test.P < significant:
		verdict = "they do harm"
	}
	return fmt.Sprintf("Keep the fully connected layers? The best cut behind them, %s, has %s, the best before them, %s, has %s (p = %.2g): %s.",
		a.Name(), percent(a.Accuracy.Mean), b.Name(), percent(b.Accuracy.Mean), test.P, verdict)
}

// rejected tells how far cheaper candidates fall short.
func (r *Report) rejected() string {
	chosen := r.Candidates[r.Chosen]
	var nearest *Entry
	for i := range r.Candidates {
		e := &r.Candidates[i]
		if !e.WithinError && cheaper(*e, chosen) && (nearest == nil || better(*e, *nearest)) {
			nearest = e
		}
	}
	if nearest == nil {
		return ""
	}
	return fmt.Sprintf("The best of the cheaper ones, %s, has %s, %s points below the best and so outside its standard error of %s (p = %.2g).",
		nearest.Name(), percent(nearest.Accuracy.Mean), points(r.Candidates[r.Best].Accuracy.Mean-nearest.Accuracy.Mean), points(r.StandardError), nearest.AgainstBest.P)
}

// million tells what a million pages take with the choice, and with the best.
func (r *Report) million() string {
	chosen, best := r.Candidates[r.Chosen], r.Candidates[r.Best]
	told := func(e Entry) string {
		s := fmt.Sprintf("%s of vectors", bytes(e.Costs.MillionBytes))
		if e.Costs.MillionHours > 0 {
			s = fmt.Sprintf("%s h of computing and %s", short(e.Costs.MillionHours), s)
		}
		return s
	}
	s := "A million pages take " + told(chosen)
	if r.Chosen != r.Best {
		s += fmt.Sprintf(", with %s %s", best.Name(), told(best))
	}
	if r.Rate.From != "" {
		s += fmt.Sprintf(" (%s)", r.Rate.From)
	}
	return s + "."
}

// moreLabels reads the end of the learning curve: what the last doubling of the
// labelled pages brought.
func (r *Report) moreLabels() string {
	e := r.Candidates[r.Chosen]
	if len(e.LearningCurve) < 2 {
		return ""
	}
	last := e.LearningCurve[len(e.LearningCurve)-1]
	before := e.LearningCurve[len(e.LearningCurve)-2]
	gain := last.Accuracy.Mean - before.Accuracy.Mean
	verdict := "more labels of the same kind will bring little"
	if gain > r.StandardError {
		verdict = "more labels will probably help"
	}
	return fmt.Sprintf("From %d to %d labelled pages a class the accuracy of %s goes from %s to %s: %s.",
		before.PagesPerClass, last.PagesPerClass, e.Name(), percent(before.Accuracy.Mean), percent(last.Accuracy.Mean), verdict)
}

// suspects tells how many labels look wrong.
func (r *Report) suspects() string {
	n := len(r.Pages.Suspects)
	if n == 0 {
		return ""
	}
	number := fmt.Sprint(n)
	if n == maxOutcomes {
		number += " or more"
	}
	return fmt.Sprintf("%s labels may be wrong: heads that had not seen the %ss are sure of another, %s first; look at them, correct and compare again.", number, r.unit(), r.Pages.Suspects[0].Path)
}
