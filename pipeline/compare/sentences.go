package compare

import (
	"fmt"
	"time"

	"cutpoint/pipeline/quantity"
)

// AdviceSentence says the advice: what to use ("" if there is no choice), and why.
// The two are joined by a colon.
func (r *Report) AdviceSentence() (use, because string) {
	a, unit := r.Advice, r.unit()
	switch a.Rule {
	case NoBetterThanChance:
		return "Use none of these heads yet", fmt.Sprintf("the best, %s, is right on %s of held-out %ss, and always answering %q would be right on %s, which is within one standard error (%s points); check the labels or label more pages.",
			a.Best.Candidate, quantity.Percent(a.Best.Accuracy), unit, a.MajorityClass, quantity.Percent(a.MajorityShare), quantity.Points(a.StandardError))
	case OnlyCandidate:
		return "", fmt.Sprintf("%s is right on %s of held-out %ss, where always answering %q would be right on %s; name more cuts to learn whether a cheaper one does as well.",
			a.Chosen.Candidate, quantity.Percent(a.Chosen.Accuracy), unit, a.MajorityClass, quantity.Percent(a.MajorityShare))
	case HighestAccuracy:
		return "Use " + a.Chosen.Candidate, fmt.Sprintf("its accuracy of %s is the highest, and no cheaper candidate comes within one standard error (%s points) of it.",
			quantity.Percent(a.Chosen.Accuracy), quantity.Points(a.StandardError))
	case OneStandardError:
		return "Use " + a.Chosen.Candidate, fmt.Sprintf("its accuracy of %s is within one standard error (%s points) of the highest, %s of %s%s, and it costs %s",
			quantity.Percent(a.Chosen.Accuracy), quantity.Points(a.StandardError), quantity.Percent(a.Best.Accuracy), a.Best.Candidate, probability(a.P), savings(a.Chosen, a.Best))
	}
	return "", ""
}

// probability says a test's p in brackets, if there is one.
func probability(p *float64) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf(" (p = %.2g)", *p)
}

// savings says what the cheaper candidate costs, and the other.
func savings(a, b Contender) string {
	switch {
	case a.TrunkFLOPs < b.TrunkFLOPs && a.BytesAPage != b.BytesAPage:
		return fmt.Sprintf("%s instead of %s GFLOP and %s instead of %s a page.", quantity.GFLOP(a.TrunkFLOPs), quantity.GFLOP(b.TrunkFLOPs), quantity.Bytes(a.BytesAPage), quantity.Bytes(b.BytesAPage))
	case a.TrunkFLOPs < b.TrunkFLOPs:
		return fmt.Sprintf("%s instead of %s GFLOP a page.", quantity.GFLOP(a.TrunkFLOPs), quantity.GFLOP(b.TrunkFLOPs))
	case a.BytesAPage < b.BytesAPage:
		return fmt.Sprintf("%s instead of %s a page.", quantity.Bytes(a.BytesAPage), quantity.Bytes(b.BytesAPage))
	}
	return fmt.Sprintf("%s instead of %s head parameters.", quantity.Count(a.HeadParameters), quantity.Count(b.HeadParameters))
}

// ReasonSentences says the reasons that there are, a sentence each.
func (r *Report) ReasonSentences() []string {
	var out []string
	if x := r.Reasons.FullyConnected; x != nil {
		out = append(out, x.sentence())
	}
	if x := r.Reasons.BestCheaper; x != nil {
		out = append(out, fmt.Sprintf("The best of the cheaper ones, %s, has %s, %s points below the best and so outside its standard error of %s (p = %.2g).",
			x.Candidate, quantity.Percent(x.Accuracy), quantity.Points(x.BelowBest), quantity.Points(x.StandardError), x.P))
	}
	if x := r.Reasons.MillionPages; x != nil {
		out = append(out, x.sentence(r.Rate))
	}
	if x := r.Reasons.MoreLabels; x != nil {
		out = append(out, x.sentence())
	}
	if x := r.Reasons.SuspectLabels; x != nil {
		out = append(out, x.sentence(r.unit()))
	}
	return out
}

func (x FullyConnected) sentence() string {
	verdict := "the difference is within chance"
	switch {
	case x.P < x.Significance && x.Difference > 0:
		verdict = "they earn their keep"
	case x.P < x.Significance:
		verdict = "they do harm"
	}
	return fmt.Sprintf("Keep the fully connected layers? The best cut behind them, %s, has %s, the best before them, %s, has %s (p = %.2g): %s.",
		x.With.Candidate, quantity.Percent(x.With.Accuracy), x.Without.Candidate, quantity.Percent(x.Without.Accuracy), x.P, verdict)
}

func (x MillionPages) sentence(rate Rate) string {
	s := "A million pages take " + x.Chosen.phrase()
	if x.Best != nil {
		s += fmt.Sprintf(", with %s %s", x.Best.Candidate, x.Best.phrase())
	}
	if from := rate.Phrase(); from != "" {
		s += fmt.Sprintf(" (%s)", from)
	}
	return s + "."
}

func (x Expense) phrase() string {
	s := fmt.Sprintf("%s of vectors", quantity.Bytes(x.Bytes))
	if x.Hours > 0 {
		s = fmt.Sprintf("%s h of computing and %s", quantity.Short(x.Hours), s)
	}
	return s
}

func (x MoreLabels) sentence() string {
	verdict := "more labels of the same kind will bring little"
	if x.Gain > x.StandardError {
		verdict = "more labels will probably help"
	}
	return fmt.Sprintf("From %d to %d labelled pages a class the accuracy of %s goes from %s to %s: %s.",
		x.From.PagesPerClass, x.To.PagesPerClass, x.Candidate, quantity.Percent(x.From.Accuracy), quantity.Percent(x.To.Accuracy), verdict)
}

func (x SuspectLabels) sentence(unit string) string {
	number := fmt.Sprint(x.Count)
	if x.OrMore {
		number += " or more"
	}
	return fmt.Sprintf("%s labels may be wrong: heads that had not seen the %ss are sure of another, %s first; look at them, correct and compare again.", number, unit, x.Worst)
}

// Phrase says where the rate comes from; "" if there is none.
func (r Rate) Phrase() string {
	switch {
	case r.FLOPsPerSecond <= 0:
		return ""
	case r.Run == nil:
		return fmt.Sprintf("at %g pages/s through the whole network, as given", r.PagesPerSecond)
	}
	return fmt.Sprintf("at the %.0f GFLOP/s of featurize's run of %s: %d pages, %.1f a second",
		r.FLOPsPerSecond/1e9, r.Run.Started.Local().Format(time.DateOnly), r.Run.Pages, r.PagesPerSecond)
}
