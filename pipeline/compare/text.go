package compare

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cutpoint/pipeline/quantity"
)

// width is how many columns the text may take.
const width = 120

// WriteText draws the report in at most 120 columns.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	r.writeRows(&b)
	if len(r.Candidates) == 1 {
		r.writeOne(&b)
	} else {
		r.writeAll(&b)
	}
	r.writeConfusion(&b, r.Candidates[r.Chosen])
	r.writeClasses(&b, r.Candidates[r.Chosen])
	r.writeCurves(&b)
	use, because := r.AdviceSentence()
	if use != "" {
		because = use + ": " + because
	}
	b.WriteString("\n" + wrap(because, width) + "\n")
	for _, reason := range r.ReasonSentences() {
		b.WriteString(wrap("- "+reason, width) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeRows says which pages were used.
func (r *Report) writeRows(b *strings.Builder) {
	line := fmt.Sprintf("%d pages in %d groups, %d labels, %s", r.Rows.Used, r.Rows.Groups, len(r.Classes), r.splits())
	if r.unit() == UnitDocument {
		line += ", scored by document"
	}
	for _, more := range []struct {
		n    int
		what string
	}{
		{r.Rows.Unlabelled, "without a label left out"}, {r.Rows.Rare, "of labels that are too rare left out"}, {r.Rows.NotAtEveryCut, "not at every cut left out"},
		{r.Rows.Duplicates, "duplicates of other documents"}, {r.Rows.LabelsDiffer, "labelled differently by another cut"},
		{r.Rows.LabelsReplaced, "relabelled"}, {r.Rows.LabelsUnused, "named by the labels file alone"},
		{r.Rows.InNoSplit, "neither for training nor for test"}, {r.Rows.Leaks, "not trained on because their document is tested"},
	} {
		if more.n > 0 {
			line += fmt.Sprintf(", %d %s", more.n, more.what)
		}
	}
	b.WriteString(wrap(line, width) + "\n\n")
}

// splits says how the pages were divided.
func (r *Report) splits() string {
	switch {
	case r.Split == SplitStore:
		return "the store's own split"
	case r.Repeats > 1:
		return fmt.Sprintf("%d folds × %d", r.Folds, r.Repeats)
	}
	return fmt.Sprintf("%d folds", r.Folds)
}

// writeOne draws the only candidate's scores.
func (r *Report) writeOne(b *strings.Builder) {
	e := r.Candidates[0]
	writeTable(b, []string{"", ""}, [][]string{
		{"cut", fmt.Sprintf("%s, %d values, %s a page, %s stored", e.Cut, e.Dim, quantity.Bytes(e.Costs.BytesAPage), quantity.Bytes(e.Costs.size()))},
		{"trunk", fmt.Sprintf("%s GFLOP a page, %s parameters", quantity.GFLOP(e.Costs.TrunkFLOPs), quantity.Count(e.Costs.TrunkParameters))},
		{"head", fmt.Sprintf("%s, %s parameters, %s s to train, %s µs a page to predict", e.Head, quantity.Count(e.Costs.HeadParameters), quantity.Short(e.TrainSeconds.Mean), quantity.Short(e.PredictMicros.Mean))},
		{"accuracy", fmt.Sprintf("%s ± %s %%", quantity.Points(e.Accuracy.Mean), quantity.Points(e.Accuracy.SD))},
		{"macro F1", fmt.Sprintf("%.3f ± %.3f", e.MacroF1.Mean, e.MacroF1.SD)},
		{"log loss", fmt.Sprintf("%.3f ± %.3f", e.LogLoss.Mean, e.LogLoss.SD)},
		{"calibration error", fmt.Sprintf("%.3f ± %.3f", e.CalibrationError.Mean, e.CalibrationError.SD)},
	}, 2)
}

// writeAll draws a line for every candidate.
func (r *Report) writeAll(b *strings.Builder) {
	header := []string{"", "cut", "head", "accuracy %", "macro F1", "log loss", "p", "GFLOP", "a page", "head par.", "train s", "µs/page"}
	var lines [][]string
	for i, e := range r.Candidates {
		mark, p := " ", ""
		if i == r.Chosen {
			mark = ">"
		}
		if e.AgainstBest != nil {
			p = quantity.P(e.AgainstBest.P)
		} else {
			p = "best"
		}
		lines = append(lines, []string{mark, e.Cut, e.Head, quantity.Points(e.Accuracy.Mean) + " ± " + quantity.Points(e.Accuracy.SD),
			fmt.Sprintf("%.3f", e.MacroF1.Mean), fmt.Sprintf("%.3f", e.LogLoss.Mean), p, quantity.GFLOP(e.Costs.TrunkFLOPs), quantity.Bytes(e.Costs.size()),
			quantity.Count(e.Costs.HeadParameters), quantity.Short(e.TrainSeconds.Mean), quantity.Short(e.PredictMicros.Mean)})
	}
	writeTable(b, header, lines, 3)
}

// writeConfusion draws a candidate's confusion matrix, or, where it is too wide,
// its most frequent confusions.
func (r *Report) writeConfusion(b *strings.Builder, e Entry) {
	header := []string{"true \\ predicted"}
	var lines [][]string
	for k, class := range r.Classes {
		header = append(header, clip(class.Name, 14))
		line := []string{clip(class.Name, 24)}
		for _, n := range e.Confusion[k] {
			line = append(line, strconv.Itoa(n))
		}
		lines = append(lines, line)
	}
	if tableWidth(header, lines) <= width {
		fmt.Fprintf(b, "\nconfusion of %s, %ss:\n", e.Name(), r.unit())
		writeTable(b, header, lines, 1)
		return
	}
	type pair struct{ truth, predicted, n int }
	var pairs []pair
	for truth, row := range e.Confusion {
		for predicted, n := range row {
			if truth != predicted && n > 0 {
				pairs = append(pairs, pair{truth, predicted, n})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return b.n - a.n })
	lines = nil
	for _, p := range pairs[:min(len(pairs), 10)] {
		lines = append(lines, []string{clip(r.Classes[p.truth].Name, 40), clip(r.Classes[p.predicted].Name, 40), strconv.Itoa(p.n)})
	}
	fmt.Fprintf(b, "\nmost frequent confusions of %s:\n", e.Name())
	writeTable(b, []string{"true", "predicted", "pages"}, lines, 2)
}

// writeTable aligns columns: the first left ones to the left, the others to the
// right. An empty header is left out.
func writeTable(b *strings.Builder, header []string, lines [][]string, left int) {
	widths := columnWidths(header, lines)
	if strings.Join(header, "") != "" {
		lines = append([][]string{header}, lines...)
	}
	for _, line := range lines {
		var out strings.Builder
		for c, cell := range line {
			if c > 0 {
				out.WriteString("  ")
			}
			pad := strings.Repeat(" ", widths[c]-utf8.RuneCountInString(cell))
			if c < left {
				out.WriteString(cell + pad)
			} else {
				out.WriteString(pad + cell)
			}
		}
		b.WriteString(strings.TrimRight(out.String(), " ") + "\n")
	}
}

func columnWidths(header []string, lines [][]string) []int {
	widths := make([]int, len(header))
	for _, line := range append([][]string{header}, lines...) {
		for c, cell := range line {
			widths[c] = max(widths[c], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

func tableWidth(header []string, lines [][]string) int {
	total := -2
	for _, w := range columnWidths(header, lines) {
		total += w + 2
	}
	return total
}
