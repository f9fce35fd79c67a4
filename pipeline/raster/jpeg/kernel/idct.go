// Package kernel holds what a JPEG decoder does to pixels: the inverse DCT, the
// interpolation of chroma, and colours. The results are those of libjpeg-turbo's
// defaults to the last bit.
package kernel

import "encoding/binary"

// The constants of the "islow" transform with 13 bits of fraction (jidctint.c).
const (
	fix0298 = 2446
	fix0390 = 3196
	fix0541 = 4433
	fix0765 = 6270
	fix0899 = 7373
	fix1175 = 9633
	fix1501 = 12299
	fix1847 = 15137
	fix1961 = 16069
	fix2053 = 16819
	fix2562 = 20995
	fix3072 = 25172
)

// The bits that each pass takes away: the columns' keeps two of the fraction.
const (
	columnShift = 13 - 2
	rowShift    = 13 + 2 + 3
)

// IDCT makes the 8 × 8 samples of a block from its quantised coefficients: the
// transform of Loeffler, Ligtenberg and Moschytz as libjpeg's jidctint.c does it, with
// the 16-bit products and saturation of its SIMD versions.
//
//	dst    8 rows of 8 samples, stride apart
//	coef   in natural order (row by row)
//	quant  the same
//	last   the greatest zigzag index of a coefficient that is not zero
func IDCT(dst []uint8, stride int, coef *[64]int16, quant *[64]uint16, last int) {
	if last == 0 {
		flat(dst, stride, coef[0]*int16(quant[0]))
		return
	}
	idct(dst, stride, coef, quant)
}

// flat fills a block that has a mean and nothing else.
func flat(dst []uint8, stride int, mean int16) {
	v := uint64(sample((int32(mean<<2)+16)>>5)) * 0x0101010101010101
	for y := range 8 {
		binary.LittleEndian.PutUint64(dst[y*stride:], v)
	}
}

func idctGeneric(dst []uint8, stride int, coef *[64]int16, quant *[64]uint16) {
	var work [64]int32
	if onlyFirstRow(coef) {
		firstRow(&work, coef, quant)
	} else {
		for x := range 8 {
			column(&work, coef, quant, x)
		}
	}
	for y := range 8 {
		in, row := work[8*y:][:8], dst[y*stride:][:8]
		out := transform(in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], 1<<(rowShift-1))
		for x, v := range out {
			row[x] = sample(v >> rowShift)
		}
	}
}

func onlyFirstRow(coef *[64]int16) bool {
	any := int16(0)
	for _, v := range coef[8:] {
		any |= v
	}
	return any == 0
}

// firstRow is the columns' pass where each has its mean alone. The SIMD versions shift
// 16-bit values here, which wrap instead of being saturated.
func firstRow(work *[64]int32, coef *[64]int16, quant *[64]uint16) {
	for i := range work {
		work[i] = int32(coef[i&7] * int16(quant[i&7]) << 2)
	}
}

// column transforms a column of coefficients.
func column(work *[64]int32, coef *[64]int16, quant *[64]uint16, x int) {
	var in [8]int32
	ac := int16(0)
	for y := range in {
		in[y] = int32(coef[8*y+x] * int16(quant[8*y+x]))
		if y > 0 {
			ac |= coef[8*y+x]
		}
	}
	if ac == 0 {
		v := saturate(in[0] << 2)
		for y := range in {
			work[8*y+x] = v
		}
		return
	}
	out := transform(in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], 1<<(columnShift-1))
	for y, v := range out {
		work[8*y+x] = saturate(v >> columnShift)
	}
}

// transform is one dimension; bias is added before the caller shifts. All arguments
// have 16 bits, and the sums of two that are to be multiplied wrap at that.
func transform(i0, i1, i2, i3, i4, i5, i6, i7, bias int32) [8]int32 {
	z := (i2 + i6) * fix0541
	even2, even3 := z-i6*fix1847, z+i2*fix0765
	even0 := int32(int16(i0+i4))<<13 + bias
	even1 := int32(int16(i0-i4))<<13 + bias
	a0, a3, a1, a2 := even0+even3, even0-even3, even1+even2, even1-even2

	z1, z2 := -(i7+i1)*fix0899, -(i5+i3)*fix2562
	z3, z4 := int32(int16(i7+i3)), int32(int16(i5+i1))
	z5 := (z3 + z4) * fix1175
	z3, z4 = z5-z3*fix1961, z5-z4*fix0390
	b0 := i7*fix0298 + z1 + z3
	b1 := i5*fix2053 + z2 + z4
	b2 := i3*fix3072 + z2 + z3
	b3 := i1*fix1501 + z1 + z4
	return [8]int32{a0 + b3, a1 + b2, a2 + b1, a3 + b0, a3 - b0, a2 - b1, a1 - b2, a0 - b3}
}

// saturate clips to 16 bits.
func saturate(v int32) int32 { return min(max(v, -1<<15), 1<<15-1) }

// sample makes a sample of a level around zero.
func sample(v int32) uint8 { return uint8(min(max(v, -128), 127) + 128) }
