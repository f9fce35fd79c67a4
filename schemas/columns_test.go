package schemas

import (
	"reflect"
	"slices"
	"testing"
)

// TestColumns: the constants are the names on disk, all of them and no others.
func TestColumns(t *testing.T) {
	constants := []string{
		ColumnDocumentID, ColumnPage, ColumnPath, ColumnLabel, ColumnSplit, ColumnFormat, ColumnWidth,
		ColumnHeight, ColumnPages, ColumnBytes, ColumnModified, ColumnFirstSeen, ColumnWarning, ColumnReplacedBy, ColumnFeaturizedAt,
		ColumnEmbedding, ColumnStage, ColumnClass, ColumnMessage, ColumnAttempts, ColumnFailedAt,
	}
	var onDisk []string
	for _, row := range []reflect.Type{reflect.TypeFor[Document](), reflect.TypeFor[Feature](), reflect.TypeFor[Failure]()} {
		for _, c := range Columns(row) {
			if !slices.Contains(onDisk, c.Name) {
				onDisk = append(onDisk, c.Name)
			}
		}
	}
	slices.Sort(constants)
	slices.Sort(onDisk)
	if !slices.Equal(constants, onDisk) {
		t.Errorf("constants name the columns %q, the row types %q", constants, onDisk)
	}
}

func TestColumnsOfRows(t *testing.T) {
	columns := Columns(reflect.TypeFor[Feature]())
	text := reflect.TypeFor[string]()
	for i, want := range map[int]Column{
		0: {ColumnDocumentID, text, false}, 3: {ColumnLabel, text, true}, 6: {ColumnEmbedding, reflect.TypeFor[[]float32](), false},
	} {
		if columns[i] != want {
			t.Errorf("column %d is %+v, want %+v", i, columns[i], want)
		}
	}
}
