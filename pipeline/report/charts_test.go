package report

import (
	"html"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cutpoint/pipeline/compare"
)

// drawn lists all charts of a report at one width, by name.
func drawn(f field) map[string]template.HTML {
	all := map[string]template.HTML{}
	curves, _ := f.curveCharts()
	for i, c := range slices.Concat(f.charts(), curves) {
		name := strconv.Itoa(i) + " " + c.Title
		all[name+", wide"], all[name+", narrow"] = c.Wide, c.Narrow
	}
	return all
}

var (
	viewBox = regexp.MustCompile(`viewBox="0 0 ([0-9.]+) ([0-9.]+)"`)
	label   = regexp.MustCompile(`<text class="([^"]*)" x="([^"]*)" y="([^"]*)" text-anchor="(\w+)">([^<]*)</text>`)
	number  = func(s string) float64 { v, _ := strconv.ParseFloat(s, 64); return v }
)

// words are the texts of a chart, with the room that each takes.
func words(chart template.HTML) (width, height float64, texts []string, boxes []box) {
	m := viewBox.FindStringSubmatch(string(chart))
	width, height = number(m[1]), number(m[2])
	font := newDrawing(width, height).font
	for _, t := range label.FindAllStringSubmatch(string(chart), -1) {
		text := html.UnescapeString(t[5])
		x, y, w := number(t[2]), number(t[3]), textWidth(text)*font
		switch t[4] {
		case "middle":
			x -= w / 2
		case "end":
			x -= w
		}
		texts, boxes = append(texts, text), append(boxes, box{x, y - .7*font, x + w, y + .1*font})
	}
	return width, height, texts, boxes
}

// TestWordsFit: in every chart all words stand within the drawing, and no word on
// another.
func TestWordsFit(t *testing.T) {
	for name, r := range samples(t) {
		for chart, drawing := range drawn(newField(r)) {
			width, height, texts, boxes := words(drawing)
			if got := strings.Count(string(drawing), "<text"); len(boxes) != got || got == 0 {
				t.Errorf("%s, %s: %d of %d words were looked at", name, chart, len(boxes), got)
			}
			for i, b := range boxes {
				if b.x0 < -4 || b.x1 > width+14 || b.y0 < 0 || b.y1 > height {
					t.Errorf("%s, %s: %q leaves the drawing: %v of %g × %g", name, chart, texts[i], b, width, height)
				}
				for j, o := range boxes[:i] {
					if b.overlap(o) > 1 {
						t.Errorf("%s, %s: %q and %q stand on each other", name, chart, texts[i], texts[j])
					}
				}
			}
		}
	}
}

// TestChosenIsNamed: in every chart of accuracy against cost the chosen and the
// best have their names or at least their roles.
func TestChosenIsNamed(t *testing.T) {
	for name, r := range samples(t) {
		f := newField(r)
		for _, c := range f.charts() {
			for _, drawing := range []template.HTML{c.Wide, c.Narrow} {
				_, _, texts, _ := words(drawing)
				for _, want := range []candidate{f.chosen(), f.best()} {
					if !slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, want.role()) }) {
						t.Errorf("%s, %s: nobody is called %s: %q", name, c.Title, want.role(), texts)
					}
				}
			}
		}
	}
}

func TestMatrix(t *testing.T) {
	r := invented(3, 1, 3)
	r.Chosen = 2
	r.Candidates[2].Confusion = [][]int{{90, 10, 0}, {1, 999, 0}, {0, 0, 0}}
	all := newField(r).matrices()
	if !all[0].Open || all[0].Title != "cut2 with head0" || all[1].Open || len(all) != 3 {
		t.Errorf("the chosen one is not the first, and open: %+v", all[0].Title)
	}
	var shades []string
	for _, row := range all[0].Rows {
		for _, c := range row.Cells {
			shades = append(shades, c.Class+"="+c.Text)
		}
	}
	want := []string{"h18 right=90", "h2=10", "h0 zero=0", "h1=1", "h20 right=999", "h0 zero=0", "h0 zero=0", "h0 zero=0", "h0 right zero=0"}
	if !slices.Equal(shades, want) {
		t.Errorf("cells are shaded %q, want %q", shades, want)
	}
	many := newField(invented(2, 1, wideMatrix+1)).matrices()
	if many[0].Classes == nil || many[1].Classes != nil || len(many[1].Pairs) != worstPairs || !many[0].Sparse {
		t.Error("of many classes more than the chosen one's matrix is drawn, or no pairs are listed")
	}
}

func TestHeadline(t *testing.T) {
	long := strings.Repeat("x", 99)
	for _, c := range []struct {
		advice     compare.Advice
		head, rest string
	}{
		{compare.Advice{Rule: compare.HighestAccuracy, Chosen: compare.Contender{Candidate: "fc2 with softmax", Accuracy: 0.78}}, "Use fc2 with softmax",
			"Its accuracy of 78.0\u00a0% is the highest, and no cheaper candidate comes within one standard error (0.0 points) of it."},
		{compare.Advice{Rule: compare.NoBetterThanChance, Best: compare.Contender{Candidate: "fc2", Accuracy: 0.5}, MajorityClass: "a: b"}, "Use none of these heads yet",
			"The best, fc2, is right on 50.0\u00a0% of held-out pages, and always answering \"a: b\" would be right on 0.0\u00a0%, which is within one standard error (0.0 points); check the labels or label more pages."},
		{compare.Advice{Rule: compare.OnlyCandidate, Chosen: compare.Contender{Candidate: "écart", Accuracy: 0.9}, MajorityClass: "a: b"}, "cut0 with head0: 90.0\u00a0%",
			"écart is right on 90.0\u00a0% of held-out pages, where always answering \"a: b\" would be right on 0.0\u00a0%; name more cuts to learn whether a cheaper one does as well."},
		{compare.Advice{Rule: compare.HighestAccuracy, Chosen: compare.Contender{Candidate: long}}, "cut0 with head0: 90.0\u00a0%",
			"Use " + long + ": its accuracy of 0.0\u00a0% is the highest, and no cheaper candidate comes within one standard error (0.0 points) of it."},
		{compare.Advice{}, "cut0 with head0: 90.0\u00a0%", ""},
	} {
		r := invented(1, 1, 2)
		r.Advice = c.advice
		if head, rest := headline(newField(r)); head != c.head || rest != c.rest {
			t.Errorf("%+v becomes %q and %q", c.advice, head, rest)
		}
	}
}
