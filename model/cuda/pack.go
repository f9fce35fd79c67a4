package cuda

import "cutpoint/model/internal/parallel"

// panelStep is what the outputs of a layer are filled up to a multiple of: the narrowest
// panel of the kernels.
const panelStep = 64

// stripe is the side of the squares that are transposed together, since they stay in a cache.
const stripe = 64

// packMatrix turns a matrix (rows, outputs), multiplied by scale, into planes (outputs', rows),
// with rows of zeros behind the last output.
//
//	returns (planes, outputs', rows)
func (f format) packMatrix(matrix []float32, outputs int, scale float32) []uint16 {
	rows, padded := len(matrix)/outputs, ceilDiv(outputs, panelStep)*panelStep
	packed := make([]uint16, f.planes*padded*rows)
	planes := make([][]uint16, f.planes)
	for p := range planes {
		planes[p] = packed[p*padded*rows:][:padded*rows]
	}
	parallel.For(ceilDiv(rows, stripe), func(s int) {
		first, last := s*stripe, min((s+1)*stripe, rows)
		for from := 0; from < outputs; from += stripe {
			for o := from; o < min(from+stripe, outputs); o++ {
				for r := first; r < last; r++ {
					f.split(matrix[r*outputs+o]*scale, planes, o*rows+r)
				}
			}
		}
	})
	return packed
}
