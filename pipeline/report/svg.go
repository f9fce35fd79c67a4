package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// drawing is an SVG in the making. Colours come from the page's style sheet by
// class, so that one drawing serves light, dark and paper.
type drawing struct {
	b             strings.Builder
	width, height float64
	font          float64 // pixels
}

func newDrawing(width, height float64) *drawing {
	font := 14.0
	if width < 420 {
		font = 12.5
	}
	return &drawing{width: width, height: height, font: font}
}

// coordinate rounds to a tenth of a pixel.
func coordinate(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64)
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(&d.b, `<path class="%s" d="M%s %sL%s %s"/>`, class, coordinate(x1), coordinate(y1), coordinate(x2), coordinate(y2))
}

func (d *drawing) rect(x, y, w, h float64, class string) {
	fmt.Fprintf(&d.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, coordinate(x), coordinate(y), coordinate(w), coordinate(h))
}

// polyline joins points, (n, 2).
func (d *drawing) polyline(points [][2]float64, class string) {
	fmt.Fprintf(&d.b, `<path class="%s" d="`, class)
	for i, p := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		d.b.WriteString(command + coordinate(p[0]) + " " + coordinate(p[1]))
	}
	d.b.WriteString(`"/>`)
}

// text writes a line; anchor is "start", "middle" or "end".
func (d *drawing) text(x, y float64, anchor, class, text string) {
	fmt.Fprintf(&d.b, `<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`,
		class, coordinate(x), coordinate(y), anchor, template.HTMLEscapeString(text))
}

// errorBar is a vertical line with short ends.
func (d *drawing) errorBar(x, top, bottom, half float64, class string) {
	fmt.Fprintf(&d.b, `<path class="%s" d="M%s %sh%sm%s 0V%sm%s 0h%s"/>`, class, coordinate(x-half), coordinate(top), coordinate(2*half),
		coordinate(-half), coordinate(bottom), coordinate(-half), coordinate(2*half))
}

// shapes are the outlines of the marks within a unit circle, as path data; the
// first is a circle. They differ in outline, so that no colour is needed.
var shapes = [...][][2]float64{
	nil,
	{{-.82, -.82}, {.82, -.82}, {.82, .82}, {-.82, .82}},
	{{0, -1.1}, {1, .72}, {-1, .72}},
	{{0, -1.15}, {1.15, 0}, {0, 1.15}, {-1.15, 0}},
	{{0, 1.1}, {-1, -.72}, {1, -.72}},
	{{-.34, -1}, {.34, -1}, {.34, -.34}, {1, -.34}, {1, .34}, {.34, .34}, {.34, 1}, {-.34, 1}, {-.34, .34}, {-1, .34}, {-1, -.34}, {-.34, -.34}},
	{{-1.1, 0}, {.72, -1}, {.72, 1}},
	{{0, -1.05}, {1, -.32}, {.62, .85}, {-.62, .85}, {-1, -.32}},
}

// series is how many different marks, colours and dashes lines can have.
const series = len(shapes)

// mark draws the shape of a series around a point, with a title for the pointer.
func (d *drawing) mark(s int, x, y, radius float64, title string) {
	s %= series
	class := fmt.Sprintf("mark s%d", s)
	end := "/>"
	if title != "" {
		end = "><title>" + template.HTMLEscapeString(title) + "</title></"
	}
	if shapes[s] == nil {
		if title != "" {
			end += "circle>"
		}
		fmt.Fprintf(&d.b, `<circle class="%s" cx="%s" cy="%s" r="%s"%s`, class, coordinate(x), coordinate(y), coordinate(radius*.95), end)
		return
	}
	if title != "" {
		end += "path>"
	}
	fmt.Fprintf(&d.b, `<path class="%s" d="`, class)
	for i, p := range shapes[s] {
		command := "L"
		if i == 0 {
			command = "M"
		}
		d.b.WriteString(command + coordinate(x+radius*p[0]) + " " + coordinate(y+radius*p[1]))
	}
	d.b.WriteString(`Z"` + end)
}

// ring surrounds a mark.
func (d *drawing) ring(x, y, radius float64) {
	fmt.Fprintf(&d.b, `<circle class="ring" cx="%s" cy="%s" r="%s"/>`, coordinate(x), coordinate(y), coordinate(radius))
}

// finish closes a chart. id is unique on the page.
func (d *drawing) finish(id, class, title, description string) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="%s" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-t %s-d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>%s</svg>`,
		class, coordinate(d.width), coordinate(d.height), id, id, id, template.HTMLEscapeString(title), id, template.HTMLEscapeString(description), d.b.String()))
}

// finishSmall closes a drawing whose numbers are also there as text.
func (d *drawing) finishSmall(class string) template.HTML {
	return d.finishHidden(class, "xMidYMid")
}

// finishStretched closes one that fills its place, whatever the proportions.
func (d *drawing) finishStretched(class string) template.HTML {
	return d.finishHidden(class, "none")
}

func (d *drawing) finishHidden(class, aspect string) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="%s" preserveAspectRatio="%s" viewBox="0 0 %s %s" aria-hidden="true" focusable="false">%s</svg>`,
		class, aspect, coordinate(d.width), coordinate(d.height), d.b.String()))
}
