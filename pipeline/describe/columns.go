package describe

import (
	"reflect"
	"time"

	"cutpoint/schemas"
)

// kind is a column's type on disk.
type kind int

const (
	utf8s kind = iota // UTF-8
	int32s
	int64s
	instant // microseconds since 1970 in UTC
	vector  // list of float32
)

var kinds = map[reflect.Type]kind{
	reflect.TypeFor[string](): utf8s, reflect.TypeFor[int32](): int32s, reflect.TypeFor[int64](): int64s,
	reflect.TypeFor[time.Time](): instant, reflect.TypeFor[[]float32](): vector,
}

// column is one of a table's columns.
type column struct {
	name  string
	kind  kind
	about string
}

// key are the columns that identify a row.
var key = []string{schemas.ColumnDocumentID, schemas.ColumnPage}

// descriptions say what columns hold.
var descriptions = map[string]string{
	schemas.ColumnDocumentID:   "SHA-256 of the document's bytes in hexadecimal digits; a renamed file keeps it",
	schemas.ColumnPage:         "number of the page in its document, from 0",
	schemas.ColumnPath:         "where the document was found",
	schemas.ColumnLabel:        "class of the document; null if it has none",
	schemas.ColumnSplit:        "part of the corpus that the document is for, such as train or test; null if none was given",
	schemas.ColumnFormat:       "file format, such as tiff",
	schemas.ColumnWidth:        "of the page in pixels, after orientation; 0 if it could not be decoded",
	schemas.ColumnHeight:       "of the page in pixels, after orientation; 0 if it could not be decoded",
	schemas.ColumnPages:        "number of pages in the document",
	schemas.ColumnBytes:        "size of the document's file",
	schemas.ColumnModified:     "when the file was changed",
	schemas.ColumnFirstSeen:    "when the page was first read",
	schemas.ColumnWarning:      "why the page may not be what a person sees: incomplete, dark or empty; null if nothing speaks for that",
	schemas.ColumnReplacedBy:   "document_id of what was found at the path instead of this document; null while the document is there",
	schemas.ColumnStage:        "where it failed, such as decode",
	schemas.ColumnClass:        "kind of failure, such as corrupt",
	schemas.ColumnMessage:      "what is wrong",
	schemas.ColumnAttempts:     "how often it was tried",
	schemas.ColumnFailedAt:     "when it was tried last",
	schemas.ColumnFeaturizedAt: "when the page was computed",
	schemas.ColumnEmbedding:    "the features; every row has the same number of values",
}

// ofFailures are what the descriptions of the failures table add.
var ofFailures = map[string]string{
	schemas.ColumnDocumentID: "; path: and a hash of the path for a file that could not be opened",
	schemas.ColumnPage:       "; -1 means the whole document",
}

// columns lists a table's columns in their order on disk.
func (t Table) columns() []column {
	row := reflect.TypeFor[schemas.Feature]()
	switch t.Name {
	case schemas.DocumentsTable:
		row = reflect.TypeFor[schemas.Document]()
	case schemas.FailuresTable:
		row = reflect.TypeFor[schemas.Failure]()
	}
	var out []column
	for _, c := range schemas.Columns(row) {
		text := descriptions[c.Name]
		if t.Name == schemas.FailuresTable {
			text += ofFailures[c.Name]
		}
		out = append(out, column{c.Name, kinds[c.Type], text})
	}
	return out
}
