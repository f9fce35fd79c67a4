package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cutpoint/model/head"
)

// top returns a vgg-top recipe on dim features with small layers.
func top(dim int, o NetworkOptions) VGGTop {
	rng := rand.New(rand.NewPCG(8, 8))
	layer := func(in, out int) head.Dense {
		l := head.Dense{In: in, Out: out, Kernel: glorot(rng, in, out), Bias: make([]float32, out)}
		for i := range l.Bias {
			l.Bias[i] = 0.1 + float32(rng.Float64())/10
		}
		return l
	}
	return VGGTop{NetworkOptions: o, FC1: layer(dim, 48), FC2: layer(48, 40)}
}

// rectified is planted data as it comes out of a ReLU: half of it zero, and
// feature 3 always.
func rectified(seed uint64, n, d, k int, signal float64) Data {
	data := planted(seed, n, d, k, signal)
	for i, v := range data.Values {
		if data.Values[i] = max(v, 0); i%d == 3 {
			data.Values[i] = 0
		}
	}
	return data
}

// begin returns a training of a recipe that is about to see a batch.
func begin(t *testing.T, d Data, o NetworkOptions, r recipe) *training {
	t.Helper()
	o, err := o.withDefaults(1e-3)
	if err != nil {
		t.Fatal(err)
	}
	run, err := newTraining(d, all(d.Len()), o, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.network.close() })
	return run
}

// lossOf runs the loaded batch and returns its loss.
func (t *training) lossOf(test *testing.T) float64 {
	test.Helper()
	t.first.forward(t.inputs[0].Float32s())
	if err := t.network.forwardBackward(tensors(t.inputs)...); err != nil {
		test.Fatal(err)
	}
	return float64(t.network.loss.Data().(float32))
}

// TestFirstLayerGradient: the gradient that the first layer's step uses, xᵀ times
// what the graph gives for its products, against differences of the loss, through
// ReLU, Dropout, BatchNorm and softmax.
func TestFirstLayerGradient(t *testing.T) {
	d := rectified(31, 16, 20, 3, 2)
	for _, r := range []recipe{denseDropoutBN("dense"), top(20, NetworkOptions{}).recipe()} {
		run := begin(t, d, NetworkOptions{Hidden: 12, BatchSize: 16}, r)
		run.fill(all(16))
		run.lossOf(t)
		products, err := run.network.inputGradient()
		if err != nil {
			t.Fatal(err)
		}
		products = slices.Clone(products)
		h, checked := run.first.h, 0
		for j := 0; j < 20; j += 3 {
			for o := range h {
				want := 0.0
				for i := range 16 {
					want += float64(d.Row(i)[j]) * float64(products[i*h+o])
				}
				at := run.first.w[j*h+o]
				const step = 1e-3
				run.first.w[j*h+o] = at + step
				up := run.lossOf(t)
				run.first.w[j*h+o] = at - step
				down := run.lossOf(t)
				run.first.w[j*h+o] = at
				if got := (up - down) / (2 * step); !(math.Abs(got-want) <= 5e-3+0.1*math.Abs(want)) {
					t.Errorf("%s, weight (%d, %d): gradient %.5f, differences %.5f", r.name, j, o, want, got)
				} else if want != 0 {
					checked++
				}
			}
		}
		if checked < 20 {
			t.Errorf("%s: only %d gradients are not zero", r.name, checked)
		}
	}
}

// TestGradientsOfABatchAreItsOwn: the same batch gives the same gradients whatever
// came before, with every recipe and our own solver.
func TestGradientsOfABatchAreItsOwn(t *testing.T) {
	d := rectified(40, 32, 20, 3, 2)
	for _, r := range []recipe{dropoutBN("bn"), denseDropoutBN("dense"), top(20, NetworkOptions{}).recipe()} {
		run := begin(t, d, NetworkOptions{Hidden: 12, BatchSize: 16, LearningRate: 1e-30}, r) // so that steps move nothing
		gradients := func() (all [][]float32) {
			if err := run.network.forwardBackward(tensors(run.inputs)...); err != nil {
				t.Fatal(err)
			}
			for _, node := range run.network.differentiated() {
				g, err := node.Grad()
				if err != nil {
					t.Fatal(err)
				}
				values, err := floats32(g)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, slices.Clone(values))
			}
			return all
		}
		run.fill(all(32)[:16])
		kept := make([][]float32, len(run.inputs))
		for i, in := range run.inputs {
			kept[i] = slices.Clone(in.Float32s())
		}
		first := gradients()
		for range 3 {
			if err := run.step(all(32)[16:]); err != nil {
				t.Fatal(err)
			}
		}
		for i, in := range run.inputs {
			copy(in.Float32s(), kept[i])
		}
		for i, again := range gradients() {
			for j, v := range again {
				if !(math.Abs(float64(v-first[i][j])) <= 1e-5*(1+math.Abs(float64(v)))) {
					t.Fatalf("%s, variable %d: gradient %d is %g, and was %g before other batches", r.name, i, j, v, first[i][j])
				}
			}
		}
	}
}

