package describe

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cutpoint/pipeline/printable"
	"cutpoint/schemas"
)

// Text writes the description for people.
func Text(w io.Writer, s Store) error {
	var b strings.Builder
	for _, line := range s.facts() {
		fmt.Fprintf(&b, "%-12s %s\n", line[0], printable.Line(line[1]))
	}
	for _, note := range s.noted() {
		fmt.Fprintf(&b, "%-12s %s\n", "", printable.Line(note))
	}
	b.WriteString("\n")
	table(&b, 1, s.tableRows())
	if len(s.Labels) > 0 {
		b.WriteString("\n")
		table(&b, 2, s.labelRows())
	}
	if lines := s.toolLines(); len(lines) > 0 {
		b.WriteString("\n" + strings.Join(lines, "\n") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// facts are what all tables of the store share.
func (s Store) facts() [][2]string {
	d := s.Description
	p := d.Preset
	values := s.DType
	if values == schemas.Float16 {
		values += " in a column of float32"
	}
	return [][2]string{
		{"Store", s.Name},
		{"Model", d.Model},
		{"Weights", d.Weights.Source},
		{"  SHA-256", d.Weights.SHA256},
		{"Preset", p.Name},
		{"  resize", p.Resize},
		{"  filter", p.Filter},
		{"  size", fmt.Sprintf("%d × %d pixels", p.Size, p.Size)},
		{"  colour", p.Color},
		{"  scale", fmt.Sprint(p.Scale)},
		{"  mean", triple(p.Mean)},
		{"  std", triple(p.Std)},
		{"Precision", d.Precision},
		{"Values", values},
		{"Fingerprint", s.Fingerprint},
		{"Documents", fmt.Sprintf("%s with %s pages", grouped(int64(s.Documents)), grouped(int64(s.Pages)))},
	}
}

func (s Store) tableRows() [][]string {
	rows := [][]string{{"table", "shape", "layout", "values", "rows", "parts", "bytes", "version", "first commit", "last commit"}}
	for _, t := range s.Tables {
		rows = append(rows, append(t.cells(), minute(t.First), minute(t.Last)))
	}
	return rows
}

// cells are the table's line in text and card, without times.
func (t Table) cells() []string {
	form, layout, dim, version := "", "", "", "none"
	if t.Cut != nil {
		form, layout, dim = shape(t.Cut.Shape), t.Cut.Layout, grouped(int64(t.Cut.Dim))
	}
	if t.Version >= 0 {
		version = fmt.Sprint(t.Version)
	}
	return []string{t.Name, form, layout, dim, grouped(t.Rows), fmt.Sprint(len(t.Parts)), grouped(t.Bytes), version}
}

func (s Store) labelRows() [][]string {
	rows := [][]string{{"label", "split", "documents", "pages"}}
	for _, n := range s.Labels {
		rows = append(rows, []string{cmp.Or(printable.Line(n.Label), "(none)"), cmp.Or(printable.Line(n.Split), "(none)"), grouped(int64(n.Documents)), grouped(int64(n.Pages))})
	}
	return rows
}

// toolLines says which programs wrote the parts: one line if it was one program.
func (s Store) toolLines() []string {
	parts := map[string]int{}
	for _, t := range s.Tables {
		for tool, n := range t.Wrote {
			parts[tool] += n
		}
	}
	var lines []string
	for _, tool := range slices.Sorted(maps.Keys(parts)) {
		noun := "parts"
		if parts[tool] == 1 {
			noun = "part"
		}
		lines = append(lines, fmt.Sprintf("%s %s written by %s.", grouped(int64(parts[tool])), noun, cmp.Or(printable.Line(tool), "a program that does not say")))
	}
	return lines
}

// table writes rows as aligned columns: the first left ones to the left, the rest
// to the right.
func table(b *strings.Builder, left int, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < left {
				line += cell + gap + "  "
			} else {
				line += gap + cell + "  "
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// grouped writes a number with a comma at every thousand.
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func minute(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}
