package main

import (
	"fmt"
	"strings"

	"cutpoint/pipeline/quantity"
)

// sentence says what was done, for people.
func (r *result) sentence() string {
	var b strings.Builder
	documents, pages := func(n int) string { return quantity.Plural(n, "document") }, func(n int) string { return quantity.Plural(n, "page") }
	switch {
	case r.DryRun && r.Read+r.Left == 0:
		fmt.Fprintf(&b, "Nothing to do: %s up to date in %s", areOr(documents(r.UpToDate), r.UpToDate), r.Store)
	case r.DryRun:
		fmt.Fprintf(&b, "Would read %s and featurize at least %s into %s; %s up to date", documents(r.Left), pages(r.PlannedPages), r.Store, areOr(fmt.Sprint(r.UpToDate), r.UpToDate))
	case r.Pages == 0 && r.Failed == 0 && r.Left == 0:
		n := r.UpToDate + r.Copies + r.Read
		fmt.Fprintf(&b, "Nothing new: %s up to date in %s (%.1f s)", areOr(documents(n), n), r.Store, r.Seconds)
	default:
		// The same words for every number: logs are searched for them.
		fmt.Fprintf(&b, "Featurized %d pages of %d documents into %s in %.1f s (%.1f pages/s); %d were up to date",
			r.Pages, r.Read, r.Store, r.Seconds, r.PagesPerSecond, r.UpToDate)
	}
	b.WriteString(r.also() + ".")
	if limit := r.LimitSentence(); limit != "" {
		b.WriteString(" " + strings.ToUpper(limit[:1]) + limit[1:] + ".")
	}
	if r.AnyFailed() {
		fmt.Fprintf(&b, " %s failed: %s. See: featurize status --store %s", documents(r.Failed+r.FailedBefore), quantity.Classes(r.FailedByClass), r.Store)
	}
	return b.String()
}

// areOr puts the verb behind a number of things.
func areOr(things string, n int) string {
	if n == 1 {
		return things + " is"
	}
	return things + " are"
}

// also lists what befell documents besides, each behind a semicolon.
func (r *result) also() string {
	const left = "left for the next run"
	var b strings.Builder
	for _, also := range []struct {
		n         int
		one, more string
	}{
		{r.Copies, "copy of another document", "copies of other documents"},
		{r.Moved, "moved", "moved"},
		{r.Replaced, "replaced by another file at its path (fit leaves the old one out)", "replaced by other files at their paths (fit leaves the old ones out)"},
		{r.LabelConflicts, "copy with another label", "copies with another label"},
		{r.Failed, "failed", "failed"},
		{r.FailedBefore, "failed before and was not tried again (--retry-failed does)", "failed before and were not tried again (--retry-failed does)"},
		{r.Left, left, left},
	} {
		switch {
		case also.n == 0 || r.DryRun && also.one == left:
		case also.n == 1:
			fmt.Fprintf(&b, "; 1 %s", also.one)
		default:
			fmt.Fprintf(&b, "; %d %s", also.n, also.more)
		}
	}
	return b.String()
}
