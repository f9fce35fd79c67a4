package compare

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"cutpoint/schemas"
)

// Limits on a labels file.
const (
	maxLabelBytes = 1 << 30
	maxLabelName  = 1 << 10
)

// Labels override what the tables say. A nil *Labels overrides nothing.
type Labels struct {
	byPath bool              // keys are paths, not document ids
	of     map[string]string // "" takes a page's label away
	used   map[string]bool
}

// ParseLabels reads a CSV or TSV table with a header that has a column "label"
// and a column "path" or "document_id"; other columns are ignored. name is the
// file's, for messages. A label may be empty: the page is then left out.
func ParseLabels(r io.Reader, name string) (*Labels, error) {
	limited := &io.LimitedReader{R: r, N: maxLabelBytes + 1}
	in := bufio.NewReader(limited)
	table, key, label, byPath, err := labelHeader(in)
	if err != nil {
		return nil, fmt.Errorf("read labels %s: %w", name, err)
	}
	l := &Labels{byPath: byPath, of: map[string]string{}, used: map[string]bool{}}
	for {
		record, err := table.Read()
		if limited.N == 0 {
			return nil, fmt.Errorf("read labels %s: the file is larger than %d MiB", name, maxLabelBytes>>20)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read labels %s: %w", name, err)
		}
		line, _ := table.FieldPos(0)
		if err := l.add(record[key], record[label]); err != nil {
			return nil, fmt.Errorf("read labels %s: line %d: %w", name, line, err)
		}
	}
	if len(l.of) == 0 {
		return nil, fmt.Errorf("read labels %s: it has a header and no lines", name)
	}
	return l, nil
}

// labelHeader reads the header and finds the columns.
func labelHeader(in *bufio.Reader) (table *csv.Reader, key, label int, byPath bool, err error) {
	if bom, _ := in.Peek(3); string(bom) == "\uFEFF" {
		in.Discard(3)
	}
	start, _ := in.Peek(4096)
	line, _, _ := strings.Cut(string(start), "\n")
	table = csv.NewReader(in)
	table.ReuseRecord = true
	if strings.Contains(line, "\t") {
		table.Comma, table.LazyQuotes = '\t', true
	}
	header, err := table.Read()
	if errors.Is(err, io.EOF) {
		return nil, 0, 0, false, errors.New("it is empty: give it a header path,label")
	} else if err != nil {
		return nil, 0, 0, false, err
	}
	find := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
	}
	label, path, id := find(schemas.ColumnLabel), find(schemas.ColumnPath), find(schemas.ColumnDocumentID)
	if label < 0 || path < 0 && id < 0 {
		return nil, 0, 0, false, fmt.Errorf("line 1: the header %.200q lacks a column label or one of path and document_id", strings.Join(header, string(table.Comma)))
	}
	if id >= 0 { // identity is surer than a name
		return table, id, label, false, nil
	}
	return table, path, label, true, nil
}

// add takes one line's override.
func (l *Labels) add(key, label string) error {
	key, label = strings.TrimSpace(strings.Clone(key)), strings.TrimSpace(strings.Clone(label))
	if key == "" {
		return errors.New("the page is not named")
	}
	if len(label) > maxLabelName {
		return fmt.Errorf("the label has %d bytes, more than %d", len(label), maxLabelName)
	}
	if earlier, ok := l.of[key]; ok && earlier != label {
		return fmt.Errorf("%s is labelled %q here and %q above: keep one", key, label, earlier)
	}
	l.of[key] = label
	return nil
}

// apply returns a table's labels after the overrides, and how many pages got
// another one. It leaves the table as it is.
func (l *Labels) apply(d *Dataset) (labels []string, changed int, err error) {
	if l == nil {
		return d.Labels, 0, nil
	}
	if l.byPath && d.Paths == nil {
		return nil, 0, fmt.Errorf("cut %s has no paths to apply labels by: use a labels file with document_id", d.Cut)
	}
	labels = slices.Clone(d.Labels)
	for i := range d.Keys {
		if label := l.Of(d.Keys[i].DocumentID, d.path(i), labels[i]); label != labels[i] {
			labels[i] = label
			changed++
		}
	}
	return labels, changed, nil
}

// Of returns a page's label after the overrides: its own if none names it. A nil
// *Labels overrides nothing.
func (l *Labels) Of(documentID, path, label string) string {
	if l == nil {
		return label
	}
	key := documentID
	if l.byPath {
		key = path
	}
	if other, ok := l.of[key]; ok {
		l.used[key] = true
		return other
	}
	return label
}

// unused returns how many overrides met no page.
func (l *Labels) unused() int {
	if l == nil {
		return 0
	}
	return len(l.of) - len(l.used)
}
