package train

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"cutpoint/model/head"
)

// kerasGolden is testdata/networks_keras.json: what Keras made of the recipes.
type kerasGolden struct {
	Batch, Dim, Classes int
	LearningRate        float64 `json:"learning_rate"`
	Defaults            struct {
		BNMomentum   float64 `json:"bn_momentum"`
		BNEpsilon    float64 `json:"bn_epsilon"`
		Beta1        float64 `json:"beta_1"`
		Beta2        float64 `json:"beta_2"`
		Epsilon      float64
		LearningRate float64 `json:"learning_rate"`
	}
	Dropout []struct {
		Rate                float64
		Training, Inference []float64
	}
	Cases []kerasCase
}

type kerasCase struct {
	Recipe        string
	L2            float64
	Balanced      bool
	X             []float32              // (steps·B, D)
	Y             []int                  // (steps·B)
	Start         map[string][]float64   // layers' values by name
	Masks         [][][]float32          // (B, ·) of every step and Dropout layer
	After         []map[string][]float64 // as Start, after every step
	Probabilities [][]float64            // (steps·B, K) of all rows after every step, in inference
}

func readKeras(t *testing.T) (g kerasGolden) {
	t.Helper()
	content, err := os.ReadFile("testdata/networks_keras.json")
	if err == nil {
		err = json.Unmarshal(content, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// dense returns a layer of the start.
func (c *kerasCase) dense(name string) head.Dense {
	l := head.Dense{Kernel: float32s(c.Start[name+".kernel"]), Bias: float32s(c.Start[name+".bias"])}
	l.Out = len(l.Bias)
	l.In = len(l.Kernel) / l.Out
	return l
}

func (c *kerasCase) recipe(t *testing.T) recipe {
	switch c.Recipe {
	case head.DropoutBNSoftmaxName:
		return dropoutBN(c.Recipe)
	case head.DenseDropoutBNSoftmaxName:
		return denseDropoutBN(c.Recipe)
	case head.VGGTopName:
		return VGGTop{FC1: c.dense("first"), FC2: c.dense("second")}.recipe()
	}
	t.Fatalf("no recipe %s", c.Recipe)
	return recipe{}
}

// values are where a training keeps what Keras calls by the same names.
func (t *training) values() map[string][]float32 {
	of := func(n *gorgonia.Node) []float32 { return n.Value().Data().([]float32) }
	out := map[string][]float32{}
	if t.first != nil {
		out["first.kernel"], out["first.bias"] = t.first.w, of(t.network.offset)
	}
	names := []string{"second", "output"}[2-len(t.network.dense):]
	for i, l := range t.network.dense {
		out[names[i]+".kernel"], out[names[i]+".bias"] = of(l.kernel), of(l.bias)
	}
	if norm := t.network.norm; norm != nil {
		out["norm.gamma"], out["norm.beta"], out["norm.mean"], out["norm.variance"] = of(norm.gamma), of(norm.beta), t.mean, t.variance
	}
	return out
}

// TestNetworksTrainAsKeras: from the same start, batches and masks, every weight,
// moving average and probability is Keras's after every step: Dropout, BatchNorm,
// Adam, the weights of classes and L2 together.
func TestNetworksTrainAsKeras(t *testing.T) {
	g := readKeras(t)
	for _, c := range g.Cases {
		name := c.Recipe
		if c.Balanced {
			name += ", balanced, with L2"
		}
		t.Run(name, func(t *testing.T) {
			d := Data{Matrix: head.Matrix{Values: c.X, Dim: g.Dim}, Y: c.Y, Classes: g.Classes}
			hidden := len(c.Start["first.bias"])
			run := begin(t, d, NetworkOptions{Hidden: hidden, BatchSize: g.Batch, LearningRate: g.LearningRate, L2: c.L2, Balanced: c.Balanced}, c.recipe(t))
			if got := run.values(); len(got) != len(c.Start) {
				t.Fatalf("%d variables, Keras has %d", len(got), len(c.Start))
			}
			for name, values := range run.values() {
				if n := copy(values, float32s(c.Start[name])); n != len(values) {
					t.Fatalf("%s: %d values, Keras has %d", name, len(values), n)
				}
			}
			largest := 0.0
			for step := range c.After {
				largest = max(largest, stepAsKeras(t, run, d, &c, step))
			}
			t.Logf("largest difference %.2g", largest)
		})
	}
}

// stepAsKeras learns from the step's batch with Keras's masks, and returns the
// largest difference of what is then there.
func stepAsKeras(t *testing.T, run *training, d Data, c *kerasCase, step int) (largest float64) {
	t.Helper()
	run.fill(all(d.Len())[step*run.batch : (step+1)*run.batch])
	for i, mask := range c.Masks[step] {
		if n := copy(run.inputs[1+i].Float32s(), mask); n != len(run.inputs[1+i].Float32s()) {
			t.Fatalf("mask %d has %d values", i, n)
		}
	}
	if err := run.learn(); err != nil {
		t.Fatal(err)
	}
	compare := func(what string, got func(i int) float64, want []float64) {
		for i, v := range want {
			difference := math.Abs(got(i) - v)
			largest = max(largest, difference)
			if !(difference <= 1e-5*(1+math.Abs(v))) {
				t.Fatalf("step %d: %s[%d] is %.8g, Keras has %.8g", step+1, what, i, got(i), v)
			}
		}
	}
	for name, values := range run.values() {
		compare(name, func(i int) float64 { return float64(values[i]) }, c.After[step][name])
	}
	h, err := run.head()
	if err != nil {
		t.Fatal(err)
	}
	logp, err := h.LogProbabilities(d.Matrix)
	if err != nil {
		t.Fatal(err)
	}
	compare("probability", func(i int) float64 { return math.Exp(float64(logp[i])) }, c.Probabilities[step])
	return largest
}

// TestKerasDefaults: the numbers that the recipes take from Keras are its own.
func TestKerasDefaults(t *testing.T) {
	g := readKeras(t)
	o, err := NetworkOptions{}.withDefaults(1e-3)
	if err != nil {
		t.Fatal(err)
	}
	d := g.Defaults
	for what, pair := range map[string][2]float64{
		"BatchNorm's momentum": {bnMomentum, d.BNMomentum}, "BatchNorm's epsilon": {bnEpsilon, d.BNEpsilon},
		"Adam's beta 1": {adamBeta1, d.Beta1}, "Adam's beta 2": {adamBeta2, d.Beta2}, "Adam's epsilon": {adamEpsilon, d.Epsilon},
		"Adam's rate": {o.LearningRate, d.LearningRate},
	} {
		if !(math.Abs(pair[0]-pair[1]) <= 1e-6*pair[1]) {
			t.Errorf("%s is %g, Keras's %g", what, pair[0], pair[1])
		}
	}
}

// TestDropoutIsKeras: in training what is kept is scaled up as Keras does; in
// inference it leaves everything as it is, which is to say that a head has no trace
// of it.
func TestDropoutIsKeras(t *testing.T) {
	for _, want := range readKeras(t).Dropout {
		mask := make([]float32, 20_000)
		fillMask(mask, want.Rate, rand.New(rand.NewPCG(3, 3)))
		kept := 0
		for _, v := range mask {
			if v != 0 {
				kept++
			}
			if !slices.ContainsFunc(want.Training, func(w float64) bool { return math.Abs(float64(v)-w) < 1e-6*(1+w) }) {
				t.Fatalf("rate %g: mask value %g, Keras's are %v", want.Rate, v, want.Training)
			}
		}
		if share := float64(kept) / float64(len(mask)); !(math.Abs(share-(1-want.Rate)) <= 0.02) {
			t.Errorf("rate %g: %.3f are kept", want.Rate, share)
		}
		if !slices.Equal(want.Inference, []float64{1}) {
			t.Errorf("rate %g: Keras's inference gives %v of 1", want.Rate, want.Inference)
		}
	}
}

// TestNetworksRepeatOnAnyCores: a seed gives the same head, bit for bit, on one
// core and on several.
func TestNetworksRepeatOnAnyCores(t *testing.T) {
	d := rectified(41, 90, 600, 3, 3)
	for i := range 3 {
		train := func(cores int) *head.Head {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			h, err := trainers(600, NetworkOptions{Hidden: 1100, Epochs: 2, Seed: 5})[i].Train(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		one, many := train(1), train(7)
		same := len(one.Hidden) == len(many.Hidden) && slices.Equal(one.Kernel, many.Kernel) && slices.Equal(one.Bias, many.Bias) &&
			slices.Equal(one.Mean, many.Mean) && slices.Equal(one.Scale, many.Scale)
		for j := range one.Hidden {
			same = same && slices.Equal(one.Hidden[j].Kernel, many.Hidden[j].Kernel) && slices.Equal(one.Hidden[j].Bias, many.Hidden[j].Bias)
		}
		if !same {
			t.Errorf("%s: one core gives another head than seven", one.Kind)
		}
	}
}
