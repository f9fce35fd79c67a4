package report

import (
	"cmp"
	"html/template"
	"math"
	"slices"
	"strconv"

	"cutpoint/pipeline/quantity"
)

// wideMatrix is up to how many classes every candidate's matrix is drawn; of more,
// the chosen one's, and of the others what they confuse most.
const wideMatrix = 24

// worstPairs is how many confusions are listed.
const worstPairs = 12

// matrix is a candidate's confusion matrix and its scores by class.
type matrix struct {
	Title   string
	Role    string
	Units   string
	Open    bool
	Wide    bool     // too wide for horizontal headings
	Sparse  bool     // noughts are left out
	Classes []string // nil if the matrix is not drawn
	Rows    []matrixRow
	Pairs   []pair
	Scores  []classScore
}

type matrixRow struct {
	Class string
	Cells []cell
}

type cell struct {
	Class string // of the style: its shade
	Text  string
}

// pair is how often one class is taken for another.
type pair struct {
	Truth, Predicted string
	Pages            string
	Share            string // of the class
}

type classScore struct {
	Class                 string
	Precision, Recall, F1 string
	Pages                 string
	Bars                  template.HTML
}

func (f field) matrices() []matrix {
	var all []matrix
	for _, c := range f.candidates {
		all = append(all, f.matrix(c))
	}
	chosen := slices.IndexFunc(f.candidates, func(c candidate) bool { return c.Chosen })
	m := all[chosen]
	return slices.Insert(slices.Delete(all, chosen, chosen+1), 0, m)
}

func (f field) matrix(c candidate) matrix {
	names := make([]string, len(f.report.Classes))
	longest := 0
	for k, class := range f.report.Classes {
		names[k] = nameOf(class.Name)
		longest = max(longest, len(names[k]))
	}
	m := matrix{Title: c.Title(), Units: plurals(f.report), Role: c.role(), Open: c.Chosen, Wide: len(names) > 12 || len(names)*longest > 120}
	m.Sparse = len(names) > wideMatrix
	for k, s := range c.PerClass {
		m.Scores = append(m.Scores, classScore{names[k], quantity.Fixed(s.Precision, 3), quantity.Fixed(s.Recall, 3), quantity.Fixed(s.F1, 3), spaced(s.Pages), bar(s.F1)})
	}
	if c.Chosen || len(names) <= wideMatrix {
		m.Classes = names
		for k, row := range c.Confusion {
			m.Rows = append(m.Rows, matrixRow{names[k], cells(k, row)})
		}
	}
	if len(names) > 8 {
		m.Pairs = pairs(c.Confusion, names)
	}
	return m
}

// cells shades a row by the share of the class.
func cells(truth int, row []int) []cell {
	sum := 0
	for _, n := range row {
		sum += n
	}
	out := make([]cell, len(row))
	for k, n := range row {
		class := "h" + strconv.Itoa(shade(n, sum))
		if k == truth {
			class += " right"
		}
		if n == 0 {
			class += " zero"
		}
		out[k] = cell{class, strconv.Itoa(n)}
		if n == 0 && len(row) > wideMatrix { // thousands of noughts would hide the rest
			out[k].Text = ""
		}
	}
	return out
}

// shade is the step of a share; what is not nothing has a shade.
func shade(n, of int) int {
	if n <= 0 || of <= 0 {
		return 0
	}
	return min(shades, max(1, int(math.Round(shades*float64(n)/float64(of)))))
}

// pairs are the most frequent confusions.
func pairs(confusion [][]int, names []string) []pair {
	type found struct{ truth, predicted, n, of int }
	var all []found
	for truth, row := range confusion {
		sum := 0
		for _, n := range row {
			sum += n
		}
		for predicted, n := range row {
			if truth != predicted && n > 0 {
				all = append(all, found{truth, predicted, n, sum})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(b.n, a.n) })
	var out []pair
	for _, p := range all[:min(len(all), worstPairs)] {
		out = append(out, pair{names[p.truth], names[p.predicted], spaced(p.n), percent(float64(p.n) / float64(p.of))})
	}
	return out
}

// bar draws a share as the length of a bar.
func bar(share float64) template.HTML {
	d := newDrawing(100, 10)
	d.rect(0, 4, 100, 2, "rail")
	if share = min(max(share, 0), 1); finite(share) {
		d.rect(0, 1, 100*share, 8, "fill")
	}
	return d.finishStretched("bar")
}