// TestFirstLayerStep compares a step of the first layer with Adam on the whole
// gradient, in float64, and checks that a feature that is always zero stays.
func TestFirstLayerStep(t *testing.T) {
	d := rectified(32, 24, 70, 3, 2)
	for _, l2 := range []float64{0, 0.1} {
		run := begin(t, d, NetworkOptions{Hidden: 9, BatchSize: 8, L2: l2}, denseDropoutBN("dense"))
		f := run.first
		rng := rand.New(rand.NewPCG(1, 1))
		var w, m, v []float64
		for _, x := range f.w {
			w = append(w, float64(x))
		}
		m, v = make([]float64, len(w)), make([]float64, len(w))
		dead := slices.Clone(f.w[3*9 : 4*9])
		for step := 1; step <= 3; step++ {
			rows := rng.Perm(24)[:8]
			f.load(rows)
			gradient := make([]float32, 8*9)
			for i := range gradient {
				gradient[i] = float32(rng.NormFloat64())
			}
			run.solver.advance()
			f.step(gradient, run.solver.coefficients(true))
			rate := 1e-3 * math.Sqrt(1-math.Pow(0.999, float64(step))) / (1 - math.Pow(0.9, float64(step)))
			for j := range 70 {
				for o := range 9 {
					at := j*9 + o
					g := l2 * w[at]
					for i, r := range rows {
						g += float64(d.Row(r)[j]) * float64(gradient[i*9+o])
					}
					m[at] = 0.9*m[at] + 0.1*g
					v[at] = 0.999*v[at] + 0.001*g*g
					w[at] -= rate * m[at] / (math.Sqrt(v[at]) + 1e-7)
				}
			}
		}
		for i, want := range w {
			if !(math.Abs(float64(f.w[i])-want) <= 1e-5) {
				t.Fatalf("L2 %g: weight %d is %g, want %g", l2, i, f.w[i], want)
			}
		}
		if same := slices.Equal(dead, f.w[3*9:4*9]); same != (l2 == 0) {
			t.Errorf("L2 %g: a feature that is always zero kept its weights: %v", l2, same)
		}
	}
}

// TestFirstLayerForward against the definition, for batches in any order.
func TestFirstLayerForward(t *testing.T) {
	d := rectified(33, 30, 130, 3, 2)
	run := begin(t, d, NetworkOptions{Hidden: 11}, denseDropoutBN("dense"))
	rows := []int{7, 29, 0, 7}
	run.first.load(rows)
	got := make([]float32, len(rows)*11)
	run.first.forward(got)
	for i, r := range rows {
		for o := range 11 {
			want := 0.0
			for j, x := range d.Row(r) {
				want += float64(x) * float64(run.first.w[j*11+o])
			}
			if !(math.Abs(float64(got[i*11+o])-want) <= 1e-5*(1+math.Abs(want))) {
				t.Fatalf("row %d, output %d: %g, want %g", r, o, got[i*11+o], want)
			}
		}
	}
}

// TestVGGTopStartsAsTheTrunk: before any step its layers are fc1 and fc2, and its
// output is a new softmax on fc2.
func TestVGGTopStartsAsTheTrunk(t *testing.T) {
	d := rectified(34, 20, 15, 3, 2)
	recipe := top(15, NetworkOptions{})
	run := begin(t, d, NetworkOptions{}, recipe.recipe())
	h, err := run.head()
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Hidden) != 2 || !slices.Equal(h.Hidden[0].Kernel, recipe.FC1.Kernel) || !slices.Equal(h.Hidden[0].Bias, recipe.FC1.Bias) ||
		!slices.Equal(h.Hidden[1].Kernel, recipe.FC2.Kernel) || !slices.Equal(h.Hidden[1].Bias, recipe.FC2.Bias) || len(h.Kernel) != 40*3 {
		t.Error("the layers are not the trunk's")
	}
	before := slices.Clone(recipe.FC1.Kernel)
	recipe.Epochs, recipe.LearningRate = 2, 0.01
	if _, err := recipe.Train(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, recipe.FC1.Kernel) {
		t.Error("training changed the trunk's own weights")
	}
	if _, err := top(14, NetworkOptions{}).Train(t.Context(), d); err == nil || !strings.Contains(err.Error(), "pool5") {
		t.Errorf("another cut: %v", err)
	}
}

