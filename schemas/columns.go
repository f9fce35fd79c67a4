package schemas

import (
	"reflect"
	"strings"
)

// Names of the columns that code outside this package refers to. Each is the tag of
// a field in rows.go, as a test verifies.
const (
	ColumnDocumentID   = "document_id"
	ColumnPage         = "page"
	ColumnPath         = "path"
	ColumnLabel        = "label"
	ColumnSplit        = "split"
	ColumnFormat       = "format"
	ColumnWidth        = "width"
	ColumnHeight       = "height"
	ColumnPages        = "pages"
	ColumnBytes        = "bytes"
	ColumnModified     = "modified"
	ColumnFirstSeen    = "first_seen"
	ColumnWarning      = "warning"
	ColumnReplacedBy   = "replaced_by"
	ColumnFeaturizedAt = "featurized_at"
	ColumnEmbedding    = "embedding"
	ColumnStage        = "stage"
	ColumnClass        = "class"
	ColumnMessage      = "message"
	ColumnAttempts     = "attempts"
	ColumnFailedAt     = "failed_at"
)

// Column describes a column, as the tag and the type of a row's field say.
type Column struct {
	Name     string
	Type     reflect.Type // of its values, without the pointer of an optional column
	Nullable bool
}

// Columns lists the columns of a row type, such as Document, in their order on disk.
func Columns(row reflect.Type) []Column {
	columns := make([]Column, row.NumField())
	for i := range columns {
		f := row.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		columns[i] = Column{name, f.Type, f.Type.Kind() == reflect.Pointer}
		if columns[i].Nullable {
			columns[i].Type = f.Type.Elem()
		}
	}
	return columns
}

// Text returns the value of an optional column, and "" for NULL.
func Text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
