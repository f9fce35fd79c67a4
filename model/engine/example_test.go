package engine_test

import (
	"context"
	"fmt"
	"log"

	"cutpoint/model"
	"cutpoint/model/engine"
	"cutpoint/model/weights"
)

// A page's features at two cuts, with random weights on the CPU. It has no output to
// compare, so that tests compile it and do not run it.
func Example() {
	ctx := context.Background()
	cuts, err := model.ParseCuts("pool5-avg,fc2")
	if err != nil {
		log.Fatal(err)
	}
	w, err := weights.Open(ctx, "random:1") // or a file, as vgg19.safetensors
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Open(w, engine.Options{Precision: model.BFloat16})
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	const pages = 1
	pixels := make([]uint8, pages*model.InputShape().Len()) // (pages, 224, 224, 3) RGB
	var features [][]float32                                // by cut: (pages, Dim)
	for _, c := range cuts {
		features = append(features, make([]float32, pages*c.Dim()))
	}
	if err := e.Forward(ctx, pixels, cuts, features); err != nil {
		log.Fatal(err)
	}
	for i, c := range cuts {
		fmt.Println(c, features[i][:4])
	}
}
