package cpu

import (
	"context"
	"fmt"
	"testing"

	"cutpoint/model"
	"cutpoint/model/weights"
)

// BenchmarkForward measures the whole network, pages/s, per kernel set and batch.
func BenchmarkForward(b *testing.B) {
	w, err := weights.Open(context.Background(), "random:1")
	if err != nil {
		b.Fatal(err)
	}
	cuts, _ := model.ParseCuts("fc2")
	for _, kernel := range []string{"avx512", "avx2"} {
		e, err := New(w, Options{Kernel: kernel})
		if err != nil {
			b.Logf("skipped: %v", err)
			continue
		}
		for _, n := range []int{1, 16} {
			pixels := make([]uint8, n*model.InputShape().Len())
			for i := range pixels {
				pixels[i] = uint8(i * 7)
			}
			dst := [][]float32{make([]float32, n*4096)}
			b.Run(fmt.Sprintf("%s/batch=%d", kernel, n), func(b *testing.B) {
				for b.Loop() {
					if err := e.Forward(context.Background(), pixels, cuts, dst); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "pages/s")
			})
		}
	}
}
