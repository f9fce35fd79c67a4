package predict

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"cutpoint/model/head"
	"cutpoint/schemas"
)

// Formats of a table of predictions. All have the same columns: document_id,
// page (or pages, for documents), path, label, predicted, probability, and
// p_CLASS for each class in the head's order.
const (
	CSV     = "csv"
	JSONL   = "jsonl"
	Parquet = "parquet"
)

// Formats lists what Create writes.
func Formats() []string { return []string{CSV, JSONL, Parquet} }

// FormatOf returns the format that a file name's extension stands for. Its error says
// which extensions do.
func FormatOf(path string) (string, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return CSV, nil
	case ".jsonl", ".ndjson":
		return JSONL, nil
	case ".parquet":
		return Parquet, nil
	}
	return "", fmt.Errorf("%s: the extension names no format; end the name in .csv, .jsonl or .parquet", path)
}

// Table writes predictions. Without Close the end is missing.
type Table interface {
	Sink
	Close() error
}

// Create begins a table of a format.
func Create(w io.Writer, format, unit string, f *head.File) (Table, error) {
	switch format {
	case CSV:
		t := &csvTable{unit: unit, w: csv.NewWriter(w)}
		return t, t.w.Write(columns(unit, f.Classes))
	case JSONL:
		return newLines(w, unit, f.Classes)
	case Parquet:
		return newParquet(w, unit, f)
	}
	return nil, fmt.Errorf("unknown format %q; predictions are written as %s", format, strings.Join(Formats(), ", "))
}

// columns names the columns in order.
func columns(unit string, classes []string) []string {
	names := []string{schemas.ColumnDocumentID, schemas.ColumnPage, schemas.ColumnPath, schemas.ColumnLabel, "predicted", "probability"}
	if unit == UnitDocument {
		names[1] = schemas.ColumnPages
	}
	for _, c := range classes {
		names = append(names, "p_"+c)
	}
	return names
}

// count is the value of the second column.
func (r Row) count(unit string) int32 {
	if unit == UnitDocument {
		return r.Pages
	}
	return r.Page
}

// csvTable writes RFC 4180, with the shortest digits that give the same float64.
type csvTable struct {
	unit string
	w    *csv.Writer
	line []string
}

func (t *csvTable) Write(rows []Row) error {
	for _, r := range rows {
		t.line = append(t.line[:0], r.DocumentID, strconv.Itoa(int(r.count(t.unit))), r.Path, r.Label, r.Predicted, digits(r.Probability))
		for _, v := range r.Probabilities {
			t.line = append(t.line, digits(v))
		}
		if err := t.w.Write(t.line); err != nil {
			return err
		}
	}
	t.w.Flush() // rows are seen as they come
	return t.w.Error()
}

func (t *csvTable) Close() error {
	t.w.Flush()
	return t.w.Error()
}

func digits(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// lines writes an object a line, its members in the order of the columns.
type lines struct {
	unit  string
	names []string // as JSON, with what goes before each
	w     *bufio.Writer
}

func newLines(w io.Writer, unit string, classes []string) (*lines, error) {
	t := &lines{unit: unit, w: bufio.NewWriter(w)}
	for i, name := range columns(unit, classes) {
		raw, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		before := ","
		if i == 0 {
			before = "{"
		}
		t.names = append(t.names, before+string(raw)+":")
	}
	return t, nil
}

func (t *lines) Write(rows []Row) error {
	for _, r := range rows {
		var label any
		if r.Label != "" {
			label = r.Label
		}
		values := []any{r.DocumentID, r.count(t.unit), r.Path, label, r.Predicted, r.Probability}
		for _, v := range r.Probabilities {
			values = append(values, v)
		}
		for i, v := range values {
			raw, err := json.Marshal(v)
			if err != nil {
				return fmt.Errorf("page %d of %s: %w", r.Page, r.Path, err)
			}
			t.w.WriteString(t.names[i]) // a bufio.Writer keeps its first error for Flush
			t.w.Write(raw)
		}
		t.w.WriteString("}\n")
	}
	return t.w.Flush()
}

func (t *lines) Close() error { return t.w.Flush() }
