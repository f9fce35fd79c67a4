package raster

import (
	"encoding/binary"
	"math"
)

// precision is the number of fraction bits of a coefficient: what Pillow uses for
// 8-bit images (Resample.c, PRECISION_BITS).
const precision = 32 - 8 - 2

// window are the source pixels that make one output pixel, and their weights.
type window struct {
	from   int
	weight []int32
}

// Squash resizes the whole page to size × size RGB, whatever its proportions:
// bilinear with a support that grows with the reduction, so that thin strokes are
// averaged and not lost. It is bit-exact with Pillow's
// Image.resize((size, size), BILINEAR) on images of mode L and RGB: weights in
// double precision, normalised and rounded to fixed point, one pass over the rows
// and one over the columns with 8-bit values in between.
//
//	dst  (size, size, 3)
func (p *Page) Squash(dst []uint8, size int) {
	small := p
	if p.verticalFirst(size) {
		small = small.vertical(size).horizontal(size)
	} else {
		small = small.horizontal(size).vertical(size)
	}
	if small.Channels == 3 {
		copy(dst, small.Pix)
		return
	}
	for i, v := range small.Pix {
		dst[3*i], dst[3*i+1], dst[3*i+2] = v, v, v
	}
}

// verticalFirst tells for which pages Pillow, since 12.2, turns the passes round:
// those more than a hundred times as high as wide.
func (p *Page) verticalFirst(size int) bool {
	return p.Height > 100*p.Width && size < p.Height
}

// windows computes the weights of a triangle filter (Pillow, precompute_coeffs).
// Products are converted explicitly so that no compiler fuses them with a sum.
func windows(in, out int) []window {
	scale := float64(in) / float64(out)
	support := math.Max(scale, 1)
	result := make([]window, out)
	for i := range result {
		center := float64((float64(i) + 0.5) * scale)
		from := max(0, int(center-support+0.5))
		to := min(in, int(center+support+0.5))
		result[i] = window{from, weights(from, to, center, support)}
	}
	return result
}

func weights(from, to int, center, support float64) []int32 {
	exact := make([]float64, to-from)
	sum := 0.0
	for j := range exact {
		x := float64((float64(j+from) - center + 0.5) * (1 / support))
		exact[j] = math.Max(0, 1-math.Abs(x))
		sum += exact[j]
	}
	fixed := make([]int32, len(exact))
	for j, w := range exact {
		if sum != 0 {
			w /= sum
		}
		fixed[j] = int32(0.5 + float64(w*(1<<precision)))
	}
	return fixed
}

const half = 1 << (precision - 1)

// vertical resizes every column; a page of that height already is returned as it is.
func (p *Page) vertical(size int) *Page {
	if p.Height == size {
		return p
	}
	stride := p.Width * p.Channels
	q := newPage(p.Width, size, p.Channels)
	for y, w := range windows(p.Height, size) {
		src, out := p.Pix[w.from*stride:][:len(w.weight)*stride], q.Pix[y*stride:][:stride]
		x := 0
		for ; x+8 <= stride; x += 8 {
			eightColumns(out[x:], src[x:], stride, w.weight)
		}
		for ; x < stride; x++ {
			sum := int32(half)
			for j, k := range w.weight {
				sum += int32(src[j*stride+x]) * k
			}
			out[x] = clip(sum)
		}
	}
	return q
}

// both is the rounding of the two sums in a word's halves. Weights are not negative
// and a sum has 31 bits at most, so that the lower never carries into the upper.
const both = half<<32 | half

// eightColumns sums eight neighbouring columns, two to a word.
func eightColumns(out, src []uint8, stride int, weight []int32) {
	const lanes = 0x000000ff_000000ff
	s0, s1, s2, s3 := uint64(both), uint64(both), uint64(both), uint64(both)
	for j, k := range weight {
		v, k := binary.LittleEndian.Uint64(src[j*stride:]), uint64(k)
		s0 += v & lanes * k
		s1 += v >> 8 & lanes * k
		s2 += v >> 16 & lanes * k
		s3 += v >> 24 & lanes * k
	}
	_ = out[7]
	out[0], out[4] = clip(int32(s0)), clip(int32(s0>>32))
	out[1], out[5] = clip(int32(s1)), clip(int32(s1>>32))
	out[2], out[6] = clip(int32(s2)), clip(int32(s2>>32))
	out[3], out[7] = clip(int32(s3)), clip(int32(s3>>32))
}

func clip(sum int32) uint8 { return uint8(min(max(sum>>precision, 0), 255)) }
