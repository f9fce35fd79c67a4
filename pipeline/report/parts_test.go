package report

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/quantity"
)

func TestVisible(t *testing.T) {
	for name, want := range map[string]string{
		"":               "",
		"Rechnung Nr. 7": "Rechnung Nr. 7",
		"请求书":            "请求书",
		"می\u200cخواهم":  "می\u200cخواهم", // with a zero-width non-joiner
		"a\tb\n":         "a⟨U+0009⟩b⟨U+000A⟩",
		"\u202eexe.tif":  "⟨U+202E⟩exe.tif",
		"\u200b\ufeff":   "⟨U+200B⟩⟨U+FEFF⟩",
		"a\u00a0b":       "a b",
		"\xc3(":          "⟨0xC3⟩(",
		"�":              "�",
	} {
		if got := visible(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	if got := clip("abcdef", 4); got != "abc…" {
		t.Errorf("clip to 4: %q, want %q", got, "abc…")
	}
	if got := clipMiddle("inbox/2026/a.tif", 12); got != "inbo…6/a.tif" {
		t.Errorf("clip the middle to 12: %q, want %q", got, "inbo…6/a.tif")
	}
	if got := clip("äöü", 3) + clipMiddle("äöü", 3); got != "äöüäöü" {
		t.Errorf("three letters clipped to 3, both ways: %q, want both whole", got)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{percent(1), "100.0\u00a0%"}, {size(16384), "16.4\u00a0kB"}, {size(0), quantity.Unknown}, {known(0), quantity.Unknown}, {known(5.5), "5.5"},
		{spaced(1234567), "1\u202f234\u202f567"}, {plural(1, "page"), "1\u00a0page"}, {plural(2000, "page"), "2\u202f000\u00a0pages"},
		{tickText(quantity.Short, 25), "25"}, {tickText(quantity.Short, 0.5), "0.5"}, {tickText(quantity.Short, 99.5), "99.5"}, {tickText(quantity.Short, 1000), "1000"},
		{tickText(func(v float64) string { return size(int64(v)) }, 100_000), "100\u00a0kB"}, {tickText(func(v float64) string { return size(int64(v)) }, 200), "200\u00a0B"},
	} {
		if c.got != c.want {
			t.Errorf("formatted %q, want %q", c.got, c.want)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		n         int
		want      []float64
	}{
		{1, 1000, 5, []float64{1, 10, 100, 1000}},
		{2, 60, 6, []float64{2, 5, 10, 20, 50}},
		{20.5, 42, 8, []float64{25, 30, 35, 40}},
		{0.9, 110_000, 4, []float64{1, 100, 10_000}},
	} {
		if got := logTicks(c.low, c.high, c.n); !slices.EqualFunc(got, c.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9*b }) {
			t.Errorf("%g to %g: %v, want %v", c.low, c.high, got, c.want)
		}
	}
}

// TestTicks holds ticks of any range to what an axis needs: round, within it, in
// order, and neither one alone nor more than asked for.
func TestTicks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		low := math.Exp(20*rng.Float64() - 8)
		high := low * (1.05 + math.Exp(14*rng.Float64()-3))
		n := 3 + rng.IntN(10)
		ticks := logTicks(low, high, n)
		if !slices.IsSorted(ticks) || len(ticks) > n+1 || len(ticks) == 0 || ticks[0] < low || ticks[len(ticks)-1] > high {
			t.Fatalf("%g to %g in %d: %v", low, high, n, ticks)
		}
	}
}

// TestSpread: nobody comes nearer than the gap, all stay within the bounds and in
// their order, and who is alone stays where it was.
func TestSpread(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		at := make([]float64, 1+rng.IntN(30))
		for i := range at {
			at[i] = 10 + math.Floor(400*rng.Float64()*rng.Float64())
		}
		moved := spread(at, 9, 0, 420)
		order := make([]int, len(at))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return int(at[a] - at[b]) })
		for k, i := range order {
			if moved[i] < -1e-6 || moved[i] > 420+1e-6 || k > 0 && moved[i]-moved[order[k-1]] < 9-1e-6 {
				t.Fatalf("%v moves to %v", at, moved)
			}
		}
	}
	if got := spread([]float64{50, 200, 50}, 10, 0, 300); !slices.Equal(got, []float64{45, 200, 55}) {
		t.Errorf("50, 200, 50 spread by 10: %v, want 45, 200, 55", got)
	}
	if got := spread([]float64{5, 5, 5}, 100, 0, 100); !slices.Equal(got, []float64{0, 50, 100}) {
		t.Errorf("three labels that do not fit: %v, want them spread evenly", got)
	}
}