// TestValidationIsInference: the loss that ends a training is the head's own.
func TestValidationIsInference(t *testing.T) {
	d := rectified(35, 60, 25, 3, 2)
	for _, r := range []recipe{dropoutBN("bn"), denseDropoutBN("dense"), top(25, NetworkOptions{}).recipe()} {
		run := begin(t, d, NetworkOptions{Hidden: 10, BatchSize: 16}, r)
		if err := run.epoch(t.Context()); err != nil {
			t.Fatal(err)
		}
		h, err := run.head()
		if err != nil {
			t.Fatal(err)
		}
		got, err := run.validationLoss(h, all(60))
		if err != nil {
			t.Fatal(err)
		}
		logp, err := h.LogProbabilities(d.Matrix)
		if err != nil {
			t.Fatal(err)
		}
		want := 0.0
		for i, y := range d.labels() {
			want -= logp[i*3+y] / 60
		}
		if !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("%s: validation loss %.7f, the head's %.7f", r.name, got, want)
		}
	}
}

func trainers(dim int, o NetworkOptions) []Trainer {
	return []Trainer{DropoutBNSoftmax{o}, DenseDropoutBNSoftmax{o}, top(dim, o)}
}

func TestNetworksFindAPlantedSignal(t *testing.T) {
	d := rectified(36, 450, 60, 3, 8)
	for _, tr := range trainers(60, NetworkOptions{Hidden: 64, LearningRate: 0.01, Balanced: true, Seed: 2}) {
		h, err := tr.Train(t.Context(), d.Subset(all(300)))
		if err != nil {
			t.Fatal(err)
		}
		if a := accuracy(t, h, d.Subset(all(450)[300:])); a < 0.8 {
			t.Errorf("%s: accuracy %.3f, want at least 0.8", tr.Name(), a)
		}
		shuffled := d
		shuffled.Y = slices.Clone(d.Y)
		rng := rand.New(rand.NewPCG(2, 2))
		rng.Shuffle(450, func(i, j int) { shuffled.Y[i], shuffled.Y[j] = shuffled.Y[j], shuffled.Y[i] })
		if h, err = tr.Train(t.Context(), shuffled.Subset(all(300))); err != nil {
			t.Fatal(err)
		}
		if a := accuracy(t, h, shuffled.Subset(all(450)[300:])); a < 0.2 || a > 0.47 {
			t.Errorf("%s: accuracy %.3f on shuffled labels, chance is 0.333", tr.Name(), a)
		}
	}
}

func TestNetworksRepeat(t *testing.T) {
	d := rectified(37, 90, 600, 3, 3)
	for i := range 3 {
		var first *head.Head
		for range 2 {
			h, err := trainers(600, NetworkOptions{Hidden: 520, Epochs: 3, Seed: 4})[i].Train(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = h
			} else if !slices.Equal(first.Kernel, h.Kernel) || !slices.Equal(first.Bias, h.Bias) {
				t.Errorf("%s: the same seed gives another head", h.Kind)
			}
		}
	}
}

// TestNetworkKeepsTheBestEpoch: the head is that of the epoch with the lowest
// validation loss, though training went on.
func TestNetworkKeepsTheBestEpoch(t *testing.T) {
	d := rectified(38, 80, 30, 3, 2)
	var losses []float64
	o := NetworkOptions{Hidden: 16, LearningRate: 0.1, Patience: 4, Seed: 6, Progress: func(_ int, l float64) { losses = append(losses, l) }}
	h, err := DenseDropoutBNSoftmax{o}.Train(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	train, validation := validationSplit(d.labels(), d.groups(), 3, 0, 6)
	logp, err := h.LogProbabilities(d.Subset(validation).Matrix)
	if err != nil {
		t.Fatal(err)
	}
	got := 0.0
	for i, v := range validation {
		got -= logp[i*3+d.Y[v]] / float64(len(validation))
	}
	if want := slices.Min(losses); !(math.Abs(got-want) <= 1e-5) || len(train) == 0 {
		t.Errorf("validation loss %.6f, the lowest was %.6f of %v", got, want, losses)
	}
}

func TestNetworksRefuse(t *testing.T) {
	d := rectified(39, 40, 10, 2, 2)
	for says, o := range map[string]NetworkOptions{
		"dropout 1 ": {Dropout: 1}, "negative": {Epochs: -1}, "batch of one": {BatchSize: 1}, "learning rate 2": {LearningRate: 2},
		"L2 -1": {L2: -1}, "wider": {Hidden: 1 << 21}, "dropout NaN": {Dropout: math.NaN()},
	} {
		if _, err := (DenseDropoutBNSoftmax{o}).Train(t.Context(), d); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("train with %+v: error %v, want %q", o, err, says)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	endless := NetworkOptions{Hidden: 64, Epochs: 1e6, Patience: 1e6}
	if _, err := (DenseDropoutBNSoftmax{endless}).Train(ctx, d); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a training that is cancelled: %v", err)
	}
}
