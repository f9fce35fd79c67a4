package describe

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cutpoint/pipeline/quantity"
	"cutpoint/schemas"
)

// Count is how often a label occurs in a split of the corpus; "" is none.
type Count struct {
	Label     string `json:"label"`
	Split     string `json:"split"`
	Documents int    `json:"documents"`
	Pages     int    `json:"pages"`
}

// Replaced counts documents whose path holds another one now. Their rows are in the
// tables all the same.
type Replaced struct {
	Documents int `json:"documents"`
	Pages     int `json:"pages"`
}

// Counter counts what the documents table says.
type Counter struct {
	labels   map[[2]string]Count // by label and split
	warnings map[string]int
	replaced Replaced
}

// NewCounter counts from nothing.
func NewCounter() *Counter {
	return &Counter{labels: map[[2]string]Count{}, warnings: map[string]int{}}
}

// Add counts a row. Every document has a page 0, whichever others were seen.
func (c *Counter) Add(d schemas.Document) {
	if d.ReplacedBy != nil {
		c.replaced.Pages++
		if d.Page == 0 {
			c.replaced.Documents++
		}
		return
	}
	if d.Warning != nil {
		c.warnings[*d.Warning]++
	}
	key := [2]string{schemas.Text(d.Label), schemas.Text(d.Split)}
	n := c.labels[key]
	n.Label, n.Split = key[0], key[1]
	n.Pages++
	if d.Page == 0 {
		n.Documents++
	}
	c.labels[key] = n
}

// Fill gives the store the counts. Labels are sorted, then splits.
func (c *Counter) Fill(s *Store) {
	out := make([]Count, 0, len(c.labels))
	for _, n := range c.labels {
		out = append(out, n)
		s.Documents += n.Documents
		s.Pages += n.Pages
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.Split, b.Split))
	})
	s.Labels, s.Warnings, s.Replaced = out, c.warnings, c.replaced
}

// noted says what to know of the documents and pages besides their number: each a
// sentence.
func (s Store) noted() []string {
	var out []string
	if n := s.Replaced; n.Documents > 0 {
		out = append(out, fmt.Sprintf("Also in the tables: %s with %s, at whose paths other files were found since (the column replaced_by of documents)",
			quantity.Plural(n.Documents, "document"), quantity.Plural(n.Pages, "page")))
	}
	if len(s.Warnings) > 0 {
		out = append(out, fmt.Sprintf("Some pages may not look as a person sees them (the column warning of documents): %s", quantity.Classes(s.Warnings)))
	}
	return out
}
