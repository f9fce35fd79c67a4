package scan

import "cutpoint/pipeline/raster/pdf/object"

// path is the path under construction, as far as it may be a rectangle.
type path struct {
	points []point // in the page's space
	other  bool    // it is no rectangle
	clips  bool    // it becomes a part of the clip when it is painted
}

// maxPoints is of a rectangle that is closed by a line.
const maxPoints = 5

// operands is how many the operators of paths have; all operators that are known and are
// left at this point are here.
var operands = map[object.Keyword]int{
	"m": 2, "l": 2, "c": 6, "v": 4, "y": 4, "h": 0, "re": 4, "W": 0, "W*": 0, "n": 0,
	"f": 0, "F": 0, "f*": 0, "B": 0, "B*": 0, "b": 0, "b*": 0, "S": 0, "s": 0, "sh": 1,
}

// draw follows paths (8.5).
func (r *run) draw(operator object.Keyword) error {
	n, known := operands[operator]
	switch {
	case !known:
		return other("it has the operator %.20q", operator)
	case operator == "sh":
		r.painted = true
		return nil
	}
	list, err := r.numbers(n)
	if err != nil {
		return err
	}
	switch operator {
	case "m", "re":
		r.path.other = r.path.other || len(r.path.points) > 0
		r.addPoint(list[0], list[1])
		if operator == "re" {
			x, y := list[0]+list[2], list[1]+list[3]
			r.addPoint(x, list[1])
			r.addPoint(x, y)
			r.addPoint(list[0], y)
		}
	case "l":
		r.addPoint(list[0], list[1])
	case "c", "v", "y":
		r.path.other = true
	case "h":
	case "W", "W*":
		r.path.clips = true
	default:
		r.paint(operator)
	}
	return nil
}

func (r *run) addPoint(x, y float32) {
	if len(r.path.points) == maxPoints {
		r.path.other = true
		return
	}
	r.path.points = append(r.path.points, r.state.matrix.apply(x, y))
}

// paint ends a path. White on paper is nothing.
func (r *run) paint(operator object.Keyword) {
	fills := operator == "f" || operator == "F" || operator == "f*"
	blank := !r.painted && len(r.page.images) == 0
	if operator != "n" && !(fills && blank && r.state.fill == white) {
		r.painted = true
	}
	if r.path.clips {
		if box, ok := r.path.rectangle(); ok {
			r.state.clip = r.state.clip.intersect(box)
		} else {
			r.state.cut = true
		}
	}
	r.path = path{points: r.path.points[:0]}
}

// rectangle returns the path if it is an upright rectangle.
func (p path) rectangle() (rect, bool) {
	points := p.points
	if len(points) == maxPoints && points[0] == points[4] {
		points = points[:4]
	}
	if p.other || len(points) != 4 {
		return rect{}, false
	}
	a, b, c, d := points[0], points[1], points[2], points[3]
	across := near(a.y, b.y) && near(b.x, c.x) && near(c.y, d.y) && near(d.x, a.x)
	down := near(a.x, b.x) && near(b.y, c.y) && near(c.x, d.x) && near(d.y, a.y)
	return bounds(a, b, c, d), across || down
}

// near is equal but for rounding, in points.
func near(v, w float32) bool { return abs(v-w) < 0.01 }
