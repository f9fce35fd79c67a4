package raster

import "math"

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
	wide := p
	if p.Width != size {
		wide = p.horizontal(windows(p.Width, size))
	}
	small := wide
	if p.Height != size {
		small = wide.vertical(windows(p.Height, size))
	}
	if small.Channels == 3 {
		copy(dst, small.Pix)
		return
	}
	for i, v := range small.Pix {
		dst[3*i], dst[3*i+1], dst[3*i+2] = v, v, v
	}
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

// horizontal resizes every row.
func (p *Page) horizontal(windows []window) *Page {
	q := newPage(len(windows), p.Height, p.Channels)
	for y := range p.Height {
		row := p.Pix[y*p.Width*p.Channels:][:p.Width*p.Channels]
		out := q.Pix[y*q.Width*q.Channels:][:q.Width*q.Channels]
		if p.Channels == 1 {
			rowGrey(out, row, windows)
		} else {
			rowRGB(out, row, windows)
		}
	}
	return q
}

func rowGrey(out, row []uint8, windows []window) {
	for x, w := range windows {
		sum := int32(1 << (precision - 1))
		src := row[w.from:][:len(w.weight)]
		for j, k := range w.weight {
			sum += int32(src[j]) * k
		}
		out[x] = clip(sum)
	}
}

func rowRGB(out, row []uint8, windows []window) {
	for x, w := range windows {
		r, g, b := int32(1<<(precision-1)), int32(1<<(precision-1)), int32(1<<(precision-1))
		src := row[3*w.from:][:3*len(w.weight)]
		for j, k := range w.weight {
			r += int32(src[3*j]) * k
			g += int32(src[3*j+1]) * k
			b += int32(src[3*j+2]) * k
		}
		out[3*x], out[3*x+1], out[3*x+2] = clip(r), clip(g), clip(b)
	}
}

// vertical resizes every column, a whole row of sums at a time.
func (p *Page) vertical(windows []window) *Page {
	stride := p.Width * p.Channels
	q := newPage(p.Width, len(windows), p.Channels)
	sums := make([]int32, stride)
	for y, w := range windows {
		for i := range sums {
			sums[i] = 1 << (precision - 1)
		}
		for j, k := range w.weight {
			row := p.Pix[(w.from+j)*stride:][:stride]
			for i, v := range row {
				sums[i] += int32(v) * k
			}
		}
		out := q.Pix[y*stride:][:stride]
		for i, s := range sums {
			out[i] = clip(s)
		}
	}
	return q
}

func clip(sum int32) uint8 { return uint8(min(max(sum>>precision, 0), 255)) }
