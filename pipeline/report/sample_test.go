package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"

	"cutpoint/pipeline/compare"
)

// real is the comparison of testdata.
func real(t testing.TB) *compare.Report {
	t.Helper()
	data, err := os.ReadFile("testdata/four-cuts.json")
	if err != nil {
		t.Fatal(err)
	}
	var r compare.Report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

// invented is a comparison of any size, with scores that follow from its numbers.
func invented(cuts, heads, classes int) *compare.Report {
	r := &compare.Report{Tool: "cutpoint test", Command: []string{"fit", "--store", "it's here"}, Unit: compare.UnitPage, Split: compare.SplitFolds,
		Folds: 5, Repeats: 1, Seed: 7, MajorityShare: 1 / float64(max(classes, 1)), StandardError: 0.012,
		Advice: compare.Advice{Rule: compare.HighestAccuracy, Chosen: compare.Contender{Candidate: "cut0 with head0", Accuracy: 0.9}, StandardError: 0.012}}
	for k := range classes {
		r.Classes = append(r.Classes, compare.Class{Name: fmt.Sprintf("class %02d", k), Pages: 20 + k})
	}
	for c := range cuts {
		for h := range heads {
			r.Candidates = append(r.Candidates, inventedEntry(c, h, classes))
		}
	}
	for i := range r.Candidates {
		if i > 0 {
			r.Candidates[i].AgainstBest = &compare.Test{Name: compare.ResampledT, P: 0.5 / float64(i)}
		}
	}
	for i := range 20 {
		r.Pages.Suspects = append(r.Pages.Suspects, compare.Outcome{DocumentID: "d", Page: int32(i), Path: fmt.Sprintf("in/page%d.tif", i),
			Label: "class 00", Predicted: "class 01", LabelProbability: 0.02, PredictedProbability: 0.9, Entropy: 0.3})
	}
	r.Pages.Surprising = r.Pages.Suspects
	r.Pages.Confused = r.Pages.Suspects
	return r
}

func inventedEntry(c, h, classes int) compare.Entry {
	accuracy := 0.9 - 0.03*float64(h) - 0.02*float64(c)*math.Mod(float64(c+h), 3)
	e := compare.Entry{Cut: fmt.Sprintf("cut%d", c), Head: fmt.Sprintf("head%d", h), Dim: 512 << c, Version: int64(c),
		Accuracy: compare.Summary{Mean: accuracy, SD: 0.02}, MacroF1: compare.Summary{Mean: accuracy}, LogLoss: compare.Summary{Mean: 1 - accuracy},
		Costs: compare.Costs{BytesAPage: 2048 << c, TrunkFLOPs: int64(20+4*c) * 1e9, HeadParameters: int64(2560 * (h + 1)), MillionBytes: 2048e6}}
	for f := range 5 {
		e.Splits = append(e.Splits, compare.Scores{Fold: f, Accuracy: accuracy})
	}
	for _, n := range []int{2, 5, 10, 20, 50} {
		e.LearningCurve = append(e.LearningCurve, compare.CurvePoint{PagesPerClass: n,
			Accuracy: compare.Summary{Mean: accuracy * (1 - 0.5/math.Sqrt(float64(n))), SD: 0.03}})
	}
	for k := range classes {
		row := make([]int, classes)
		row[k] = 20 + k
		row[(k*7+c+h)%classes] += 3
		e.Confusion = append(e.Confusion, row)
		e.PerClass = append(e.PerClass, compare.ClassScore{Precision: accuracy, Recall: accuracy, F1: accuracy, Pages: 23 + k})
	}
	return e
}

// hostile gives everything that has a name a bad one.
func hostile() *compare.Report {
	r := invented(3, 2, 4)
	names := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "good\u202egpj.exe\u2066", strings.Repeat("long", 500),
	}
	for k := range r.Classes {
		r.Classes[k].Name = names[k]
	}
	for i := range r.Candidates {
		r.Candidates[i].Cut, r.Candidates[i].Head = names[i/2]+"</title></style>", names[3-i%2]+"]]>"
	}
	for i := range r.Pages.Suspects {
		o := &r.Pages.Suspects[i]
		o.Path, o.Label, o.Predicted = "../"+names[i%4]+"/\xff\x00'`.tif", names[i%4], names[(i+1)%4]
	}
	r.Tool, r.Source.Store, r.Source.Fingerprint = names[0], names[1], names[2]
	r.Rate = compare.Rate{FLOPsPerSecond: 1e12, PagesPerSecond: 25}
	r.Command = []string{"fit", names[0], "a\nb", "'; rm -rf '", names[2]}
	bad := compare.Contender{Candidate: names[1], Accuracy: 0.9}
	r.Advice = compare.Advice{Rule: compare.OneStandardError, Chosen: compare.Contender{Candidate: names[0]}, Best: bad, MajorityClass: names[2]}
	r.Reasons.FullyConnected = &compare.FullyConnected{With: bad, Without: bad}
	r.Reasons.SuspectLabels = &compare.SuspectLabels{Count: 1, Worst: names[3]}
	return r
}

// picture returns a small PNG for every page.
func picture(o compare.Outcome) ([]byte, error) {
	m := image.NewGray(image.Rect(0, 0, 120, 160))
	for i := range m.Pix {
		m.Pix[i] = uint8(255 - (i/120+int(o.Page))%40)
	}
	m.SetGray(3, 3, color.Gray{})
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), err
}

func gone(o compare.Outcome) ([]byte, error) { return nil, fs.ErrNotExist }

// samples are reports of all shapes.
func samples(t testing.TB) map[string]*compare.Report {
	single := invented(1, 1, 2)
	single.Pages = compare.Outcomes{}
	single.Advice.Rule = compare.OnlyCandidate
	single.Candidates[0].LearningCurve = nil
	split := invented(2, 1, 3)
	split.Split, split.Unit = compare.SplitStore, compare.UnitDocument
	for i := range split.Candidates {
		split.Candidates[i].Accuracy.SD = 0
		split.Candidates[i].LearningCurve = split.Candidates[i].LearningCurve[:1]
	}
	split.Candidates[1].AgainstBest.Name = compare.McNemar
	split.Pages.Suspects[0].Page = -1
	bare := &compare.Report{Classes: []compare.Class{{Name: ""}}, Candidates: []compare.Entry{{Confusion: [][]int{{0}}, PerClass: make([]compare.ClassScore, 1)}}}
	return map[string]*compare.Report{"real": real(t), "many": invented(6, 5, 100), "middle": invented(5, 2, 20), "one-head": invented(12, 1, 9),
		"single": single, "split": split, "bare": bare, "hostile": hostile()}
}

// write returns the page.
func write(t testing.TB, r *compare.Report, thumbnail Thumbnail) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r, thumbnail); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
