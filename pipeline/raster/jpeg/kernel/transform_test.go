package kernel

import "math"

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
