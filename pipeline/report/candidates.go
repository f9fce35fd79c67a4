package report

import (
	"cmp"
	"fmt"
	"slices"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/quantity"
)

// few is the largest number of candidates that have a mark each; of more, the mark is
// the head's.
const few = series

// candidate is one of a comparison, as it is named and marked everywhere.
type candidate struct {
	compare.Entry
	Index        int    // in the report
	Rank         int    // by accuracy, from 1
	Chosen, Best bool   //
	Label        string // as short as the others allow: the cut, the head, or both
	series       int    // its mark
	alone        bool   // there is nothing to choose
}

// Title is the candidate's whole name.
func (c candidate) Title() string { return nameOf(c.Cut) + " with " + nameOf(c.Head) }

// role says whether the candidate is the chosen one or the best.
func (c candidate) role() string {
	switch {
	case c.alone:
		return ""
	case c.Chosen && c.Best:
		return "chosen, best"
	case c.Chosen:
		return "chosen"
	case c.Best:
		return "best"
	}
	return ""
}

// field is all candidates, by accuracy.
type field struct {
	report     *compare.Report
	candidates []candidate
	cuts       []string // in the order given
	heads      []string
}

func newField(r *compare.Report) field {
	f := field{report: r}
	for i, e := range r.Candidates {
		f.candidates = append(f.candidates, candidate{Entry: e, Index: i, Chosen: i == r.Chosen, Best: i == r.Best})
		f.cuts, f.heads = unite(f.cuts, e.Cut), unite(f.heads, e.Head)
	}
	for i := range f.candidates {
		c := &f.candidates[i]
		c.Label, c.series = f.label(c.Entry), i
		if len(f.candidates) > few {
			c.series = slices.Index(f.heads, c.Head)
		}
	}
	slices.SortStableFunc(f.candidates, func(a, b candidate) int {
		if a.Best != b.Best {
			return map[bool]int{true: -1, false: 1}[a.Best]
		}
		return cmp.Compare(b.Accuracy.Mean, a.Accuracy.Mean)
	})
	for i := range f.candidates {
		f.candidates[i].Rank, f.candidates[i].alone = i+1, len(f.candidates) == 1
	}
	return f
}

// unite appends a name that is not there yet.
func unite(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

func (f field) label(e compare.Entry) string {
	cut, head := clip(visible(e.Cut), chartName/2), clip(visible(e.Head), chartName/2)
	switch {
	case len(f.heads) == 1:
		return cut
	case len(f.cuts) == 1:
		return head
	}
	return cut + " · " + head
}

// spread writes an accuracy in percent, with its standard deviation if there are
// splits to have one.
func (f field) spread(s compare.Summary) string {
	if f.report.Split == compare.SplitStore {
		return quantity.Points(s.Mean)
	}
	return quantity.Points(s.Mean) + " ± " + quantity.Points(s.SD)
}

func (f field) chosen() candidate {
	return f.candidates[slices.IndexFunc(f.candidates, func(c candidate) bool { return c.Chosen })]
}

func (f field) best() candidate { return f.candidates[0] }

// check finds what would make the page wrong, or the program fall.
func check(r *compare.Report) error {
	n := len(r.Candidates)
	if n == 0 {
		return fmt.Errorf("the comparison has no candidates")
	}
	if r.Chosen < 0 || r.Chosen >= n || r.Best < 0 || r.Best >= n {
		return fmt.Errorf("of %d candidates number %d is said to be chosen and number %d the best", n, r.Chosen, r.Best)
	}
	for _, e := range r.Candidates {
		for _, v := range []float64{e.Accuracy.Mean, e.Accuracy.SD} {
			if !finite(v) || v < 0 || v > 1 {
				return fmt.Errorf("%s has an accuracy of %v ± %v", e.Name(), e.Accuracy.Mean, e.Accuracy.SD)
			}
		}
		if len(e.Confusion) != len(r.Classes) || len(e.PerClass) != len(r.Classes) {
			return fmt.Errorf("%s has a confusion matrix of %d classes and scores of %d, not of %d", e.Name(), len(e.Confusion), len(e.PerClass), len(r.Classes))
		}
		for _, row := range e.Confusion {
			if len(row) != len(r.Classes) {
				return fmt.Errorf("%s has a confusion matrix that is not square", e.Name())
			}
		}
	}
	return nil
}
