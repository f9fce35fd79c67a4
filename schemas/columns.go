package schemas

// Names of the columns that code outside this package speaks of. Each is the tag of
// a field in rows.go, which a test holds them against.
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
	ColumnFeaturizedAt = "featurized_at"
	ColumnEmbedding    = "embedding"
	ColumnStage        = "stage"
	ColumnClass        = "class"
	ColumnMessage      = "message"
	ColumnAttempts     = "attempts"
	ColumnFailedAt     = "failed_at"
)

// Text returns the value of an optional column, and "" for NULL.
func Text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