func TestCheck(t *testing.T) {
	for name, spoil := range map[string]func(*compare.Report){
		"no candidates":     func(r *compare.Report) { r.Candidates = nil },
		"number 9":          func(r *compare.Report) { r.Chosen = 9 },
		"number -1":         func(r *compare.Report) { r.Best = -1 },
		"of 1 classes":      func(r *compare.Report) { r.Candidates[1].Confusion = r.Candidates[1].Confusion[:1] },
		"not square":        func(r *compare.Report) { r.Candidates[0].Confusion[1] = nil },
		"scores of 0":       func(r *compare.Report) { r.Candidates[0].PerClass = nil },
		"an accuracy of Na": func(r *compare.Report) { r.Candidates[1].Accuracy.Mean = math.NaN() },
		"an accuracy of 78": func(r *compare.Report) { r.Candidates[1].Accuracy.Mean = 78 },
	} {
		r := invented(2, 1, 3)
		spoil(r)
		if err := Write(io.Discard, r, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("write a report with a spoiled candidate: error %v, want %q", err, name)
		}
	}
	if err := Write(broken{}, invented(2, 1, 3), nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a broken pipe gives %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, fs.ErrClosed }

// TestNotFinite: what cannot be drawn is a dash, and never a coordinate.
func TestNotFinite(t *testing.T) {
	r := invented(3, 1, 2)
	for i := range r.Candidates {
		e := &r.Candidates[i]
		e.LogLoss.Mean, e.TrainSeconds.Mean, e.PerClass[0].F1 = math.NaN(), math.Inf(1), math.NaN()
		e.Costs.TrunkFLOPs, e.Costs.BytesAPage, e.Costs.MillionBytes = 0, 0, 0
	}
	r.StandardError = math.NaN()
	r.Pages.Suspects[0].LabelProbability = math.NaN()
	checkPage(t, write(t, r, nil))
}

// TestPictures: thumbnails are bounded in number, size and kind.
func TestPictures(t *testing.T) {
	r := invented(2, 1, 2)
	asked := 0
	page := write(t, r, func(o compare.Outcome) ([]byte, error) { asked++; return picture(o) })
	if want := 3 * pictured; asked != want || strings.Count(page, "<img ") != want {
		t.Errorf("%d pictures were asked for and %d shown, want %d", asked, strings.Count(page, "<img "), want)
	}
	var animated bytes.Buffer
	if err := gif.Encode(&animated, image.NewGray(image.Rect(0, 0, 9, 9)), nil); err != nil {
		t.Fatal(err)
	}
	big, _ := picture(compare.Outcome{})
	for name, c := range map[string]struct {
		data []byte
		err  error
	}{
		"There is no file":          {nil, fmt.Errorf("open: %w", fs.ErrNotExist)},
		"may not be read":           {nil, fs.ErrPermission},
		"No picture: of a ⟨U+202E⟩": {nil, errors.New("of a \u202e" + strings.Repeat("!", 999))},
		"cannot be read":            {[]byte("<svg onload=alert(1)>"), nil},
		"65537 bytes":               {append(big, make([]byte, pictureBytes+1-len(big))...), nil},
		"neither JPEG nor PNG":      {animated.Bytes(), nil},
	} {
		p := checkPage(t, write(t, r, func(compare.Outcome) ([]byte, error) { return c.data, c.err }))
		if !strings.Contains(p.text, name) || slices.ContainsFunc(p.elements, func(e element) bool { return e.name == "img" }) {
			t.Errorf("%s: not told, or there is a picture", name)
		}
	}
	if strings.Contains(write(t, r, nil), "No picture") {
		t.Error("a report without thumbnails complains of their absence")
	}
}

// TestMarksDiffer: no two series look alike without colour.
func TestMarksDiffer(t *testing.T) {
	seen := map[string]int{}
	for s := range series {
		d := newDrawing(20, 20)
		d.mark(s, 10, 10, 6, "")
		outline := strings.ReplaceAll(d.b.String(), fmt.Sprintf("s%d", s), "")
		if other, twice := seen[outline]; twice {
			t.Errorf("marks %d and %d have one outline", s, other)
		}
		seen[outline] = s
	}
	dashes := map[string]bool{}
	for s := 1; s < series; s++ {
		_, rule, found := strings.Cut(style, fmt.Sprintf(".curve.s%d{stroke-dasharray:", s))
		dash, _, _ := strings.Cut(rule, "}")
		if !found || dashes[dash] {
			t.Errorf("line %d is dashed like another: %q", s, dash)
		}
		dashes[dash] = true
	}
}
