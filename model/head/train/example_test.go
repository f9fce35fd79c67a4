package train_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"cutpoint/model/head"
	"cutpoint/model/head/train"
)

// A softmax head is trained on labelled vectors, and written as a file that
// head.Load reads.
func ExampleSoftmax() {
	pages := train.Data{
		Matrix:  head.Matrix{Dim: 2, Values: []float32{0, 1, 0.2, 1.1, 0.1, 0.8, 1, 0, 1.2, 0.1, 0.9, 0.3}},
		Y:       []int{0, 0, 0, 1, 1, 1},
		Classes: 2,
	}
	h, err := train.Softmax{L2: []float64{0.1}}.Train(context.Background(), pages)
	if err != nil {
		log.Fatal(err)
	}
	classes, err := h.Predict(head.Matrix{Dim: 2, Values: []float32{0.3, 0.9, 0.8, 0.2}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("classes", classes, "with", h.Parameters(), "parameters")

	var file bytes.Buffer
	f := head.File{Cut: "fc2", Fingerprint: "0f3a", Classes: []string{"letter", "memo"}, Head: h}
	if err := f.Write(&file); err != nil {
		log.Fatal(err)
	}
	// Output: classes [0 1] with 6 parameters
}
