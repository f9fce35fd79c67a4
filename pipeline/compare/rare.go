package compare

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cutpoint/pipeline/quantity"
)

// LeftOut is what a comparison does not use, with examples. Rows has the numbers of
// pages. WarningSentences says it for people.
type LeftOut struct {
	LabelsFile     bool        `json:"labels_file"`     // labels were given beside the store's
	MinDocuments   int         `json:"min_documents"`   // that a label needs to be used; duplicates count once
	RareLabels     []RareLabel `json:"rare_labels"`     // left out, the commonest first
	UntestedLabels []string    `json:"untested_labels"` // with Split "store": learned, and scored on no page
	Unlabelled     []string    `json:"unlabelled"`      // paths of the first pages without a label
	LabelsUnused   []string    `json:"labels_unused"`   // the first that the labels file names and the store does not have
}

// RareLabel is a label that was left out.
type RareLabel struct {
	Name      string `json:"name"`
	Documents int    `json:"documents"` // that are different, at every cut
	Pages     int    `json:"pages"`
}

// TooRareError is returned if fewer than two labels are left to be told apart.
type TooRareError struct {
	Labels       []RareLabel // all of them, the commonest first
	MinDocuments int
	Folds        int // that would do, or 0
	ForTraining  bool
}

func (e *TooRareError) Error() string {
	what := fmt.Sprintf("have the %d different documents that a label needs here", e.MinDocuments)
	if e.ForTraining {
		what = "have documents for training"
	}
	s := fmt.Sprintf("fewer than two labels %s (duplicates count once): %s; label more documents", what, listLabels(e.Labels, manyLabels))
	switch {
	case e.ForTraining:
		return s + ", or change the split"
	case e.Folds > 0:
		return fmt.Sprintf("%s, or divide them into %d folds", s, e.Folds)
	}
	return s
}

// How many labels a sentence lists.
const (
	someLabels = 10
	manyLabels = 100
)

