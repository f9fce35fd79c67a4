package train

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"cutpoint/model/head"
)

type goldenCase struct {
	Name             string
	N, D, K          int
	L2               float64
	X                []float32
	Y                []int
	LogProbabilities []float64 `json:"log_probabilities"`
	LogLoss          float64   `json:"log_loss"`
}

// Rows whose index is 4 modulo 5 are the test rows of a golden case.
func (c goldenCase) split() (train, test []int) {
	for i := range c.N {
		if i%5 == 4 {
			test = append(test, i)
		} else {
			train = append(train, i)
		}
	}
	return train, test
}

func TestSoftmaxAgreesWithScikitLearn(t *testing.T) {
	raw, err := os.ReadFile("testdata/softmax_sklearn.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ Cases []goldenCase }
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			train, test := c.split()
			d := Data{Matrix: head.Matrix{Values: c.X, Dim: c.D}, Y: c.Y, Classes: c.K}
			recipe := Softmax{L2: []float64{c.L2}, Standardize: StandardizeFeature}
			h, err := recipe.Train(t.Context(), d.Subset(train))
			if err != nil {
				t.Fatal(err)
			}
			// As far as a head is trained, and as far as float32 sums allow.
			c.compare(t, h, d.Subset(test), 5e-3)
			x, err := compress(d.Subset(train).Matrix, false)
			if err != nil {
				t.Fatal(err)
			}
			o, err := recipe.objective(t.Context(), x, all(len(train)), d.Subset(train), 1)
			if err != nil {
				t.Fatal(err)
			}
			o.setL2(c.L2)
			u, err := o.solve(t.Context(), make([]float64, o.size()), 1e-7)
			if err != nil {
				t.Fatal(err)
			}
			c.compare(t, o.head(u), d.Subset(test), 2e-5)
		})
	}
}

// compare demands log probabilities within a relative tolerance of the golden ones.
func (c goldenCase) compare(t *testing.T, h *head.Head, test Data, tolerance float64) {
	t.Helper()
	got, err := h.LogProbabilities(test.Matrix)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(c.LogProbabilities) || len(got) == 0 {
		t.Fatalf("%d log probabilities, want %d", len(got), len(c.LogProbabilities))
	}
	worst := 0.0
	for i, v := range got {
		worst = max(worst, math.Abs(v-c.LogProbabilities[i])/(1+math.Abs(c.LogProbabilities[i])))
	}
	t.Logf("largest difference %.2g", worst)
	if !(worst <= tolerance) {
		t.Errorf("log probabilities differ by %.2g from scikit-learn's, more than %.2g", worst, tolerance)
	}
}

// planted makes n pages of d features in k classes; signal is the distance
// between class centres in standard deviations of the noise.
func planted(seed uint64, n, d, k int, signal float64) Data {
	rng := rand.New(rand.NewPCG(seed, 1))
	centres := make([]float64, k*d)
	for i := range centres {
		centres[i] = rng.NormFloat64() * signal / math.Sqrt(float64(2*d))
	}
	data := Data{Matrix: head.Matrix{Values: make([]float32, n*d), Dim: d}, Y: make([]int, n), Classes: k}
	for i := range n {
		data.Y[i] = i % k
		for j := range d {
			data.Values[i*d+j] = float32(rng.NormFloat64() + centres[data.Y[i]*d+j])
		}
	}
	return data
}

func accuracy(t *testing.T, h *head.Head, d Data) float64 {
	t.Helper()
	got, err := h.Predict(d.Matrix)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, y := range d.labels() {
		if got[i] == y {
			right++
		}
	}
	return float64(right) / float64(len(got))
}

