package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/quantity"
)

// expense is one kind of cost that accuracy is drawn against.
type expense struct {
	id, title, axis string
	of              func(compare.Entry) float64
	write           func(float64) string
}

// expenses are the costs that are known of all candidates.
func (f field) expenses() []expense {
	all := []expense{
		{"gflop", "Accuracy against computing", "trunk, GFLOP a page",
			func(e compare.Entry) float64 { return float64(e.Costs.TrunkFLOPs) / 1e9 }, quantity.Short},
		{"hours", "Accuracy against time", "hours for a million pages",
			func(e compare.Entry) float64 { return e.Costs.MillionHours }, quantity.Short},
		{"bytes", "Accuracy against storage", "bytes a page",
			func(e compare.Entry) float64 { return float64(e.Costs.BytesAPage) }, func(v float64) string { return size(int64(math.Round(v))) }},
	}
	if f.all(func(e compare.Entry) float64 { return float64(e.Costs.StoredBytesPage) }) {
		all[2].axis = "stored bytes a page"
		all[2].of = func(e compare.Entry) float64 { return float64(e.Costs.StoredBytesPage) }
	}
	return slices.DeleteFunc(all, func(x expense) bool { return !f.all(x.of) })
}

// all reports whether a cost is known of all candidates; a logarithmic axis has no zero.
func (f field) all(cost func(compare.Entry) float64) bool {
	for _, c := range f.candidates {
		if v := cost(c.Entry); !(v > 0) || !finite(v) {
			return false
		}
	}
	return true
}

// spot is a candidate's position in a chart.
type spot struct {
	candidate
	x, y, top, bottom float64
}

// tradeoff is a chart of accuracy against one cost.
type tradeoff struct {
	*drawing
	field
	expense
	x, y  scale
	spots []spot
}

// drawTradeoff draws the chart at a width.
func (f field) drawTradeoff(x expense, width, height float64, class string) template.HTML {
	t := &tradeoff{drawing: newDrawing(width, height), field: f, expense: x}
	t.scales()
	t.spread()
	t.band()
	t.axes()
	t.marks()
	t.labels()
	return t.finish("tradeoff-"+x.id+"-"+class, class, x.title, t.describe())
}

// margins of the plot within the drawing.
const (
	left, right, above = 46.0, 14.0, 30.0
	below              = 52.0
)

func (t *tradeoff) scales() {
	low, high := math.Inf(1), math.Inf(-1)
	cheap, dear := math.Inf(1), 0.0
	for _, c := range t.candidates {
		low, high = min(low, c.Accuracy.Mean-c.Accuracy.SD), max(high, c.Accuracy.Mean+c.Accuracy.SD)
		cheap, dear = min(cheap, t.of(c.Entry)), max(dear, t.of(c.Entry))
	}
	t.y = accuracyScale(low, high, t.height-below, above)
	pad := math.Pow(dear/cheap, 0.08) * 1.06
	t.x = scale{low: cheap / pad, high: dear * pad, from: left, to: t.width - right, log: true}
}

// accuracyScale spans shares, in percent, and a little more.
func accuracyScale(low, high, from, to float64) scale {
	low, high = max(low, 0), min(high, 1)
	if !(high-low >= 0.04) {
		low, high = max(0, low-0.02), min(1, high+0.02)
	}
	low, high = 100*low, 100*high
	step := roundStep((high - low) / float64(steps(from-to)))
	s := scale{low: math.Floor(2*low/step) * step / 2, high: math.Ceil(2*high/step) * step / 2, from: from, to: to}
	for _, v := range linearTicks(low, high, steps(from-to)) {
		if v >= s.low && v <= s.high {
			s.ticks = append(s.ticks, v)
		}
	}
	return s
}

// steps is how many lines an axis of a height has room for.
func steps(height float64) int { return max(4, int(math.Abs(height)/42)) }

// spread puts candidates of nearly equal cost side by side.
func (t *tradeoff) spread() {
	gap := min(11, max(3, 0.14*t.width/float64(len(t.candidates))))
	list := slices.Clone(t.candidates)
	at := make([]float64, len(list))
	for i, c := range list {
		at[i] = t.x.at(t.of(c.Entry))
	}
	at = spread(at, gap, left+gap, t.width-right-gap)
	for i, c := range list {
		t.spots = append(t.spots, spot{c, at[i], t.y.at(100 * c.Accuracy.Mean),
			t.y.at(100 * min(1, c.Accuracy.Mean+c.Accuracy.SD)), t.y.at(100 * max(0, c.Accuracy.Mean-c.Accuracy.SD))})
	}
}

// band shades what is within one standard error of the best.
func (t *tradeoff) band() {
	best := t.best().Accuracy.Mean
	top, bottom := t.y.at(100*best), t.y.at(100*max(best-t.report.StandardError, t.y.low/100))
	if t.report.StandardError > 0 && finite(bottom) && len(t.candidates) > 1 {
		t.rect(left, top, t.width-left-right, bottom-top, "band")
		t.line(left, bottom, t.width-right, bottom, "band-edge")
	}
}