// listLabels writes labels with their numbers of documents.
func listLabels(labels []RareLabel, most int) string {
	var list []string
	for _, l := range labels[:min(len(labels), most)] {
		list = append(list, fmt.Sprintf("%s %d", quoted(l.Name), l.Documents))
	}
	if more := len(labels) - most; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

// quoted is a name in a sentence, on one line.
func quoted(name string) string { return `"` + clip(name, 60) + `"` }

// documents counts the different documents and the pages of every class, (K).
func (p *pages) documents() []RareLabel {
	counts := make([]RareLabel, len(p.classes))
	seen := map[[2]int]bool{} // class and group
	for i, y := range p.y {
		counts[y].Pages++
		if at := [2]int{y, p.groups[i]}; !seen[at] {
			seen[at] = true
			counts[y].Documents++
		}
	}
	for k := range counts {
		counts[k].Name = p.classes[k]
	}
	return counts
}

// commonestFirst sorts labels.
func commonestFirst(labels []RareLabel) []RareLabel {
	slices.SortStableFunc(labels, func(a, b RareLabel) int { return cmp.Compare(b.Documents, a.Documents) })
	return labels
}

// leaveOut drops the pages of the labels for which rare holds.
func (p *pages) leaveOut(rare []RareLabel) {
	if len(rare) == 0 {
		return
	}
	drop := map[string]bool{}
	for _, l := range rare {
		drop[l.Name] = true
		p.counts.Rare += l.Pages
	}
	p.leftOut.RareLabels = commonestFirst(append(p.leftOut.RareLabels, rare...))
	var rows []int
	for i, label := range p.labels {
		if !drop[label] {
			rows = append(rows, i)
		}
	}
	p.keys, p.paths, p.splits, p.labels = pick(p.keys, rows), pick(p.paths, rows), pick(p.splits, rows), pick(p.labels, rows)
	p.groups, p.duplicate, p.kept = pick(p.groups, rows), pick(p.duplicate, rows), pick(p.kept, rows)
	p.classify()
	p.count()
}

// checkLabels refuses pages from which no head can learn.
func (p *pages) checkLabels() error {
	switch {
	case len(p.keys) == 0 && p.counts.Unlabelled > 0:
		return fmt.Errorf("none of the %d pages has a label: put documents into one folder per label, or give a labels file", p.counts.Unlabelled)
	case len(p.keys) == 0:
		return errors.New("no page is at every cut: featurize the same corpus at all of them")
	case len(p.classes) == 1:
		return fmt.Errorf("all %d pages have the label %s: a head needs at least two labels; label documents of another kind too", len(p.keys), quoted(p.classes[0]))
	}
	return nil
}

// leaveOutRare leaves out labels with fewer than the least number of documents, and
// refuses if fewer than two labels stay.
func (p *pages) leaveOutRare(least, folds int) error {
	p.leftOut.MinDocuments = least
	all := p.documents()
	var rare []RareLabel
	for _, l := range all {
		if l.Documents < least {
			rare = append(rare, l)
		}
	}
	if len(all)-len(rare) < 2 {
		return p.tooRare(all, least, folds)
	}
	p.leaveOut(rare)
	return nil
}

// tooRare lists the labels that are left and those that were left out.
func (p *pages) tooRare(left []RareLabel, least, folds int) error {
	e := &TooRareError{Labels: commonestFirst(append(left, p.leftOut.RareLabels...)), MinDocuments: least, ForTraining: folds < 2}
	if second := e.Labels[min(1, len(e.Labels)-1)].Documents; least == folds && second >= 2 && second < folds {
		e.Folds = second
	}
	return e
}

// missing returns the labels that a training part lacks.
func (p *pages) missing(folds []fold) (labels []RareLabel) {
	lacks := make([]bool, len(p.classes))
	for _, f := range folds {
		for k, has := range p.present(f.train) {
			lacks[k] = lacks[k] || !has
		}
	}
	for k, l := range p.documents() {
		if lacks[k] {
			labels = append(labels, l)
		}
	}
	return labels
}

// present returns which classes some pages have, (K).
func (p *pages) present(some []int) []bool {
	has := make([]bool, len(p.classes))
	for _, i := range some {
		has[p.y[i]] = true
	}
	return has
}

// WarningSentences says what was left out although somebody may have wanted it in, a
// sentence each.
func (r *Report) WarningSentences() []string {
	var out []string
	l := r.LeftOut
	if n := len(l.RareLabels); n > 0 {
		why := fmt.Sprintf("fewer than %d different documents", l.MinDocuments)
		if r.Split == SplitStore {
			why = "too few documents for training"
		}
		out = append(out, fmt.Sprintf("%s with %s %s left out, with %s: %s.",
			quantity.Plural(n, "label"), why, were(n), quantity.Plural(r.Rows.Rare, "page"), listLabels(l.RareLabels, someLabels)))
	}
	if n := len(l.UntestedLabels); n > 0 {
		out = append(out, fmt.Sprintf("%s %s on no page that is for test, so that nothing is known of how well the head tells %s: %s.",
			quantity.Plural(n, "label"), are(n), map[bool]string{true: "it", false: "them"}[n == 1], examples(l.UntestedLabels, n)))
	}
	if s := unusedSentence(r.Rows.LabelsUnused, l.LabelsUnused); s != "" {
		out = append(out, s)
	}
	if n := r.Rows.Unlabelled; n > 0 && l.LabelsFile {
		out = append(out, fmt.Sprintf("%s got no label and %s left out: %s.", quantity.Plural(n, "page"), were(n), examples(l.Unlabelled, n)))
	}
	return out
}

// unusedSentence says which documents of a labels file met no page.
func unusedSentence(n int, names []string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s in the labels file %s not in the store: %s.", quantity.Plural(n, "document"), are(n), examples(names, n))
}

// examples lists the first few of n names.
func examples(names []string, n int) string {
	var list []string
	for _, name := range names[:min(len(names), fewExamples)] {
		list = append(list, quoted(name))
	}
	if more := n - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

func are(n int) string { return map[bool]string{true: "is", false: "are"}[n == 1] }

func were(n int) string { return map[bool]string{true: "was", false: "were"}[n == 1] }
