package report

import (
	"bufio"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/quantity"
)

//go:embed page.html
var layout string

// Write writes the report of a comparison as one HTML file. thumbnail may be nil;
// it is asked for at most 36 pages, and its failures are shown in the page. The
// same report and pictures give the same bytes.
func Write(w io.Writer, r *compare.Report, thumbnail Thumbnail) error {
	if err := check(r); err != nil {
		return fmt.Errorf("draw the report: %w", err)
	}
	t, err := template.New("page.html").Parse(layout)
	if err != nil {
		return fmt.Errorf("draw the report: %w", err)
	}
	b := bufio.NewWriter(w)
	if err := t.Execute(b, newPage(r, thumbnail)); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// page is all that the layout shows.
type page struct {
	Style                 template.CSS
	Policy                string
	Title, Lede           string
	Headline              []string // words
	Date, Store           string
	Reasons               []string
	Tiles                 []tile
	Charts                []chart
	Keys                  []key
	Rows                  []tableRow
	Several               bool // candidates
	HasRate               bool
	StandardError         string
	Curves                []chart
	CurveSizes            []int
	CurveRows             []curveRow
	CurvesHidden          bool // some lines are grey
	Matrices              []matrix
	Unit, Units           string
	Splits                int // splits that the matrices add up
	Galleries             []gallery
	Splitting, Provenance []fact
	Test                  string
	Single                bool // one test set, no folds
	Command               string
}

// chart is a drawing for wide screens and paper, and one for narrow screens.
type chart struct {
	Title        string
	Full         bool // takes the whole width
	Wide, Narrow template.HTML
}

func newPage(r *compare.Report, thumbnail Thumbnail) page {
	f := newField(r)
	sheet, policy := styleSheet()
	headline, lede := headline(f)
	p := page{
		Style: sheet, Policy: policy, Title: headline, Headline: strings.Fields(headline), Lede: lede,
		Date: day(r.Created), Store: pathOf(r.Source.Store),
		Tiles: f.tiles(), Charts: f.charts(), Keys: f.keys(), Rows: f.table(), Several: len(r.Candidates) > 1,
		HasRate: r.Rate.FLOPsPerSecond > 0, StandardError: quantity.Points(r.StandardError),
		Matrices: f.matrices(), Unit: strings.TrimSuffix(plurals(r), "s"), Units: plurals(r), Splits: len(r.Candidates[r.Chosen].Splits),
		Galleries: f.galleries(thumbnail), Splitting: splitting(r), Provenance: provenance(r),
		Test: test(r), Single: r.Split == compare.SplitStore, Command: command(r.Command),
	}
	for _, reason := range r.ReasonSentences() {
		p.Reasons = append(p.Reasons, sentence(reason))
	}
	p.Curves, p.CurvesHidden = f.curveCharts()
	p.CurveSizes, p.CurveRows = f.curveTable()
	return p
}

// longHeadline is how many characters a headline has at most.
const longHeadline = 90

// headline is what to use, "Use fc2 with softmax", and why. Where that is nothing, or
// too long, it is the chosen candidate's name and accuracy.
func headline(f field) (head, rest string) {
	use, because := f.report.AdviceSentence()
	use, because = sentence(use), sentence(because)
	if use != "" && utf8.RuneCountInString(use) <= longHeadline {
		return use, capital(because)
	}
	if use != "" {
		because = clip(use+": "+because, longSentence)
	}
	c := f.chosen()
	return clip(c.Title(), longHeadline) + ": " + percent(c.Accuracy.Mean), because
}

// capital begins a sentence.
func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(r)) + text[size:]
}

// Widths of drawings, in pixels.
const (
	fullWidth   = 1040
	halfWidth   = 508
	narrowWidth = 344
)

// charts are accuracy against each cost that is known.
func (f field) charts() []chart {
	expenses := f.expenses()
	var charts []chart
	for i, x := range expenses {
		crowded := len(f.candidates) > few
		c := chart{Title: x.title, Full: crowded || i == 0 && len(expenses) != 2, Narrow: f.drawTradeoff(x, narrowWidth, 320, "narrow")}
		if c.Full {
			c.Wide = f.drawTradeoff(x, fullWidth, 430, "wide")
		} else {
			c.Wide = f.drawTradeoff(x, halfWidth, 340, "wide")
		}
		charts = append(charts, c)
	}
	return charts
}

// curveCharts are the learning curves; hidden reports that some are drawn in grey.
func (f field) curveCharts() (charts []chart, hidden bool) {
	low, high := f.span()
	panels := f.panels()
	for i, p := range panels {
		id := fmt.Sprintf("curves-%d", i)
		c := chart{Full: len(panels) == 1, Narrow: p.drawCurves(id, narrowWidth, 320, "narrow", low, high)}
		if len(panels) > 1 {
			c.Title = p.heading()
			c.Wide = p.drawCurves(id, halfWidth, 340, "wide", low, high)
		} else {
			c.Wide = p.drawCurves(id, fullWidth, 430, "wide", low, high)
		}
		charts = append(charts, c)
		hidden = hidden || len(p.candidates) > lines
	}
	return charts, hidden
}
