package compare

import (
	"fmt"
	"strings"

	"cutpoint/pipeline/quantity"
)

// maxClassLines is how many classes are listed one by one.
const maxClassLines = 30

// writeClasses draws how each class fares.
func (r *Report) writeClasses(b *strings.Builder, e Entry) {
	if len(e.PerClass) == 0 || len(e.PerClass) > maxClassLines {
		return
	}
	var lines [][]string
	for k, c := range e.PerClass {
		lines = append(lines, []string{clip(r.Classes[k].Name, 40), fmt.Sprintf("%.3f", c.Precision), fmt.Sprintf("%.3f", c.Recall), fmt.Sprintf("%.3f", c.F1), fmt.Sprint(c.Pages)})
	}
	b.WriteString("\n")
	writeTable(b, []string{"class", "precision", "recall", "F1", r.unit() + "s"}, lines, 1)
}

// writeCurves draws the accuracy at every number of labelled pages a class.
func (r *Report) writeCurves(b *strings.Builder) {
	first := r.Candidates[0].LearningCurve
	if len(first) == 0 {
		return
	}
	header := []string{"pages a class"}
	for _, p := range first {
		header = append(header, fmt.Sprint(p.PagesPerClass))
	}
	var lines [][]string
	for _, e := range r.Candidates {
		line := []string{e.Name()}
		for _, p := range e.LearningCurve {
			line = append(line, quantity.Points(p.Accuracy.Mean))
		}
		lines = append(lines, line)
	}
	b.WriteString("\naccuracy % by labelled pages a class, at most:\n")
	writeTable(b, header, lines, 1)
}
