package resample

import "math"

// precision is the number of fraction bits of a weight: what Pillow uses for 8-bit
// images (PRECISION_BITS).
const precision = 32 - 8 - 2

const half = 1 << (precision - 1)

// axis is a dimension: from in pixels to out, of which from … to-1 are asked for.
type axis struct {
	in, out  int
	from, to int
	offset   int // of the first pixel at hand
}

// identity reports whether nothing is resized.
func (a axis) identity() bool { return a.in == a.out }

// scale is how many pixels become one, and reach how many of them count on each side.
func (a axis) scale(f Filter) (scale, reach, widen float64) {
	scale = float64(a.in) / float64(a.out)
	widen = math.Max(scale, 1)
	if f == Area && scale >= 1 {
		return scale, (scale + 1) / 2, widen
	}
	return scale, f.support() * widen, widen
}

// share is what a pixel counts whose center is that far from the result's.
func (a axis) share(f Filter, distance, widen float64) float64 {
	if f == Area && a.in >= a.out {
		return min(max((widen+1)/2-math.Abs(distance), 0), 1)
	}
	return f.weight(float64(distance * (1 / widen)))
}

// window returns which pixels count for the i-th.
func (a axis) window(i int, scale, reach float64) (center float64, from, to int) {
	center = float64((float64(i) + 0.5) * scale)
	return center, max(0, int(center-reach+0.5)), min(a.in, int(center+reach+0.5))
}

// needs returns which pixels what is asked for depends on.
func (a axis) needs(f Filter) (from, to int) {
	if a.identity() {
		return a.from, a.to
	}
	scale, reach, _ := a.scale(f)
	_, from, _ = a.window(a.from, scale, reach)
	_, _, to = a.window(a.to-1, scale, reach)
	return from, to
}

// table has the weights of a pass: for every pixel that is asked for as many as taps.
type table struct {
	taps   int
	from   []int32 // the first pixel that counts, from the first one at hand
	weight []int32 // (len(from), taps)
}

// newTable computes weights (Pillow, precompute_coeffs and normalize_coeffs_8bpc). The
// number of taps is a multiple of that given, as far as there are pixels; what exceeds a
// window has the weight 0.
func newTable(a axis, f Filter, multiple, pixels int) table {
	scale, reach, widen := a.scale(f)
	taps := 1
	for i := a.from; i < a.to; i++ {
		_, from, to := a.window(i, scale, reach)
		taps = max(taps, to-from)
	}
	if padded := (taps + multiple - 1) / multiple * multiple; padded <= pixels {
		taps = padded
	}
	t := table{taps, make([]int32, a.to-a.from), make([]int32, (a.to-a.from)*taps)}
	exact := make([]float64, taps)
	for i := range t.from {
		center, from, to := a.window(a.from+i, scale, reach)
		first := min(from-a.offset, pixels-taps)
		t.from[i] = int32(first)
		sum := 0.0
		for x := from; x < to; x++ {
			w := a.share(f, float64(x)-center+0.5, widen)
			exact[x-from] = w
			sum += w
		}
		for x := from; x < to; x++ {
			w := exact[x-from]
			if sum != 0 {
				w /= sum
			}
			t.weight[i*taps+x-a.offset-first] = fixed(w)
		}
	}
	return t
}

func fixed(w float64) int32 {
	if w < 0 {
		return int32(-0.5 + float64(w*(1<<precision)))
	}
	return int32(0.5 + float64(w*(1<<precision)))
}

func clip(sum int32) uint8 { return uint8(min(max(sum>>precision, 0), 255)) }
