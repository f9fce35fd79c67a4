package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"cutpoint/pipeline/quantity"
)

// panel is one chart of learning curves.
type panel struct {
	Title      string
	candidates []candidate
	series     []int // of each
	labels     []string
}

// curved are the candidates with a curve: a point is none.
func (f field) curved() []candidate {
	var with []candidate
	for _, c := range f.candidates {
		if len(c.LearningCurve) > 1 {
			with = append(with, c)
		}
	}
	return with
}

// panels divides the candidates that have curves: all in one chart if they are
// few, else a chart for each head.
func (f field) panels() []panel {
	with := f.curved()
	if len(with) == 0 {
		return nil
	}
	if len(with) <= few || len(f.heads) == 1 {
		p := panel{Title: "Learning curves", candidates: with}
		for i, c := range with {
			p.add(c.Label, distinct(c.Index, i, len(f.candidates)))
		}
		return []panel{p}
	}
	var panels []panel
	for _, head := range f.heads {
		p := panel{Title: clip(visible(head), longName)}
		for _, c := range with {
			if c.Head == head {
				p.candidates = append(p.candidates, c)
				p.add(clip(visible(c.Cut), chartName/2), distinct(slices.Index(f.cuts, c.Cut), len(p.labels), len(f.cuts)))
			}
		}
		if len(p.candidates) > 0 {
			panels = append(panels, p)
		}
	}
	return panels
}

// distinct is the mark of a line: its own in all charts if there are marks for all,
// else by its place in the chart, so that the lines that are named differ.
func distinct(own, place, all int) int {
	if all <= series {
		return own
	}
	return place
}

func (p *panel) add(label string, series int) {
	p.labels, p.series = append(p.labels, label), append(p.series, series)
}

// lines is how many curves of a chart are drawn in full; others are grey.
const lines = series

// curveChart is a panel being drawn.
type curveChart struct {
	*drawing
	panel
	x, y scale
	end  float64 // right edge of the plot
	keys bool    // labels stand in a key below, not at the lines' ends
}

// drawCurves draws a panel at a width; the accuracy axis spans low to high.
func (p panel) drawCurves(id string, width, height float64, class string, low, high float64) template.HTML {
	c := &curveChart{drawing: newDrawing(width, height), panel: p}
	shown := min(len(p.candidates), lines)
	widest := 0.0
	for _, l := range p.labels[:shown] {
		widest = max(widest, textWidth(l)*c.font*1.04)
	}
	c.end = width - widest - 24
	plot := height
	if c.keys = widest > 0.34*width; c.keys {
		c.end = width - right - 14
		c.height += 22 * float64(shown)
	}
	c.scales(plot, low, high)
	c.axes(plot)
	for i := len(p.candidates) - 1; i >= 0; i-- {
		c.curve(i, i < shown)
	}
	c.names(shown, plot)
	return c.finish(id+"-"+class, class, p.heading(), p.describe())
}

func (c *curveChart) scales(plot, low, high float64) {
	c.y = accuracyScale(low, high, plot-below, above)
	few, many := math.Inf(1), 1.0
	for _, candidate := range c.candidates {
		for _, p := range candidate.LearningCurve {
			few, many = min(few, float64(max(p.PagesPerClass, 1))), max(many, float64(p.PagesPerClass))
		}
	}
	c.x = scale{low: few, high: max(many, few), from: left + 16, to: c.end - 8, log: true}
}

func (c *curveChart) axes(plot float64) {
	c.accuracyAxis(c.y)
	bottom := plot - below
	c.line(left, bottom, c.width-right, bottom, "axis")
	last := math.Inf(-1)
	sizes := c.sizes()
	for i, n := range sizes {
		x := c.x.at(float64(n))
		c.line(x, bottom, x, bottom+5, "axis")
		room := i == len(sizes)-1 || c.x.at(float64(sizes[len(sizes)-1]))-x > 26
		if room && x-last > 26 {
			c.text(x, bottom+20, "middle", "tick", strconv.Itoa(n))
			last = x
		}
	}
	c.text((left+c.end)/2, plot-8, "middle", "name", "labelled pages a class (logarithmic)")
}

// sizes are the numbers of pages at which there are points.
func (p panel) sizes() []int {
	var sizes []int
	for _, candidate := range p.candidates {
		for _, point := range candidate.LearningCurve {
			sizes = append(sizes, point.PagesPerClass)
		}
	}
	slices.Sort(sizes)
	return slices.Compact(sizes)
}