// problem is an objective on planted data with zeros, weights and row lengths.
func problem(t *testing.T, normalize bool, kind string) *objective {
	t.Helper()
	d := planted(3, 40, 150, 3, 2)
	for i, v := range d.Values {
		d.Values[i] = max(v, 0)
	}
	x, err := compress(d.Matrix, normalize)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Softmax{Standardize: kind, Balanced: true}.direct(x, all(40)[3:], d)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestObjectiveAgainstDefinition computes the value from the formula in float64.
func TestObjectiveAgainstDefinition(t *testing.T) {
	for _, normalize := range []bool{false, true} {
		o := problem(t, normalize, StandardizeShrunk)
		o.setL2(0.3)
		rng := rand.New(rand.NewPCG(1, 2))
		u := make([]float64, o.size())
		want := 0.0
		for i := range u {
			u[i] = rng.NormFloat64() / 10
			if v := u[i] * o.unit[i/3]; i < 150*3 {
				want += 0.3 / 2 * v * v
			}
		}
		d := planted(3, 40, 150, 3, 2)
		for i, r := range o.rows {
			length := 1.0
			for j, v := range d.Row(r) {
				d.Row(r)[j] = max(v, 0)
			}
			if normalize {
				length = head.InverseLength(d.Row(r))
			}
			row := make([]float64, 3)
			for k := range row {
				row[k] = u[450+k] * 2
				for j, v := range d.Row(r) {
					row[k] += u[j*3+k] * o.unit[j] * (float64(v)*length - o.mean[j]) * o.scale[j]
				}
			}
			head.LogSoftmax(row)
			want -= row[o.y[i]] * o.w[i]
		}
		if got := o.evaluate(u, make([]float64, o.size())); !(math.Abs(got-want) <= 1e-6*want) {
			t.Errorf("normalize %v: value %.9f, want %.9f", normalize, got, want)
		}
	}
}

// TestGradientAgainstDifferences: products are in float32, so that differences
// over a wide step are right to about a hundredth of the largest.
func TestGradientAgainstDifferences(t *testing.T) {
	for _, normalize := range []bool{false, true} {
		for _, kind := range []string{StandardizeFeature, StandardizeShrunk, StandardizeWhole} {
			o := problem(t, normalize, kind)
			o.setL2(0.3)
			rng := rand.New(rand.NewPCG(1, 2))
			u := make([]float64, o.size())
			for i := range u {
				u[i] = rng.NormFloat64() / 20
			}
			gradient, other := make([]float64, len(u)), make([]float64, len(u))
			o.evaluate(u, gradient)
			for i := range u {
				const step = 0.02
				at := u[i]
				u[i] = at + step
				up := o.evaluate(u, other)
				u[i] = at - step
				down := o.evaluate(u, other)
				u[i] = at
				if want := (up - down) / (2 * step); !(math.Abs(want-gradient[i]) <= 1e-4+2e-3*math.Abs(want)) {
					t.Errorf("%s, normalize %v, component %d: gradient %.8f, differences %.8f", kind, normalize, i, gradient[i], want)
				}
			}
		}
	}
}

// TestSpanEqualsDirect: with the same rows and L2, the problem in the span of the
// pages gives the same head as the one on the features.
func TestSpanEqualsDirect(t *testing.T) {
	for _, normalize := range []bool{false, true} {
		d := planted(7, 60, 200, 3, 3)
		copy(d.Values[200:400], d.Values[:200]) // a repeated page: the Gram matrix lacks a rank
		x, err := compress(d.Matrix, normalize)
		if err != nil {
			t.Fatal(err)
		}
		for _, l2 := range []float64{1e-3, 0.1, 10} {
			direct, err := Softmax{Standardize: StandardizeShrunk}.direct(x, all(60)[:50], d)
			if err != nil {
				t.Fatal(err)
			}
			span, err := direct.inSpan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if span.basis.r >= 60 || span.basis.r < 57 { // one page is repeated
				t.Errorf("rank %d of 60 pages", span.basis.r)
			}
			other := planted(8, 90, 200, 3, 3)
			var logp [2][]float64
			for i, o := range []*objective{direct, span} {
				o.setL2(l2)
				u, err := o.solve(t.Context(), make([]float64, o.size()), 1e-7)
				if err != nil {
					t.Fatal(err)
				}
				if logp[i], err = o.head(u).LogProbabilities(other.Matrix); err != nil || len(logp[i]) != 90*3 {
					t.Fatalf("%d log probabilities, error %v; want %d", len(logp[i]), err, 90*3)
				}
			}
			worst := 0.0
			for i, v := range logp[0] {
				worst = max(worst, math.Abs(v-logp[1][i])/(1+math.Abs(v)))
			}
			t.Logf("L2 %g: largest difference %.2g", l2, worst)
			if !(worst <= 1e-4) {
				t.Errorf("L2 %g: span and direct differ by %.2g", l2, worst)
			}
		}
	}
}

// TestBalanced: with nine times as many rows of one class, weights bring the
// rare class's mean probability up to that of the other.
func TestBalanced(t *testing.T) {
	d := planted(21, 400, 10, 2, 1)
	var rows []int
	for i, y := range d.Y {
		if y == 0 || i%9 == 0 {
			rows = append(rows, i)
		}
	}
	recall := func(balanced bool) (share [2]float64) {
		h, err := Softmax{Balanced: balanced, L2: []float64{0.1}}.Train(t.Context(), d.Subset(rows))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := h.Predict(d.Matrix)
		var n [2]float64
		for i, y := range d.Y {
			n[y]++
			if got[i] == y {
				share[y]++
			}
		}
		return [2]float64{share[0] / n[0], share[1] / n[1]}
	}
	plain, balanced := recall(false), recall(true)
	if balanced[1] <= plain[1] || math.Abs(balanced[0]-balanced[1]) >= math.Abs(plain[0]-plain[1]) {
		t.Errorf("recall %v without weights, %v with", plain, balanced)
	}
}

func TestSoftmaxFindsAPlantedSignal(t *testing.T) {
	for _, c := range []struct{ n, d, k int }{{120, 400, 4}, {400, 20, 3}, {60, 30, 2}} {
		d := planted(11, 2*c.n, c.d, c.k, 8)
		h, err := Softmax{}.Train(t.Context(), d.Subset(all(c.n)))
		if err != nil {
			t.Fatal(err)
		}
		test := d.Subset(all(2 * c.n)[c.n:])
		if a := accuracy(t, h, test); a < 0.95 {
			t.Errorf("%d×%d, %d classes: accuracy %.3f", c.n, c.d, c.k, a)
		}
	}
}

func TestSoftmaxSameBitsOnAnyNumberOfCores(t *testing.T) {
	d := planted(5, 150, 700, 3, 2)
	var first *head.Head
	for _, procs := range []int{1, 2, 5} {
		previous := runtime.GOMAXPROCS(procs)
		h, err := Softmax{}.Train(t.Context(), d)
		runtime.GOMAXPROCS(previous)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = h
		} else if !slices.Equal(h.Kernel, first.Kernel) || !slices.Equal(h.Bias, first.Bias) {
			t.Errorf("GOMAXPROCS %d gives another head", procs)
		}
	}
}

