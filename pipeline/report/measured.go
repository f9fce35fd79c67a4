package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/quantity"
	"cutpoint/pipeline/raster"
	"cutpoint/schemas"
)

// fact is a line of how it was measured.
type fact struct{ What, Text string }

// splitting says how pages were divided, who was scored and what was left out.
func splitting(r *compare.Report) []fact {
	facts := []fact{{"Splits", splits(r)}, {"Groups", fmt.Sprintf(
		"%s in %s: the pages of one document, and pages whose vectors are equal at some cut, are never on both sides of a split.",
		plural(r.Rows.Used, "page"), plural(r.Rows.Groups, "group"))}}
	if out := leftOut(r.Rows); out != "" {
		facts = append(facts, fact{"Also counted", out})
	}
	if warnings := r.WarningSentences(); len(warnings) > 0 {
		facts = append(facts, fact{"Left out", sentence(strings.Join(warnings, " "))})
	}
	if n := r.Source.Replaced; n.Pages > 0 {
		facts = append(facts, fact{"Replaced", replaced(n)})
	}
	if out := warnings(r.Source.Warnings); out != "" {
		facts = append(facts, fact{"Warnings", out})
	}
	unit := "The page."
	if r.Unit == compare.UnitDocument {
		unit = "The document: the mean of its pages’ log probabilities decides."
	}
	rate := r.Rate.Phrase()
	if rate == "" {
		rate = "not measured, so that the time for a million pages is not known"
	}
	return append(facts,
		fact{"Scored", unit},
		fact{"Baseline", percent(r.MajorityShare) + " by always answering the commonest class."},
		fact{"Seed", fmt.Sprint(r.Seed)},
		fact{"Rate of the trunk", sentence(rate)})
}

func splits(r *compare.Report) string {
	if r.Split == compare.SplitStore {
		return "The corpus’s own: heads learn from the pages whose split is “train” and are scored on those whose split is “test”, or “validation” where none is."
	}
	text := fmt.Sprintf("%d folds, stratified by class; each takes its turn as the test set, and heads choose their strength on training pages alone.", r.Folds)
	if r.Repeats > 1 {
		text += fmt.Sprintf(" Dealt anew %d times: %d splits.", r.Repeats, r.Folds*r.Repeats)
	}
	return text + " All candidates see the same splits."
}

// replaced says what became of documents whose paths hold others now.
func replaced(n compare.Replaced) string {
	what := "left out"
	if n.Included {
		what = "used like others"
	}
	return fmt.Sprintf("%s of %s: other documents were found at their paths. They are %s.",
		plural(n.Pages, "page"), plural(n.Documents, "document"), what)
}

// warnings says how many pages may not look as a person sees them.
func warnings(pages map[string]int) string {
	meaning := map[string]string{
		string(raster.Incomplete): "an image or a text could not be drawn",
		string(raster.Dark):       "nearly all black",
		string(raster.Empty):      "nothing to be seen",
	}
	var out []string
	for _, class := range slices.Sorted(maps.Keys(pages)) {
		text := plural(pages[class], "page") + " " + sentence(class)
		if why := meaning[class]; why != "" {
			text += " (" + why + ")"
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return ""
	}
	return "Pages that may not look as a person sees them: " + strings.Join(out, "; ") + "."
}

func leftOut(rows compare.Rows) string {
	var out []string
	for _, c := range []struct {
		n    int
		what string
	}{
		{rows.Unlabelled, "without a label, left out"}, {rows.Rare, "of labels that are too rare, left out"}, {rows.NotAtEveryCut, "not at every cut, left out"},
		{rows.Duplicates, "with the vector of another document’s page"}, {rows.LabelsDiffer, "labelled differently by tables (the first cut counts)"},
		{rows.LabelsReplaced, "relabelled by the labels file"}, {rows.LabelsUnused, "named by the labels file alone"},
		{rows.InNoSplit, "neither for training nor for test"}, {rows.Leaks, "not trained on because their document is tested"},
	} {
		if c.n > 0 {
			out = append(out, plural(c.n, "page")+" "+c.what)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, "; ") + "."
}

// provenance says what the numbers were computed from, and by what.
func provenance(r *compare.Report) []fact {
	facts := []fact{{"Store", sentence(r.Source.Store)}, {"Fingerprint", sentence(r.Source.Fingerprint)}}
	if d := r.Source.Description; d != nil {
		facts = append(facts, trunk(*d)...)
	}
	var versions []string
	for _, e := range r.Candidates {
		versions = unite(versions, fmt.Sprintf("%s %d", nameOf(e.Cut), e.Version))
	}
	return append(facts,
		fact{"Table versions", strings.Join(versions, ", ") + " (fit --as-of reads them again)"},
		fact{"Program", sentence(r.Tool)},
		fact{"Date", timestamp(r.Created)})
}

func trunk(d schemas.Description) []fact {
	weights := sentence(d.Weights.Source)
	if d.Weights.SHA256 != "" {
		weights += " (SHA-256 of the values " + clip(visible(d.Weights.SHA256), 17) + ")"
	}
	p := d.Preset
	return []fact{
		{"Trunk", fmt.Sprintf("%s in %s, stored as %s", nameOf(d.Model), nameOf(d.Precision), nameOf(d.ValueType()))},
		{"Weights", weights},
		{"Page preparation", fmt.Sprintf("%s: %s to %d × %d, %s, %s", nameOf(p.Name), nameOf(p.Resize), p.Size, p.Size, nameOf(p.Filter), nameOf(p.Color))},
	}
}

// command writes arguments as a POSIX shell reads them.
func command(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = quote(a)
	}
	return clip(strings.Join(quoted, " "), longCommand)
}

// quote protects an argument for the shell; what cannot be seen is written out,
// so that such a command shows what it was, though it cannot be pasted.
func quote(arg string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./-_", r)
	}
	if arg != "" && strings.IndexFunc(arg, func(r rune) bool { return !plain(r) }) < 0 {
		return arg
	}
	return "'" + strings.ReplaceAll(visible(arg), "'", `'\''`) + "'"
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return quantity.Unknown
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// day is the date for the title.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 January 2006")
}

// test names the test against the best; empty if there was none.
func test(r *compare.Report) string {
	for _, e := range r.Candidates {
		if e.AgainstBest != nil {
			return e.AgainstBest.Name
		}
	}
	return ""
}
