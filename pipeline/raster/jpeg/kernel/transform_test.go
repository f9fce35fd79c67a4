package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// inverse is the inverse DCT at a place, by its definition.
func inverse(coef *[64]int16, x, y int) float64 {
	sum := 0.0
	for v := range 8 {
		for u := range 8 {
			c := float64(coef[8*v+u]) / 4
			if u == 0 {
				c /= math.Sqrt2
			}
			if v == 0 {
				c /= math.Sqrt2
			}
			sum += c * math.Cos(float64(2*x+1)*float64(u)*math.Pi/16) * math.Cos(float64(2*y+1)*float64(v)*math.Pi/16)
		}
	}
	return sum
}

// TestReducedIDCT: a reduced transform is the mean of the samples that the whole one has
// in a sample's place, as far as smooth blocks go: rows and columns of coefficients that
// vary within a sample are left out or damped.
func TestReducedIDCT(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var quant [64]uint16
	for i := range quant {
		quant[i] = 1
	}
	for range 1000 {
		var coef [64]int16
		coef[0] = int16(r.IntN(1200) - 600)
		coef[1], coef[8] = int16(r.IntN(200)-100), int16(r.IntN(200)-100)
		for _, size := range []int{4, 2, 1} {
			var dst [3*16 + 4]uint8
			ReducedIDCT(dst[:], 16, size, &coef, &quant, 2)
			for y := range size {
				for x := range size {
					want := min(max(meanOver(&coef, 8/size, x, y)+128, 0), 255)
					if got := float64(dst[16*y+x]); math.Abs(got-want) > 2 {
						t.Fatalf("size %d: [%d,%d] of %v is %v, want %v", size, y, x, coef[:9], got, want)
					}
				}
			}
			if dst[size] != 0 {
				t.Fatalf("size %d: wrote outside", size)
			}
		}
	}
}

// meanOver is the mean of n × n samples.
func meanOver(coef *[64]int16, n, x, y int) float64 {
	sum := 0.0
	for i := range n * n {
		sum += inverse(coef, x*n+i%n, y*n+i/n)
	}
	return sum / float64(n*n)
}

// TestReducedFlat: a block of a mean alone comes out as by the whole computation.
func TestReducedFlat(t *testing.T) {
	var quant [64]uint16
	quant[0] = 16
	for mean := int16(-80); mean <= 80; mean++ {
		coef := [64]int16{mean}
		for _, size := range []int{4, 2} {
			var short, long [8 * 4]uint8
			ReducedIDCT(short[:], 8, size, &coef, &quant, 0)
			ReducedIDCT(long[:], 8, size, &coef, &quant, 63)
			if short != long {
				t.Errorf("mean %d, size %d: %v, want %v", mean, size, short, long)
			}
		}
	}
}
