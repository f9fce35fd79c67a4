package report

import (
	"html/template"
	"math"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/quantity"
)

// tableRow is a candidate's line in the table of all.
type tableRow struct {
	Rank                                    int
	Cut, Head, Role                         string
	Mark, Forest                            template.HTML
	Accuracy, MacroF1, LogLoss, Calibration string
	P, GFLOP, Bytes, Parameters             string
	Train, Micros, PagesPerSecond           string
	Hours, MillionBytes                     string
	Within                                  bool
}

func (f field) table() []tableRow {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range f.candidates {
		low, high = min(low, c.Accuracy.Mean-c.Accuracy.SD), max(high, c.Accuracy.Mean+c.Accuracy.SD)
	}
	x := accuracyScale(low, high, 4, 136)
	var rows []tableRow
	for _, c := range f.candidates {
		rows = append(rows, f.tableRow(c, x))
	}
	return rows
}

func (f field) tableRow(c candidate, x scale) tableRow {
	row := tableRow{
		Rank: c.Rank, Cut: nameOf(c.Cut), Head: nameOf(c.Head), Role: c.role(), Within: c.WithinError,
		Mark: markOf(c.series), Forest: f.forest(c, x),
		Accuracy: f.spread(c.Accuracy),
		MacroF1:  quantity.Fixed(c.MacroF1.Mean, 3), LogLoss: quantity.Fixed(c.LogLoss.Mean, 3), Calibration: quantity.Fixed(c.CalibrationError.Mean, 3),
		P: quantity.Unknown, GFLOP: quantity.GFLOP(c.Costs.TrunkFLOPs), Bytes: size(storedBytes(c.Entry)), Parameters: quantity.Count(c.Costs.HeadParameters),
		Train: quantity.Short(c.TrainSeconds.Mean), Micros: quantity.Short(c.PredictMicros.Mean), PagesPerSecond: known(c.Costs.PagesPerSecond),
		Hours: known(c.Costs.MillionHours), MillionBytes: size(c.Costs.MillionBytes),
	}
	if c.AgainstBest != nil {
		row.P = quantity.P(c.AgainstBest.P)
	}
	return row
}

// forest draws an accuracy and its deviation on the scale of all rows, and
// the band of one standard error below the best.
func (f field) forest(c candidate, x scale) template.HTML {
	d := newDrawing(140, 24)
	best := 100 * f.best().Accuracy.Mean
	from := x.at(max(x.low, best-100*f.report.StandardError))
	if finite(from) && len(f.candidates) > 1 {
		d.rect(from, 0, x.at(best)-from, 24, "band")
	}
	low, high := x.at(100*max(0, c.Accuracy.Mean-c.Accuracy.SD)), x.at(100*min(1, c.Accuracy.Mean+c.Accuracy.SD))
	d.line(low, 12, high, 12, "whisker")
	d.mark(c.series, x.at(100*c.Accuracy.Mean), 12, 5, "")
	return d.finishSmall("forest")
}

// markOf draws a series' mark for a table or a key.
func markOf(s int) template.HTML {
	d := newDrawing(16, 16)
	d.mark(s, 8, 8, 6, "")
	return d.finishSmall("key")
}

// key says what a mark means.
type key struct {
	Mark template.HTML
	Text string
}

// keys explain the charts: the marks of the heads, unless each candidate has its
// own mark and name, and what all charts share.
func (f field) keys() []key {
	var keys []key
	if len(f.candidates) > few && len(f.heads) > 1 {
		for i, h := range f.heads {
			keys = append(keys, key{markOf(i), nameOf(h)})
		}
	}
	ring, band := newDrawing(16, 16), newDrawing(16, 16)
	ring.ring(8, 8, 6.5)
	band.rect(0, 2, 16, 12, "band")
	band.line(0, 14, 16, 14, "band-edge")
	return append(keys, key{ring.finishSmall("key"), "chosen"}, key{band.finishSmall("key"), "within one standard error of the best"})
}

// tile is one number of the summary.
type tile struct{ Value, Unit, What string }

// tiles are the numbers of the chosen candidate that a person wants first.
func (f field) tiles() []tile {
	c, r := f.chosen(), f.report
	accuracy := "accuracy on held-out " + plurals(r)
	if r.Split != compare.SplitStore {
		accuracy += ", ±\u00a0" + quantity.Points(c.Accuracy.SD) + " over the splits"
	}
	tiles := []tile{
		{quantity.Points(c.Accuracy.Mean), "%", accuracy},
		{quantity.Points(r.MajorityShare), "%", "would be right by always answering the commonest class"},
		{quantity.GFLOP(c.Costs.TrunkFLOPs), "GFLOP", "a page up to the cut"},
		{size(storedBytes(c.Entry)), "", "a page in the store"},
	}
	if c.Costs.MillionHours > 0 {
		tiles = append(tiles, tile{quantity.Short(c.Costs.MillionHours), "h", "for a million pages, at " + quantity.Short(c.Costs.PagesPerSecond) + " pages a second"})
	}
	return append(tiles, tile{spaced(r.Rows.Used), "", "labelled pages in " + classesOf(len(r.Classes))})
}

func storedBytes(e compare.Entry) int64 {
	if e.Costs.StoredBytesPage > 0 {
		return e.Costs.StoredBytesPage
	}
	return e.Costs.BytesAPage
}

// plurals names what is scored.
func plurals(r *compare.Report) string {
	if r.Unit == compare.UnitDocument {
		return "documents"
	}
	return "pages"
}

func classesOf(n int) string {
	if n == 1 {
		return "1\u00a0class"
	}
	return spaced(n) + "\u00a0classes"
}
