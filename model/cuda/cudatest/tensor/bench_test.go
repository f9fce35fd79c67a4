package tensor

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// The benchmarks print multiply-adds a second on one core: a page of VGG19 is 20 G of them.

func BenchmarkMMA(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var c, a [4]Warp
	var w [2]Warp
	for lane := range 32 {
		for i := range a {
			a[i][lane] = randomPair(r)
		}
		for i := range w {
			w[i][lane] = randomPair(r)
		}
	}
	for b.Loop() {
		MMA(&c, &c, &a, &w)
	}
	reportRate(b, 16*8*16)
}

func BenchmarkWGMMA(b *testing.B) {
	for _, n := range []int{64, 128, 256} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			shared := make([]byte, 40<<10)
			for i := 0; i < len(shared); i += 2 {
				v := randomPair(r)
				shared[i], shared[i+1] = byte(v), byte(v>>8)
			}
			d := make([]Warp, n/2)
			const swizzle128B, rows8 = 1 << 62, 1024 >> 4 << 32
			for b.Loop() {
				if err := WGMMA(shared, n, swizzle128B|rows8|32<<10>>4, swizzle128B|rows8, 0, d, true); err != nil {
					b.Fatal(err)
				}
			}
			reportRate(b, 16*n*16)
		})
	}
}

func reportRate(b *testing.B, multiplyAdds int) {
	b.ReportMetric(float64(multiplyAdds)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
	b.ReportMetric(0, "ns/op")
}
