package predict

import (
	"fmt"
	"strings"

	"cutpoint/pipeline/quantity"
)

// Summary says what was predicted.
type Summary struct {
	Pages       int       `json:"pages"`        // scored
	Rows        int       `json:"rows"`         // written
	Predicted   []Count   `json:"predicted"`    // rows by class
	Labelled    int       `json:"labelled"`     // rows whose label is one of the classes
	Correct     int       `json:"correct"`      // of Labelled
	Accuracy    *float64  `json:"accuracy"`     // Correct of Labelled; null if none is
	OtherLabels int       `json:"other_labels"` // rows whose label the head does not know
	Failed      int       `json:"failed"`       // documents that could not be read, wholly or in part
	Failures    []Failure `json:"failures,omitempty"`
	Seconds     float64   `json:"seconds"`
}

// Count is how many rows a class got.
type Count struct {
	Class string `json:"class"`
	Rows  int    `json:"rows"`
}

// Failure is a page, or a whole document (page -1), that has no prediction.
type Failure struct {
	Path    string `json:"path"`
	Page    int32  `json:"page"`
	Class   string `json:"class"`
	Message string `json:"message"`
}

// Summary returns the counts so far.
func (p *Predictor) Summary() Summary {
	s := p.summary
	for k, c := range p.file.Classes {
		s.Predicted = append(s.Predicted, Count{c, p.counts[k]})
	}
	if s.Labelled > 0 {
		accuracy := float64(s.Correct) / float64(s.Labelled)
		s.Accuracy = &accuracy
	}
	return s
}

// Text says it for people, in a few lines.
func (s Summary) Text(unit string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Predicted %s", quantity.Plural(s.Rows, unit))
	if unit != UnitPage {
		fmt.Fprintf(&b, " of %s", quantity.Plural(s.Pages, UnitPage))
	}
	if s.Seconds > 0 {
		fmt.Fprintf(&b, " in %.1f s (%.1f pages/s)", s.Seconds, float64(s.Pages)/s.Seconds)
	}
	var counts []string
	for _, c := range s.Predicted {
		counts = append(counts, fmt.Sprintf("%q %d", c.Class, c.Rows))
	}
	fmt.Fprintf(&b, ": %s.\n", strings.Join(counts, ", "))
	if s.Accuracy != nil {
		fmt.Fprintf(&b, "Of %d with a label %d are predicted as labelled, %.1f %%. What the head was trained on counts as well, so this is no estimate for new pages: fit's folds give one.\n",
			s.Labelled, s.Correct, 100**s.Accuracy)
	}
	if s.OtherLabels > 0 {
		fmt.Fprintf(&b, "%s with a label that is no class of the head.\n", quantity.Plural(s.OtherLabels, unit))
	}
	if s.Failed > 0 {
		fmt.Fprintf(&b, "%s could not be read, wholly or in part.\n", quantity.Plural(s.Failed, UnitDocument))
	}
	return b.String()
}
