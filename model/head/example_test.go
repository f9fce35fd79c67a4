package head_test

import (
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"cutpoint/model/head"
)

// A head file, as fit writes it, classifies the vectors of pages.
func ExampleLoad() {
	folder, err := os.MkdirTemp("", "head")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "memo.safetensors")
	writeSample(path)

	f, err := head.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	// Features of another cut or other weights would give numbers without meaning.
	if err := f.Check("0f3a", "pool1-avg", 3); err != nil {
		log.Fatal(err)
	}
	pages := head.Matrix{Dim: 3, Values: []float32{
		0, 1, 0.5,
		4, 0, 0.5,
	}}
	classes, err := f.Head.Predict(pages)
	if err != nil {
		log.Fatal(err)
	}
	logp, err := f.Head.LogProbabilities(pages)
	if err != nil {
		log.Fatal(err)
	}
	for i, class := range classes {
		fmt.Printf("page %d: %s, %.0f %%\n", i, f.Classes[class], 100*math.Exp(logp[i*f.Head.Classes+class]))
	}
	// Output:
	// page 0: letter, 88 %
	// page 1: memo, 98 %
}

// writeSample writes a head for three features that calls pages memos by the first.
func writeSample(path string) {
	out, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	defer out.Close()
	f := head.File{Cut: "pool1-avg", Fingerprint: "0f3a", Classes: []string{"letter", "memo"}, Head: &head.Head{
		Kind: head.SoftmaxName, Dim: 3, Classes: 2,
		Kernel: []float32{-0.75, 0.75, 0, 0, 0, 0}, // (3, 2)
		Bias:   []float32{1, -1},
	}}
	if err := f.Write(out); err != nil {
		log.Fatal(err)
	}
}