func TestSoftmaxIgnoresConstantFeatures(t *testing.T) {
	d := planted(5, 90, 5, 3, 6)
	for i := range 90 {
		d.Values[i*5+2] = 1234.5
	}
	h, err := Softmax{}.Train(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if h.Scale[2] != 0 {
		t.Errorf("constant feature has scale %g", h.Scale[2])
	}
	before, err := h.LogProbabilities(d.Matrix)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 90 {
		d.Values[i*5+2] = -7
	}
	after, err := h.LogProbabilities(d.Matrix)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, after) {
		t.Error("a feature that never varied in training changes predictions")
	}
}

func TestTrainRefuses(t *testing.T) {
	good := planted(1, 30, 4, 3, 1)
	for name, d := range map[string]Data{
		"one class":      {Matrix: good.Matrix, Y: make([]int, 30), Classes: 1},
		"empty class":    {Matrix: good.Matrix, Y: good.Y, Classes: 4},
		"short labels":   {Matrix: good.Matrix, Y: good.Y[:7], Classes: 3},
		"ragged":         {Matrix: head.Matrix{Values: good.Values[:7], Dim: 4}, Y: good.Y, Classes: 3},
		"row too far":    good.Subset([]int{0, 1, 2, 30}),
		"class too high": {Matrix: good.Matrix, Y: good.Y, Classes: 2},
		"not finite":     {Matrix: head.Matrix{Values: []float32{1, float32(math.NaN())}, Dim: 1}, Y: []int{0, 1}, Classes: 2},
		"no rows":        good.Subset([]int{}),
		"all alike":      {Matrix: head.Matrix{Values: make([]float32, 12), Dim: 4}, Y: []int{0, 1, 2}, Classes: 3},
	} {
		for _, tr := range []Trainer{Softmax{}, DropoutBNSoftmax{}} {
			if _, err := tr.Train(t.Context(), d); err == nil && !(name == "all alike" && tr.Name() == head.DropoutBNSoftmaxName) {
				t.Errorf("%s: %s trained without an error", name, tr.Name())
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Softmax{}).Train(ctx, good); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled training gives %v", err)
	}
	if _, err := (Softmax{L2: []float64{-1}}).Train(t.Context(), good); err == nil {
		t.Error("negative L2 accepted")
	}
	for _, s := range []Softmax{{Standardize: "robust"}, {InnerFolds: 1}} {
		if _, err := s.Train(t.Context(), good); err == nil {
			t.Errorf("%+v trained without an error", s)
		}
	}
}
