package pdf

import (
	"bytes"
	"math"
)

// area is a rectangle of a page's pixels.
type area struct{ left, top, right, bottom int }

// area returns the pixels of the page that a rectangle touches.
func (h *holds) area(place matrix, r rectangle) area {
	x0, y0, x1, y1 := place.box(r)
	return area{
		clamp(math.Floor(x0), h.width), clamp(math.Floor(y0), h.height),
		clamp(math.Ceil(x1), h.width), clamp(math.Ceil(y1), h.height),
	}
}

func clamp(v float64, limit int) int { return int(math.Max(0, math.Min(v, float64(limit)))) }

func (a area) pixels() int { return max(0, a.right-a.left) * max(0, a.bottom-a.top) }

// inner leaves out the pixels that an area has in part.
func (a area) inner() area { return area{a.left + 2, a.top + 2, a.right - 2, a.bottom - 2} }

// edges are the strips along the four sides.
func (a area) edges() [4]area {
	x, y := max(1, (a.right-a.left)/50), max(1, (a.bottom-a.top)/50)
	return [4]area{
		{a.left, a.top, a.right, a.top + y}, {a.left, a.bottom - y, a.right, a.bottom},
		{a.left, a.top, a.left + x, a.bottom}, {a.right - x, a.top, a.right, a.bottom},
	}
}

// evenEdge says whether an area has a side of one colour other than white.
func (h *holds) evenEdge(a area) bool {
	for _, e := range a.edges() {
		if a.pixels() > 0 && h.even(e) && !h.white(e) {
			return true
		}
	}
	return false
}

// row returns a row of an area.
func (h *holds) row(a area, y int) []uint8 {
	return h.pix[3*(y*h.width+a.left) : 3*(y*h.width+a.right)]
}

// even says whether an area has one colour.
func (h *holds) even(a area) bool {
	if a.pixels() == 0 {
		return false
	}
	first := h.row(a, a.top)
	if !bytes.Equal(first[3:], first[:len(first)-3]) {
		return false
	}
	for y := a.top + 1; y < a.bottom; y++ {
		if !bytes.Equal(h.row(a, y), first) {
			return false
		}
	}
	return true
}

// white says whether an area has no ink.
func (h *holds) white(a area) bool {
	for y := a.top; y < a.bottom; y++ {
		if !White(h.row(a, y)) {
			return false
		}
	}
	return true
}

// whiteAround says whether there is no ink beside an area.
func (h *holds) whiteAround(a area) bool {
	return h.white(area{0, 0, h.width, a.top}) && h.white(area{0, a.bottom, h.width, h.height}) &&
		h.white(area{0, a.top, a.left, a.bottom}) && h.white(area{a.right, a.top, h.width, a.bottom})
}

var whites = bytes.Repeat([]byte{0xff}, 1<<13)

// White says whether pixels have no ink.
func White(pix []uint8) bool {
	for len(pix) > len(whites) {
		if !bytes.Equal(pix[:len(whites)], whites) {
			return false
		}
		pix = pix[len(whites):]
	}
	return bytes.Equal(pix, whites[:len(pix)])
}
