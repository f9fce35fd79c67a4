package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"cutpoint/schemas"
)

// Formats of vectors, by the names that the command line has for them.
const (
	FormatArrow       = "arrow"
	FormatCSV         = "csv"
	FormatLibSVM      = "libsvm"
	FormatNPY         = "npy"
	FormatParquet     = "parquet"
	FormatSafetensors = "safetensors"
)

// Formats lists them.
func Formats() []string {
	return []string{FormatArrow, FormatCSV, FormatLibSVM, FormatNPY, FormatParquet, FormatSafetensors}
}

// FormatOf returns the format that a file's name asks for, "" if it asks for none.
func FormatOf(name string) string {
	at := strings.LastIndexByte(name, '.') + 1
	switch extension := strings.ToLower(name[at:]); extension {
	case "svm", "svmlight":
		return FormatLibSVM
	case "arrows", "ipc":
		return FormatArrow
	default:
		if at > 0 && slices.Contains(Formats(), extension) {
			return extension
		}
		return ""
	}
}

// MatrixOnly reports whether a format holds vectors only, so that keys, paths and labels
// go to a table of rows (Rows).
func MatrixOnly(format string) bool {
	return format == FormatNPY || format == FormatLibSVM || format == FormatSafetensors
}

// Text reports whether a format is for a terminal, too.
func Text(format string) bool { return format == FormatCSV || format == FormatLibSVM }

// Table is what stands above its rows.
type Table struct {
	Info        schemas.CutInfo
	Description schemas.Description
	Rows        int64    // how many will be written: some formats begin with it
	Classes     []string // the labels, sorted: a label's index is its number
}

// class returns a label's number, -1 for none.
func (t Table) class(label *string) int {
	if label == nil {
		return -1
	}
	if k, ok := slices.BinarySearch(t.Classes, *label); ok {
		return k
	}
	return -1
}

// check refuses a row that does not fit.
func (t Table) check(r schemas.Feature) error {
	if len(r.Embedding) != t.Info.Dim {
		return fmt.Errorf("%s page %d has %d values instead of %d", r.Path, r.Page, len(r.Embedding), t.Info.Dim)
	}
	return nil
}

// Writer takes rows in order, in bounded memory.
type Writer interface {
	Write(rows []schemas.Feature) error
	// Close completes the output; what lies below stays open.
	Close() error
}

// New begins an output in a format.
func New(format string, w io.Writer, t Table) (Writer, error) {
	switch format {
	case FormatArrow:
		return NewArrow(w, t.Info, t.Description)
	case FormatCSV:
		return newCSV(w, t)
	case FormatLibSVM:
		return newLibSVM(w, t), nil
	case FormatNPY:
		return newNPY(w, t)
	case FormatParquet:
		return newParquet(w, t)
	case FormatSafetensors:
		return newSafetensors(w, t)
	}
	return nil, fmt.Errorf("unknown format %q; formats are %s", format, strings.Join(Formats(), ", "))
}

// Rows writes keys, paths and labels in the order of a matrix, as CSV with the
// columns document_id, page, path, label, split and label_index, which is -1
// without a label.
type Rows struct {
	out   *csv.Writer
	table Table
}

// NewRows begins a table of rows.
func NewRows(w io.Writer, t Table) (*Rows, error) {
	r := &Rows{csv.NewWriter(w), t}
	return r, r.out.Write(append(slices.Clone(keyColumns), "label_index"))
}

// keyColumns are what every table says of a row.
var keyColumns = []string{schemas.ColumnDocumentID, schemas.ColumnPage, schemas.ColumnPath, schemas.ColumnLabel, schemas.ColumnSplit}

func keyValues(r schemas.Feature) []string {
	return []string{r.DocumentID, strconv.Itoa(int(r.Page)), r.Path, schemas.Text(r.Label), schemas.Text(r.Split)}
}

// Write adds rows.
func (r *Rows) Write(rows []schemas.Feature) error {
	for _, row := range rows {
		if err := r.out.Write(append(keyValues(row), strconv.Itoa(r.table.class(row.Label)))); err != nil {
			return err
		}
	}
	return nil
}

// Close completes the table.
func (r *Rows) Close() error {
	r.out.Flush()
	return r.out.Error()
}
