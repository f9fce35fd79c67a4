package cuda

import (
	"cutpoint/model"
	"cutpoint/model/internal/float16"
)

// packFirst returns the first convolution's weights as the kernels first_p1 (2 terms) and
// first_p2 (3 terms) read them: with the colour arithmetic in them, since the kernels see a
// pixel as (red, green, blue, 1), or as four zeros outside of the map.
//
//	w'(tap, c, co) = w·scale/std for a colour, −Σ w·mean/std for the 1
//
// A weight is the sum of `terms` bf16 numbers, each the nearest to what is left. The result is
//
//	(step 3, term, co/8 8, lane 32, 4) bf16, the smallest term first
//
// in the order of mma.sync's second operand: lane 4g+t has of channel co = 8·(co/8) + g the
// columns 16·step + 2t, 2t+1, 2t+8, 2t+9, where column 4·tap + c is value c of a pixel.
// There are 48 columns; those from 36 on are zero.
//
//	kernel  (3, 3, 3, 64), HWIO
func packFirst(kernel []float32, p model.Preprocess, terms int) []uint16 {
	folded := foldFirst(kernel, p)
	packed := make([]uint16, 0, 3*terms*8*32*4)
	for step := range 3 {
		for term := terms - 1; term >= 0; term-- {
			for i := range 8 * 32 * 4 {
				co := i/128*8 + i/16%8
				column := 16*step + i/4%4*2 + i%4/2*8 + i%2
				packed = append(packed, bf16Term(folded[column][co], term))
			}
		}
	}
	return packed
}

// foldFirst returns the weights with the colour arithmetic in them, (column 48, co 64).
func foldFirst(kernel []float32, p model.Preprocess) (folded [48][64]float64) {
	for i, w := range kernel {
		tap, c, co := i/64/3, i/64%3, i%64
		colour := c
		if p.BGR {
			colour = 2 - c
		}
		folded[4*tap+colour][co] = float64(w) * float64(p.Scale) / float64(p.Std[c])
		folded[4*tap+3][co] -= float64(w) * float64(p.Mean[c]) / float64(p.Std[c])
	}
	return folded
}

// bf16Term returns term number i of a value's expansion in bf16 numbers.
func bf16Term(v float64, i int) uint16 {
	for ; i > 0; i-- {
		v -= float64(float16.FromBFloat16(float16.BFloat16(float32(v))))
	}
	return float16.BFloat16(float32(v))
}
