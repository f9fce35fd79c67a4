package head

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
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
			d := Data{Matrix: Matrix{Values: c.X, Dim: c.D}, Y: c.Y, Classes: c.K}
			h, err := Softmax{L2: []float64{c.L2}}.Train(t.Context(), d.Subset(train))
			if err != nil {
				t.Fatal(err)
			}
			if wide := strings.HasPrefix(c.Name, "wide"); wide != spanIsCheaper(len(train), c.D, c.K, evaluationsAlone) {
				t.Error("solved the other way than this case is for")
			}
			got, err := h.LogProbabilities(d.Subset(test).Matrix)
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i, v := range got {
				worst = max(worst, math.Abs(v-c.LogProbabilities[i])/(1+math.Abs(c.LogProbabilities[i])))
			}
			t.Logf("largest difference %.2g", worst)
			if worst > 2e-5 {
				t.Errorf("log probabilities differ by %.2g from scikit-learn's", worst)
			}
		})
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
	data := Data{Matrix: Matrix{Values: make([]float32, n*d), Dim: d}, Y: make([]int, n), Classes: k}
	for i := range n {
		data.Y[i] = i % k
		for j := range d {
			data.Values[i*d+j] = float32(rng.NormFloat64() + centres[data.Y[i]*d+j])
		}
	}
	return data
}

func accuracy(t *testing.T, h *Head, d Data) float64 {
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

// The problem in the span of the pages is the direct problem: with the same rows
// and L2, both ways give the same probabilities.
func TestSpanEqualsDirect(t *testing.T) {
	for _, l2 := range []float64{1e-3, 0.1, 10} {
		d := planted(7, 60, 200, 3, 3)
		copy(d.Values[200:400], d.Values[:200]) // a repeated page: the Gram matrix lacks a rank
		mean, scale := standardise(d.Matrix)
		solve := func(z *design) *Head {
			o := newObjective(z, all(z.n), d.labels(), d.Classes)
			o.setL2(l2)
			w, err := o.solve(t.Context(), zeroWeights(d.Classes, z.r), 1e-10)
			if err != nil {
				t.Fatal(err)
			}
			return &Head{Dim: d.Dim, Classes: d.Classes, Mean: mean, Scale: scale, Kernel: z.kernel(w.kernel), Bias: float32s(w.bias)}
		}
		inSpan, err := newSpan(t.Context(), d.Matrix, mean, scale)
		if err != nil {
			t.Fatal(err)
		}
		if inSpan.r != 58 { // 60 pages, one repeated, and centring takes one
			t.Errorf("rank %d, want 58", inSpan.r)
		}
		direct := newDirect(d.Matrix, mean, scale)
		a, b := solve(inSpan), solve(direct)
		other := planted(8, 90, 200, 3, 3)
		pa, _ := a.LogProbabilities(other.Matrix)
		pb, _ := b.LogProbabilities(other.Matrix)
		worst := 0.0
		for i := range pa {
			worst = max(worst, math.Abs(pa[i]-pb[i])/(1+math.Abs(pb[i])))
		}
		t.Logf("L2 %g: largest difference %.2g", l2, worst)
		if worst > 2e-6 {
			t.Errorf("L2 %g: span and direct differ by %.2g", l2, worst)
		}
	}
}

func TestGradientAgainstDifferences(t *testing.T) {
	d := planted(3, 40, 6, 3, 2)
	mean, scale := standardise(d.Matrix)
	z := newDirect(d.Matrix, mean, scale)
	o := newObjective(z, all(40), d.Y, 3)
	o.setL2(0.3)
	rng := rand.New(rand.NewPCG(1, 2))
	u := make([]float64, 3*7)
	for i := range u {
		u[i] = rng.NormFloat64()
	}
	o.evaluate(u)
	gradient := slices.Clone(o.gradient)
	for i := range u {
		at := u[i]
		u[i] = at + 1e-5
		o.evaluate(u)
		up := o.value
		u[i] = at - 1e-5
		o.evaluate(u)
		u[i] = at
		if want := (up - o.value) / 2e-5; math.Abs(want-gradient[i]) > 1e-8 {
			t.Errorf("component %d: gradient %.10f, differences %.10f", i, gradient[i], want)
		}
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
	var first *Head
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
	before, _ := h.LogProbabilities(d.Matrix)
	for i := range 90 {
		d.Values[i*5+2] = -7
	}
	after, _ := h.LogProbabilities(d.Matrix)
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
		"ragged":         {Matrix: Matrix{Values: good.Values[:7], Dim: 4}, Y: good.Y, Classes: 3},
		"row too far":    good.Subset([]int{0, 1, 2, 30}),
		"class too high": {Matrix: good.Matrix, Y: good.Y, Classes: 2},
		"not finite":     {Matrix: Matrix{Values: []float32{1, float32(math.NaN())}, Dim: 1}, Y: []int{0, 1}, Classes: 2},
		"no rows":        good.Subset([]int{}),
		"all alike":      {Matrix: Matrix{Values: make([]float32, 12), Dim: 4}, Y: []int{0, 1, 2}, Classes: 3},
	} {
		for _, tr := range []Trainer{Softmax{}, DropoutBNSoftmax{}} {
			if _, err := tr.Train(t.Context(), d); err == nil && !(name == "all alike" && tr.Name() == DropoutBNSoftmaxName) {
				t.Errorf("%s: %s trained", name, tr.Name())
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
}
