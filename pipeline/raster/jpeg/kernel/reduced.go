package kernel

// The constants of the reduced transforms with 13 bits of fraction (jidctred.c).
const (
	fix0211 = 1730
	fix0509 = 4176
	fix0601 = 4926
	fix0720 = 5906
	fix0850 = 6967
	fix1061 = 8697
	fix1272 = 10426
	fix1451 = 11893
	fix2172 = 17799
	fix3624 = 29692
)

// ReducedIDCT makes samples of a block at a half, a quarter or an eighth of its size: as
// libjpeg's jidctred.c does it, with the 16-bit products and saturation of its SIMD
// versions.
//
//	dst    size rows of size samples, stride apart
//	size   4, 2 or 1
//	coef   in natural order (row by row)
//	quant  the same
//	last   the greatest zigzag index of a coefficient that is not zero
func ReducedIDCT(dst []uint8, stride, size int, coef *[64]int16, quant *[64]uint16, last int) {
	switch {
	case size == 1:
		dst[0] = mean(coef[0], quant[0])
	case size == 2 && last == 0:
		flatReduced(dst, stride, 2, sample((int32(coef[0]*int16(quant[0]))<<17+1<<19)>>20))
	case last == 0:
		flatReduced(dst, stride, 4, sample((int32(coef[0]*int16(quant[0])<<2)+16)>>5))
	case size == 2:
		idct2(dst, stride, coef, quant)
	default:
		idct4(dst, stride, coef, quant)
	}
}

// mean is a block of one sample. libjpeg has no SIMD version of it: the product does not
// wrap, and its table of samples repeats every 1024 levels.
func mean(coef int16, quant uint16) uint8 {
	v := (int32(coef)*int32(int16(quant)) + 4) >> 3
	return sample(v << 22 >> 22)
}

// flatReduced fills a block that has a mean and nothing else.
func flatReduced(dst []uint8, stride, size int, v uint8) {
	for y := range size {
		row := dst[y*stride:][:size]
		for x := range row {
			row[x] = v
		}
	}
}

// idct4 leaves out the fifth row and column of coefficients, which have no part in it.
func idct4(dst []uint8, stride int, coef *[64]int16, quant *[64]uint16) {
	var work [4][8]int32
	wraps := true // the means, where no column has more: they are shifted in 16 bits
	for x := range 8 {
		if x == 4 {
			wraps = wraps && onlyMean(coef, x)
			continue
		}
		c := func(y int) int32 { return int32(coef[8*y+x] * int16(quant[8*y+x])) }
		if onlyMean(coef, x) {
			v := saturate(c(0) << 2)
			work[0][x], work[1][x], work[2][x], work[3][x] = v, v, v, v
			continue
		}
		wraps = false
		out := transform4(c(0), c(1), c(2), c(3), c(5), c(6), c(7), 1<<columnShift)
		for y, v := range out {
			work[y][x] = saturate(v >> (columnShift + 1))
		}
	}
	for y := range work {
		if wraps {
			for x := range work[y] {
				work[y][x] = int32(coef[x] * int16(quant[x]) << 2)
			}
		}
		in, row := &work[y], dst[y*stride:][:4]
		out := transform4(in[0], in[1], in[2], in[3], in[5], in[6], in[7], 1<<rowShift)
		for x, v := range out {
			row[x] = sample(v >> (rowShift + 1))
		}
	}
}

// onlyMean reports whether a column has nothing else, but for the row that is left out.
func onlyMean(coef *[64]int16, x int) bool {
	return coef[8+x]|coef[16+x]|coef[24+x]|coef[40+x]|coef[48+x]|coef[56+x] == 0
}

// transform4 is one dimension; bias is added before the caller shifts.
func transform4(i0, i1, i2, i3, i5, i6, i7, bias int32) [4]int32 {
	mid := i0<<14 + bias
	even := i2*fix1847 - i6*fix0765
	a0, a1 := mid+even, mid-even
	b1 := i1*fix1061 - i3*fix2172 + i5*fix1451 - i7*fix0211
	b0 := i1*fix2562 + i3*fix0899 - i5*fix0601 - i7*fix0509
	return [4]int32{a0 + b0, a1 + b1, a1 - b1, a0 - b0}
}

// idct2 takes the means and the odd rows and columns of coefficients. The first column
// keeps 32 bits between the passes.
func idct2(dst []uint8, stride int, coef *[64]int16, quant *[64]uint16) {
	var upper, lower [8]int32
	for _, x := range [...]int{0, 1, 3, 5, 7} {
		c := func(y int) int32 { return int32(coef[8*y+x] * int16(quant[8*y+x])) }
		a, b := transform2(c(0), c(1), c(3), c(5), c(7), 1<<(columnShift+1))
		if upper[x], lower[x] = a>>(columnShift+2), b>>(columnShift+2); x > 0 {
			upper[x], lower[x] = saturate(upper[x]), saturate(lower[x])
		}
	}
	for y, in := range [...]*[8]int32{&upper, &lower} {
		a, b := transform2(in[0], in[1], in[3], in[5], in[7], 1<<(rowShift+1))
		row := dst[y*stride:][:2]
		row[0], row[1] = sample(a>>(rowShift+2)), sample(b>>(rowShift+2))
	}
}

func transform2(i0, i1, i3, i5, i7, bias int32) (int32, int32) {
	mid := i0<<15 + bias
	odd := i1*fix3624 - i3*fix1272 + i5*fix0850 - i7*fix0720
	return mid + odd, mid - odd
}