// curve draws one candidate; its points are shifted a little from those of the others,
// so that error bars do not cover each other.
func (c *curveChart) curve(i int, full bool) {
	candidate, s := c.candidates[i], c.series[i]%series
	shift := 0.0
	if shown := min(len(c.candidates), lines); full && shown > 1 {
		shift = 3.2 * (float64(i) - float64(shown-1)/2)
	}
	var path [][2]float64
	for _, p := range candidate.LearningCurve {
		path = append(path, [2]float64{c.x.at(float64(max(p.PagesPerClass, 1))) + shift, c.y.at(100 * p.Accuracy.Mean)})
	}
	if !full {
		c.polyline(path, "curve faint")
		return
	}
	for k, p := range candidate.LearningCurve {
		c.errorBar(path[k][0], c.y.at(100*min(1, p.Accuracy.Mean+p.Accuracy.SD)), c.y.at(100*max(c.y.low/100, p.Accuracy.Mean-p.Accuracy.SD)), 2.5, fmt.Sprintf("error s%d", s))
	}
	class := fmt.Sprintf("curve s%d", s)
	if candidate.Chosen {
		class += " strong"
	}
	c.polyline(path, class)
	for k, p := range candidate.LearningCurve {
		c.mark(s, path[k][0], path[k][1], 4.6, fmt.Sprintf("%s, %d pages a class: %s ± %s %%", candidate.Title(), p.PagesPerClass, quantity.Points(p.Accuracy.Mean), quantity.Points(p.Accuracy.SD)))
	}
}

// names labels the lines, at their ends or in a key.
func (c *curveChart) names(shown int, plot float64) {
	if c.keys {
		for i := range shown {
			y := plot + 8 + 22*float64(i)
			c.line(left, y, left+30, y, fmt.Sprintf("curve s%d", c.series[i]%series))
			c.mark(c.series[i], left+15, y, 4.6, "")
			c.text(left+38, y+.35*c.font, "start", c.nameClass(i), clip(c.labels[i], int((c.width-left-40)/(.56*c.font))))
		}
		return
	}
	at := make([]float64, shown)
	for i := range at {
		curve := c.candidates[i].LearningCurve
		at[i] = c.y.at(100 * curve[len(curve)-1].Accuracy.Mean)
	}
	for i, y := range spread(at, 1.25*c.font, above, plot-below-4) {
		curve := c.candidates[i].LearningCurve
		x := c.x.at(float64(curve[len(curve)-1].PagesPerClass))
		if x < c.end-12 || math.Abs(y-at[i]) > 2 {
			c.line(max(x+14, c.end-2), at[i], c.end+10, y, "leader")
		}
		c.text(c.end+14, y+.35*c.font, "start", c.nameClass(i), c.labels[i])
	}
}

func (c *curveChart) nameClass(i int) string {
	if c.candidates[i].Chosen {
		return "label strong"
	}
	return "label"
}

func (p panel) heading() string {
	if p.Title == "Learning curves" {
		return p.Title
	}
	return "Learning curves with " + p.Title
}

func (p panel) describe() string {
	var b strings.Builder
	b.WriteString("Accuracy (vertical, percent, with bars of one standard deviation over the splits) against labelled pages a class (horizontal, logarithmic). ")
	for i, c := range p.candidates[:min(len(p.candidates), lines)] {
		first, last := c.LearningCurve[0], c.LearningCurve[len(c.LearningCurve)-1]
		fmt.Fprintf(&b, "%s: %s %% at %d, %s %% at %d. ", p.labels[i], quantity.Points(first.Accuracy.Mean), first.PagesPerClass, quantity.Points(last.Accuracy.Mean), last.PagesPerClass)
	}
	return strings.TrimSpace(b.String())
}

// span is the range of accuracies of all curves.
func (f field) span() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, c := range f.candidates {
		for _, p := range c.LearningCurve {
			low, high = min(low, p.Accuracy.Mean-p.Accuracy.SD), max(high, p.Accuracy.Mean+p.Accuracy.SD)
		}
	}
	return low, high
}

// curveRow is a candidate's line in the table of curves.
type curveRow struct {
	Title  string
	Chosen bool
	Cells  []string // by size; empty where the curve has no point
}

// curveTable returns the sizes and a row for each curve.
func (f field) curveTable() (sizes []int, rows []curveRow) {
	all := panel{candidates: f.curved()}
	sizes = all.sizes()
	for _, c := range all.candidates {
		row := curveRow{c.Title(), c.Chosen, make([]string, len(sizes))}
		for _, p := range c.LearningCurve {
			row.Cells[slices.Index(sizes, p.PagesPerClass)] = f.spread(p.Accuracy)
		}
		rows = append(rows, row)
	}
	return sizes, rows
}