func (t *tradeoff) axes() {
	t.accuracyAxis(t.y)
	bottom := t.height - below
	t.line(left, bottom, t.width-right, bottom, "axis")
	for _, v := range logTicks(t.x.low, t.x.high, int(t.width/80)) {
		t.line(t.x.at(v), bottom, t.x.at(v), bottom+5, "axis")
		t.text(t.x.at(v), bottom+20, "middle", "tick", tickText(t.write, v))
	}
	t.text((left+t.width-right)/2, t.height-8, "middle", "name", t.axis+" (logarithmic)")
}

// tickText writes a round number without the zeros that a measured one has.
func tickText(write func(float64) string, v float64) string {
	number, unit, _ := strings.Cut(write(v), "\u00a0")
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return strings.TrimSpace(number + "\u00a0" + unit)
}

// accuracyAxis draws the lines and numbers of a vertical axis in percent.
func (d *drawing) accuracyAxis(y scale) {
	for _, v := range y.ticks {
		d.line(left, y.at(v), d.width-right, y.at(v), "grid")
		d.text(left-8, y.at(v)+.35*d.font, "end", "tick", tickText(quantity.Short, v))
	}
	d.text(2, above-14, "start", "name", "accuracy, %")
}

func (t *tradeoff) radius() float64 {
	if len(t.spots) > few || t.width < 420 {
		return 5.5
	}
	return 7
}

func (t *tradeoff) marks() {
	for _, s := range t.spots {
		class := "error"
		if s.Chosen || s.Best || len(t.spots) <= few {
			class = "error strong"
		}
		t.errorBar(s.x, s.top, s.bottom, 3.5, fmt.Sprintf("%s s%d", class, s.series%series))
	}
	for _, s := range slices.Backward(t.spots) {
		if s.Chosen {
			t.ring(s.x, s.y, t.radius()+5)
		}
		t.mark(s.series, s.x, s.y, t.radius(), t.spotText(s))
	}
}

func (t *tradeoff) spotText(s spot) string {
	return fmt.Sprintf("%s: accuracy %s ± %s %%, %s %s", s.Title(), quantity.Points(s.Accuracy.Mean), quantity.Points(s.Accuracy.SD), t.axis, t.write(t.of(s.Entry)))
}

// labels names the chosen and the best, then whoever is not beaten at its cost,
// then the others as far as there is room.
func (t *tradeoff) labels() {
	bounds := box{left + 2, above - 12, t.width - 2, t.height - below - 2}
	var obstacles []obstacle
	for _, s := range t.spots {
		r := t.radius() + 2
		obstacles = append(obstacles, obstacle{box{s.x - r, s.y - r, s.x + r, s.y + r}, 4},
			obstacle{box{s.x - 3, s.top, s.x + 3, s.bottom}, 1})
	}
	order := slices.Clone(t.spots)
	slices.SortStableFunc(order, func(a, b spot) int { return t.urgency(a) - t.urgency(b) })
	for _, s := range order {
		urgency := t.urgency(s)
		if len(t.spots) > few && urgency > 1 {
			break
		}
		label, class := s.Label, "label"
		if role := s.role(); role != "" {
			label, class = role+": "+label, "label strong"
		}
		width := textWidth(label) * t.font * 1.04
		p := placeLabel(s.x, s.y, width, t.font, t.radius()+8, bounds, obstacles)
		if urgency > 0 && (p.burden > 25*t.font || width > 0.45*t.width) {
			continue
		}
		if math.IsInf(p.burden, 1) { // too long a name: the role alone
			label = s.role()
			p = placeLabel(s.x, s.y, textWidth(label)*t.font*1.04, t.font, t.radius()+8, bounds, obstacles)
		}
		t.text(p.x, p.y, "start", class, label)
		obstacles = append(obstacles, obstacle{p.area, 20})
	}
}

// urgency orders labels: 0 the chosen and the best, 1 not beaten, 2 others.
func (t *tradeoff) urgency(s spot) int {
	if s.Chosen || s.Best {
		return 0
	}
	for _, o := range t.spots {
		if o.Accuracy.Mean > s.Accuracy.Mean && t.of(o.Entry) <= t.of(s.Entry)*(1+1e-9) {
			return 2
		}
	}
	return 1
}

// describe says in words what the chart shows.
func (t *tradeoff) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (vertical, percent, with bars of one standard deviation over the splits) against %s (horizontal, logarithmic). ", "Accuracy", t.axis)
	for _, s := range t.spots[:min(len(t.spots), 12)] {
		b.WriteString(t.spotText(s))
		if role := s.role(); role != "" {
			b.WriteString(" (" + role + ")")
		}
		b.WriteString(". ")
	}
	if len(t.spots) > 12 {
		b.WriteString("The table below has the others.")
	}
	return strings.TrimSpace(b.String())
}
