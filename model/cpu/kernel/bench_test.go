package kernel

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkMultiply computes one row of block 3's convolutions: 56 pixels, 256
// channels in.
func BenchmarkMultiply(b *testing.B) {
	for _, k := range implementations() {
		b.Run(k.Name(), func(b *testing.B) {
			p := randomProduct(rand.New(rand.NewPCG(1, 1)), k.Width(), 56, 9, 256)
			p.Dst = make([]float32, 56*p.DstStride+k.Width())
			for b.Loop() {
				k.Multiply(56, p)
			}
			operations := 2 * 56 * 9 * 256 * float64(k.Width()) * float64(b.N)
			b.ReportMetric(operations/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
