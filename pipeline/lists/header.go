package lists

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cutpoint/schemas"
)

// header is where a table has our columns.
type header struct {
	at    [4]int // of wanted; -1 for a column that is not there
	width int    // number of columns
}

// ColumnError is returned for a list that does not call a column by the name under
// which it is looked for.
type ColumnError struct {
	Missing string   // our name: "path" or "label"
	Called  string   // what was looked for
	Found   []string // the list's columns
	Like    string   // the one of Found that is probably meant, or ""
}

func (e *ColumnError) Error() string {
	var found []string
	for _, name := range e.Found[:min(len(e.Found), 20)] {
		found = append(found, fmt.Sprintf("%.40q", name))
	}
	return fmt.Sprintf("no column is called %s; the columns are %s", e.Called, strings.Join(found, ", "))
}

// others are common names of our columns in lists of other programs.
var others = map[string][]string{
	schemas.ColumnPath:  {"filename", "file_name", "file", "filepath", "file_path", "image", "image_path", "img", "document", "name", "url", "uri"},
	schemas.ColumnLabel: {"class", "category", "target", "class_name", "label_name", "labels", "y", "tag", "type"},
}

// newHeader finds our columns among a table's.
func newHeader(names []string, o Options) (header, error) {
	h := header{width: len(names)}
	for i, name := range wanted {
		h.at[i] = -1
		for j, n := range names {
			if !strings.EqualFold(n, o.columnOf(name)) {
				continue
			}
			if h.at[i] >= 0 {
				return h, fmt.Errorf("two columns are called %s; rename one", o.columnOf(name))
			}
			h.at[i] = j
		}
		if h.at[i] < 0 && o.Columns[name] != "" {
			return h, o.missing(name, names)
		}
	}
	if !o.Labels {
		h.at[document] = -1
	}
	switch {
	case h.at[path] < 0 && h.at[document] < 0:
		return h, o.missing(schemas.ColumnPath, names)
	case h.at[label] < 0 && o.Labels:
		return h, o.missing(schemas.ColumnLabel, names)
	}
	return h, nil
}

// Places in wanted.
const (
	path = iota
	document
	label
	split
)

// missing says that a column is not there.
func (o Options) missing(name string, names []string) error {
	e := &ColumnError{Missing: name, Called: o.columnOf(name), Found: names}
	for _, other := range others[name] {
		if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, other) }); i >= 0 && e.Like == "" {
			e.Like = names[i]
		}
	}
	return e
}

// values picks our columns from a record; nil is one that the table lacks.
func (h header) values(fields [][]byte) (v [4][]byte) {
	for i, at := range h.at {
		if at >= 0 {
			v[i] = fields[at]
			if v[i] == nil {
				v[i] = []byte{}
			}
		}
	}
	return v
}

// separators of columns. Where several divide a header into known columns, or none
// does, the one with the most columns counts.
var separators = []byte{',', ';', '\t'}

// findHeader reads a first line as a header.
func findHeader(first []byte, line int, try []byte, o Options) (best header, comma byte, err error) {
	known := -1
	for _, c := range try {
		names, splitErr := fieldsOf(first, line, c)
		h, headerErr := header{}, splitErr
		for len(names) > 1 && names[len(names)-1] == "" { // as spreadsheets leave them
			names = names[:len(names)-1]
		}
		if splitErr == nil {
			h, headerErr = newHeader(names, o)
			if headerErr != nil {
				headerErr = at(line, headerErr)
			}
		}
		score := len(names)
		if headerErr == nil {
			score += 1 << 20
		}
		if score > known {
			known, best, comma, err = score, h, c, headerErr
		}
	}
	var missing *ColumnError
	if errors.As(err, &missing) && !namesColumns(missing.Found) {
		err = at(line, fmt.Errorf("the first line must name the columns, such as path,label, and reads %.200q", first))
	}
	return best, comma, err
}

// namesColumns reports whether a first line may be a header: one of its fields is a
// name that columns have, and none looks like a path.
func namesColumns(fields []string) bool {
	for _, f := range fields {
		if strings.ContainsAny(f, `/\`) || fileName.MatchString(f) {
			return false
		}
	}
	return len(fields) > 1 || isColumnName(fields[0])
}

var fileName = regexp.MustCompile(`(?i)\.(pdf|tiff?|jpe?g|png|gif|bmp|webp|p[bgpn]m)$`)

func isColumnName(field string) bool {
	same := func(name string) bool { return strings.EqualFold(name, field) }
	return slices.ContainsFunc(wanted, same) || slices.ContainsFunc(others[schemas.ColumnPath], same) || slices.ContainsFunc(others[schemas.ColumnLabel], same)
}

// looksLikeTable reports whether a first line is rather that of a table than a path: it
// is no file's name, and its first field is one, or a column's.
func (o Options) looksLikeTable(first []byte) bool {
	if o.exists(string(first)) {
		return false
	}
	for _, comma := range separators {
		fields, err := fieldsOf(first, 1, comma)
		if err == nil && len(fields) > 1 && (o.exists(fields[0]) || slices.ContainsFunc(fields, isColumnName)) {
			return true
		}
	}
	return false
}

// firstLine returns the first line that is not blank, its number, and the separators
// that may divide it. It takes from the source what stands before: blank lines, and
// the line sep=; with which Excel is told the separator.
func (s *source) firstLine() (line []byte, number int, comma []byte) {
	rest, comma := s.head, separators
	for {
		line, after, found := bytes.Cut(rest, []byte{s.end})
		line = bytes.TrimSuffix(line, []byte("\r"))
		declares := len(line) == 5 && string(line[:4]) == "sep=" && bytes.IndexByte(separators, line[4]) >= 0
		if declares {
			comma = line[4:]
		} else if len(bytes.TrimSpace(line)) > 0 {
			return line, s.skipped + 1, comma
		}
		if !found {
			return nil, s.skipped + 1, comma
		}
		s.in.Discard(len(rest) - len(after))
		s.skipped++
		rest = after
	}
}
