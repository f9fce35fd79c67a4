package export

import (
	"bytes"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"

	"cutpoint/schemas"
)

func TestArrowRoundTrip(t *testing.T) {
	label := "letter"
	batches := [][]schemas.Feature{
		{{DocumentID: "a", Page: 0, Path: "x.tif", Label: &label, Embedding: []float32{1, 2, 3}}, {DocumentID: "a", Page: 1, Path: "x.tif", Embedding: []float32{4, 5, 6}}},
		{{DocumentID: "b", Path: "y.tif", Split: &label, Embedding: []float32{7, 8, 9}}},
	}
	var b bytes.Buffer
	w, err := NewArrow(&b, schemas.CutInfo{Cut: "fc2", Dim: 3}, schemas.Description{Model: "VGG19"})
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range batches {
		if err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Write([]schemas.Feature{{Embedding: []float32{1}}}); err == nil {
		t.Error("a vector of another length is accepted")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := ipc.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range batches {
		if !r.Next() {
			t.Fatalf("a batch is missing: %v", r.Err())
		}
		rec := r.Record()
		ids, labels := rec.Column(0).(*array.String), rec.Column(3).(*array.String)
		vectors := rec.Column(5).(*array.FixedSizeList)
		values := vectors.ListValues().(*array.Float32).Float32Values()
		for i, row := range rows {
			if ids.Value(i) != row.DocumentID || labels.IsNull(i) != (row.Label == nil) || vectors.IsNull(i) ||
				!slices.Equal(values[3*i:3*i+3], row.Embedding) {
				t.Errorf("row %d came back as %v", i, rec)
			}
		}
	}
}
