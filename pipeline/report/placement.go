package report

import "math"

// box is an area of a drawing.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) overlap(o box) float64 {
	w, h := min(b.x1, o.x1)-max(b.x0, o.x0), min(b.y1, o.y1)-max(b.y0, o.y0)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h
}

// obstacle is an area that labels should not cover, and how bad it is if they do.
type obstacle struct {
	box
	weight float64
}

// placement is where a label's baseline begins, and how much it covers.
type placement struct {
	x, y   float64
	area   box
	burden float64
}

// placeLabel finds room for a label of a width and a font around a mark, within bounds.
func placeLabel(x, y, width, font, distance float64, bounds box, obstacles []obstacle) placement {
	best := placement{burden: math.Inf(1)}
	down := 0.36 * font
	for _, at := range [][2]float64{
		{x + distance, y + down}, {x - distance - width, y + down},
		{x + distance*.75, y - distance*.75}, {x - distance*.75 - width, y - distance*.75},
		{x + distance*.75, y + distance*.75 + .75*font}, {x - distance*.75 - width, y + distance*.75 + .75*font},
		{x - width/2, y - distance - 2}, {x - width/2, y + distance + .8*font},
		{x + distance*1.2, y - distance*2}, {x - distance*1.2 - width, y - distance*2},
		{x + distance*1.2, y + distance*2 + .7*font}, {x - distance*1.2 - width, y + distance*2 + .7*font},
	} {
		p := placement{x: at[0], y: at[1], area: box{at[0] - 2, at[1] - .82*font, at[0] + width + 2, at[1] + .24*font}}
		a := p.area
		if a.x0 < bounds.x0 || a.x1 > bounds.x1 || a.y0 < bounds.y0 || a.y1 > bounds.y1 {
			continue
		}
		for _, o := range obstacles {
			p.burden += o.weight * a.overlap(o.box)
		}
		if p.burden < best.burden-1e-9 {
			best = p
		}
	}
	return best
}
