package schemas

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestColumns: the constants are the names on disk, all of them and no others.
func TestColumns(t *testing.T) {
	constants := []string{
		ColumnDocumentID, ColumnPage, ColumnPath, ColumnLabel, ColumnSplit, ColumnFormat, ColumnWidth,
		ColumnHeight, ColumnPages, ColumnBytes, ColumnModified, ColumnFirstSeen, ColumnFeaturizedAt,
		ColumnEmbedding, ColumnStage, ColumnClass, ColumnMessage, ColumnAttempts, ColumnFailedAt,
	}
	var onDisk []string
	for _, row := range []reflect.Type{reflect.TypeFor[Document](), reflect.TypeFor[Feature](), reflect.TypeFor[Failure]()} {
		for i := range row.NumField() {
			name, _, _ := strings.Cut(row.Field(i).Tag.Get("parquet"), ",")
			if !slices.Contains(onDisk, name) {
				onDisk = append(onDisk, name)
			}
		}
	}
	slices.Sort(constants)
	slices.Sort(onDisk)
	if !slices.Equal(constants, onDisk) {
		t.Errorf("constants name the columns %q, the row types %q", constants, onDisk)
	}
}
