package cpu

import (
	"sync/atomic"

	"cutpoint/model"
)

// counter deals out 0, 1, 2, … to any number of goroutines.
type counter struct{ n atomic.Int64 }

func (c *counter) take() int { return int(c.n.Add(1) - 1) }

// padded is one page's activation inside a border of zeros one pixel wide, which
// is a 3×3 convolution's padding.
type padded struct {
	model.Shape
	data []float32 // (H+2, W+2, C)
}

// at returns the index of the first channel of pixel (y, x), border excluded.
func (p padded) at(y, x int) int { return ((y+1)*(p.W+2) + x + 1) * p.C }

// row returns the pixels of row y without the border: (W, C).
func (p padded) row(y int) []float32 { return p.data[p.at(y, 0):][:p.W*p.C] }

// arena is the memory one thread computes a page in: two activations, used in turn.
type arena [2][]float32

// image returns an activation of the given shape in slot 0 or 1, with its border
// zeroed and its inside undefined.
func (a *arena) image(slot int, s model.Shape) padded {
	n := (s.H + 2) * (s.W + 2) * s.C
	if len(a[slot]) < n {
		a[slot] = make([]float32, n)
	}
	p := padded{Shape: s, data: a[slot][:n]}
	clear(p.data[:(s.W+2)*s.C])
	clear(p.data[(s.H+1)*(s.W+2)*s.C:])
	for y := range s.H {
		clear(p.data[p.at(y, -1):][:s.C])
		clear(p.data[p.at(y, s.W):][:s.C])
	}
	return p
}

// load fills the first activation from a page's pixels, (224, 224, 3) RGB.
func (e *Engine) load(to padded, pixels []uint8) {
	for y := range to.H {
		row := to.row(y)
		for x := range to.W {
			rgb := pixels[(y*to.W+x)*3:][:3]
			for c := range 3 {
				row[x*3+c] = e.colors[c][rgb[e.source[c]]]
			}
		}
	}
}

// flatten copies an activation without its border to (H, W, C).
func (p padded) flatten(dst []float32) {
	for y := range p.H {
		copy(dst[y*p.W*p.C:], p.row(y))
	}
}

// average writes each channel's mean over height and width, summed in float64.
func (p padded) average(dst []float32) {
	sums := make([]float64, p.C)
	for y := range p.H {
		row := p.row(y)
		for x := range p.W {
			for c, v := range row[x*p.C:][:p.C] {
				sums[c] += float64(v)
			}
		}
	}
	for c, s := range sums {
		dst[c] = float32(s / float64(p.H*p.W))
	}
}

// maximum writes each channel's maximum over height and width.
func (p padded) maximum(dst []float32) {
	copy(dst, p.row(0)[:p.C])
	for y := range p.H {
		row := p.row(y)
		for x := range p.W {
			for c, v := range row[x*p.C:][:p.C] {
				dst[c] = max(dst[c], v)
			}
		}
	}
}
