package scan

import "math"

// matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f), in single precision and in
// pdfium's order of operations, so that what is rounded outward to whole pixels later
// has the pixels that it has there.
type matrix struct{ a, b, c, d, e, f float32 }

var identity = matrix{a: 1, d: 1}

// then returns the map that applies m first. Products are converted explicitly so that
// no compiler fuses them with a sum.
func (m matrix) then(n matrix) matrix {
	return matrix{
		float32(m.a*n.a) + float32(m.b*n.c), float32(m.a*n.b) + float32(m.b*n.d),
		float32(m.c*n.a) + float32(m.d*n.c), float32(m.c*n.b) + float32(m.d*n.d),
		float32(m.e*n.a) + float32(m.f*n.c) + n.e, float32(m.e*n.b) + float32(m.f*n.d) + n.f,
	}
}

func (m matrix) apply(x, y float32) point {
	return point{float32(m.a*x) + float32(m.c*y) + m.e, float32(m.b*x) + float32(m.d*y) + m.f}
}

// straight reports whether the sides of rectangles stay upright or lie down, off by less
// than a length at the ends of a unit.
func (m matrix) straight(within float32) bool { return abs(m.b) < within && abs(m.c) < within }

// turned is straight after a quarter turn.
func (m matrix) turned(within float32) bool { return abs(m.a) < within && abs(m.d) < within }

func abs(v float32) float32 { return float32(math.Abs(float64(v))) }

type point struct{ x, y float32 }

// rect is empty unless x0 < x1 and y0 < y1.
type rect struct{ x0, y0, x1, y1 float32 }

// everywhere contains every rectangle.
var everywhere = rect{-math.MaxFloat32, -math.MaxFloat32, math.MaxFloat32, math.MaxFloat32}

func (r rect) empty() bool { return !(r.x0 < r.x1 && r.y0 < r.y1) }

func (r rect) intersect(s rect) rect {
	return rect{max(r.x0, s.x0), max(r.y0, s.y0), min(r.x1, s.x1), min(r.y1, s.y1)}
}

// contains reports whether s lies in r, or out of it by no more than slack.
func (r rect) contains(s rect, slack float32) bool {
	return r.x0 <= s.x0+slack && r.y0 <= s.y0+slack && r.x1 >= s.x1-slack && r.y1 >= s.y1-slack
}

// bounds returns the least rectangle around points.
func bounds(points ...point) rect {
	r := rect{points[0].x, points[0].y, points[0].x, points[0].y}
	for _, p := range points[1:] {
		r = rect{min(r.x0, p.x), min(r.y0, p.y), max(r.x1, p.x), max(r.y1, p.y)}
	}
	return r
}

// box returns where a rectangle goes.
func (m matrix) box(r rect) rect {
	return bounds(m.apply(r.x0, r.y0), m.apply(r.x0, r.y1), m.apply(r.x1, r.y0), m.apply(r.x1, r.y1))
}
