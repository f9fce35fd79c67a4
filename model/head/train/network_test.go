package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"cutpoint/model/cpu/kernel"
	"cutpoint/model/head"
)

// reference is the network in plain float64 loops, for one batch.
type reference struct {
	b, d, k                   int
	x, mask, target           []float64
	gamma, beta, kernel, bias []float64
}

func newReference(b, d, k int) *reference {
	rng := rand.New(rand.NewPCG(9, 9))
	normal := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	r := &reference{b: b, d: d, k: k, x: normal(b * d), mask: make([]float64, b*d), target: make([]float64, b*k),
		gamma: normal(d), beta: normal(d), kernel: normal(d * k), bias: normal(k)}
	for i := range r.mask {
		r.mask[i] = float64(2 * rng.IntN(2))
	}
	for i := range b {
		r.target[i*k+i%k] = 1
	}
	return r
}

// loss returns the loss and the batch's mean and biased variance.
func (r *reference) loss() (loss float64, mean, variance []float64) {
	mean, variance = make([]float64, r.d), make([]float64, r.d)
	for j := range r.d {
		for i := range r.b {
			mean[j] += r.x[i*r.d+j] * r.mask[i*r.d+j] / float64(r.b)
		}
		for i := range r.b {
			c := r.x[i*r.d+j]*r.mask[i*r.d+j] - mean[j]
			variance[j] += c * c / float64(r.b)
		}
	}
	for i := range r.b {
		row := slices.Clone(r.bias)
		for j := range r.d {
			z := (r.x[i*r.d+j]*r.mask[i*r.d+j]-mean[j])/math.Sqrt(variance[j]+bnEpsilon)*r.gamma[j] + r.beta[j]
			for k := range r.k {
				row[k] += z * r.kernel[j*r.k+k]
			}
		}
		head.LogSoftmax(row)
		loss -= row[i%r.k] / float64(r.b)
	}
	return loss, mean, variance
}

// run computes the same through Gorgonia.
func (r *reference) run(t *testing.T) *network {
	t.Helper()
	n, err := newNetwork(tensor.Float64, r.b, r.d, r.k, func(n *network) *gorgonia.Node {
		return n.connected(n.normalised(n.dropped(n.input)), r.k, slices.Clone(r.kernel), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.close() })
	for node, values := range map[*gorgonia.Node][]float64{n.norm.gamma: r.gamma, n.norm.beta: r.beta, n.dense[0].bias: r.bias} {
		copy(node.Value().Data().([]float64), values)
	}
	matrix := func(cols int, values []float64) tensor.Tensor {
		return tensor.New(tensor.WithShape(r.b, cols), tensor.WithBacking(slices.Clone(values)))
	}
	if err := n.forwardBackward(matrix(r.d, r.x), matrix(r.d, r.mask), matrix(r.k, r.target)); err != nil {
		t.Fatal(err)
	}
	return n
}

func closeTo(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance*(1+math.Abs(want[i]))) {
			t.Errorf("%s[%d] = %.10g, want %.10g", what, i, got[i], want[i])
		}
	}
}

func TestNetworkAgainstReference(t *testing.T) {
	for _, c := range [][3]int{{6, 5, 3}, {3, 1, 2}, {2, 7, 4}, {8, 3, 2}} {
		r := newReference(c[0], c[1], c[2])
		n := r.run(t)
		loss, mean, variance := r.loss()
		closeTo(t, "loss", []float64{n.loss.Data().(float64)}, []float64{loss}, 1e-12)
		closeTo(t, "mean", n.norm.mean.Data().([]float64), mean, 1e-12)
		closeTo(t, "variance", n.norm.variance.Data().([]float64), variance, 1e-12)
	}
}

func TestNetworkGradientsAgainstDifferences(t *testing.T) {
	r := newReference(6, 5, 3)
	n := r.run(t)
	for i, values := range [][]float64{r.gamma, r.beta, r.kernel, r.bias} {
		node := n.trained[i]
		gradient, err := node.Grad()
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float64, len(values))
		for j := range values {
			at := values[j]
			values[j] = at + 1e-6
			up, _, _ := r.loss()
			values[j] = at - 1e-6
			down, _, _ := r.loss()
			values[j] = at
			want[j] = (up - down) / 2e-6
		}
		closeTo(t, "gradient of "+node.Name(), gradient.Data().([]float64), want, 1e-8)
	}
}

// TestAdamSolver: our solver against Kingma and Ba's algorithm 1 (arXiv
// 1412.6980, with the step size of section 2's end), over several steps of the
// gradients that a graph gives.
func TestAdamSolver(t *testing.T) {
	n, err := newNetwork(tensor.Float32, 4, 3, 2, func(n *network) *gorgonia.Node {
		return n.connected(n.input, 2, []float32{0.1, -0.2, 0.3, 0.4, -0.5, 0.6}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	k, _ := kernel.Select("")
	solver := &adam{kernel: k, rate: 0.01, l2: 0.1, decays: n.kernels}
	w := map[int][]float64{}
	m, v := [2][6]float64{}, [2][6]float64{}
	for i, node := range n.trained {
		values, _ := floats32(node.Value())
		for _, x := range values {
			w[i] = append(w[i], float64(x))
		}
	}
	for step := 1; step <= 4; step++ {
		x := tensor.New(tensor.WithShape(4, 3), tensor.WithBacking([]float32{1, 2, 3, 0, float32(step), 1, -1, 0, 1, 2, 0, 0}))
		y := tensor.New(tensor.WithShape(4, 2), tensor.WithBacking([]float32{1, 0, 0, 1, 1, 0, 0, 1}))
		if err := n.forwardBackward(x, y); err != nil {
			t.Fatal(err)
		}
		for i, node := range n.trained {
			gradient, err := node.Grad()
			if err != nil {
				t.Fatal(err)
			}
			values, _ := floats32(gradient)
			for j := range w[i] {
				g := float64(values[j])
				if i == 0 {
					g += 0.1 * w[i][j]
				}
				m[i][j] = 0.9*m[i][j] + 0.1*g
				v[i][j] = 0.999*v[i][j] + 0.001*g*g
				rate := 0.01 * math.Sqrt(1-math.Pow(0.999, float64(step))) / (1 - math.Pow(0.9, float64(step)))
				w[i][j] -= rate * m[i][j] / (math.Sqrt(v[i][j]) + 1e-7)
			}
		}
		solver.advance()
		if err := n.step(solver); err != nil {
			t.Fatal(err)
		}
		for i, node := range n.trained {
			values, _ := floats32(node.Value())
			got := make([]float64, len(values))
			for j, x := range values {
				got[j] = float64(x)
			}
			closeTo(t, node.Name(), got, w[i], 1e-5)
		}
	}
}

// In inference the head is BatchNorm with running statistics, without Dropout.
func TestInferenceAgainstReference(t *testing.T) {
	d := planted(2, 64, 10, 3, 4)
	o, err := NetworkOptions{Seed: 5}.withDefaults(1e-3)
	if err != nil {
		t.Fatal(err)
	}
	run, err := newTraining(d, all(64), o, dropoutBN("test"))
	if err != nil {
		t.Fatal(err)
	}
	defer run.network.close()
	mean, variance := make([]float64, 10), slices.Repeat([]float64{1}, 10)
	for range 3 {
		run.rng.Shuffle(64, func(i, j int) { run.rows[i], run.rows[j] = run.rows[j], run.rows[i] })
		run.fill(run.rows[:32])
		if err := run.network.forwardBackward(tensors(run.inputs)...); err != nil {
			t.Fatal(err)
		}
		r := &reference{b: 32, d: 10, k: 3, gamma: make([]float64, 10), beta: make([]float64, 10), kernel: make([]float64, 30), bias: make([]float64, 3)}
		for i := range 320 {
			r.x, r.mask = append(r.x, float64(run.inputs[0].Float32s()[i])), append(r.mask, float64(run.inputs[1].Float32s()[i]))
		}
		_, m, v := r.loss()
		for j := range 10 {
			mean[j] = 0.99*mean[j] + 0.01*m[j]
			variance[j] = 0.99*variance[j] + 0.01*v[j]
		}
		if err := run.updateStatistics(); err != nil {
			t.Fatal(err)
		}
		run.solver.advance()
		if err := run.network.step(run.solver); err != nil {
			t.Fatal(err)
		}
	}
	h, err := run.head()
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.LogProbabilities(d.Matrix)
	if err != nil {
		t.Fatal(err)
	}
	value := func(n *gorgonia.Node, i int) float64 { return float64(n.Value().Data().([]float32)[i]) }
	var want []float64
	for i := range 64 {
		row := make([]float64, 3)
		for k := range row {
			row[k] = value(run.network.dense[0].bias, k)
			for j := range 10 {
				z := (float64(d.Row(i)[j])-mean[j])/math.Sqrt(variance[j]+bnEpsilon)*value(run.network.norm.gamma, j) + value(run.network.norm.beta, j)
				row[k] += z * value(run.network.dense[0].kernel, j*3+k)
			}
		}
		head.LogSoftmax(row)
		want = append(want, row...)
	}
	closeTo(t, "log probabilities", got, want, 1e-5)
}

func TestDropoutMask(t *testing.T) {
	mask := make([]float32, 100_000)
	fillMask(mask, 0.5, rand.New(rand.NewPCG(1, 1)))
	sum := 0.0
	for _, v := range mask {
		if v != 0 && v != 2 {
			t.Fatalf("mask value %v", v)
		}
		sum += float64(v)
	}
	if mean := sum / float64(len(mask)); !(math.Abs(mean-1) <= 0.02) {
		t.Errorf("the mask's mean is %.3f, want 1", mean)
	}
}

func TestDropoutBNSoftmaxFindsAPlantedSignal(t *testing.T) {
	d := planted(11, 400, 60, 3, 8)
	h, err := DropoutBNSoftmax{NetworkOptions{Seed: 3}}.Train(t.Context(), d.Subset(all(200)))
	if err != nil {
		t.Fatal(err)
	}
	if a := accuracy(t, h, d.Subset(all(400)[200:])); a < 0.95 {
		t.Errorf("accuracy %.3f, want at least 0.95", a)
	}
	if h.Parameters() != 60*3+3+2*60 {
		t.Errorf("%d parameters, want %d", h.Parameters(), 60*3+3+2*60)
	}
}

func TestDropoutBNSoftmaxRepeats(t *testing.T) {
	d := planted(11, 90, 30, 3, 3)
	train := func(seed uint64) *head.Head {
		h, err := DropoutBNSoftmax{NetworkOptions{Seed: seed, Epochs: 4}}.Train(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	a, b, c := train(1), train(1), train(2)
	if !slices.Equal(a.Kernel, b.Kernel) || !slices.Equal(a.Scale, b.Scale) {
		t.Error("the same seed gives another head")
	}
	if slices.Equal(a.Kernel, c.Kernel) {
		t.Error("another seed gives the same head")
	}
}

func TestGorgoniaPanicsBecomeErrors(t *testing.T) {
	wrong := func(n *network) *gorgonia.Node { return n.connected(n.input, 2, make([]float32, 5), nil) }
	if _, err := newNetwork(tensor.Float32, 4, 3, 2, wrong); err == nil {
		t.Error("a kernel of the wrong size is accepted")
	}
}

// Gradients must not pile up or use what an earlier batch left behind.
func TestNetworkGradientsAfterAStep(t *testing.T) {
	r := newReference(6, 5, 3)
	n := r.run(t)
	if err := n.step(gorgonia.NewAdamSolver(gorgonia.WithLearnRate(0.1))); err != nil {
		t.Fatal(err)
	}
	for i, values := range [][]float64{r.gamma, r.beta, r.kernel, r.bias} {
		copy(values, n.trained[i].Value().Data().([]float64))
	}
	for i := range r.x {
		r.x[i] = math.Cos(float64(i))
	}
	matrix := func(cols int, values []float64) tensor.Tensor {
		return tensor.New(tensor.WithShape(r.b, cols), tensor.WithBacking(slices.Clone(values)))
	}
	if err := n.forwardBackward(matrix(r.d, r.x), matrix(r.d, r.mask), matrix(r.k, r.target)); err != nil {
		t.Fatal(err)
	}
	fresh := r.run(t)
	closeTo(t, "loss", []float64{n.loss.Data().(float64)}, []float64{fresh.loss.Data().(float64)}, 1e-12)
	for i, node := range n.trained {
		got, err := node.Grad()
		if err != nil {
			t.Fatal(err)
		}
		want, err := fresh.trained[i].Grad()
		if err != nil {
			t.Fatal(err)
		}
		closeTo(t, "gradient of "+node.Name(), got.Data().([]float64), want.Data().([]float64), 1e-12)
	}
}

// Why network has a BatchNorm of its own: gorgonia.BatchNorm's running variance
// is not Keras's. Should this fail after an update, the op may serve after all.
func TestGorgoniaBatchNormIsNotKeras(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(4, 1), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{1, 2, 3, 6}))))
	_, gamma, _, op, err := gorgonia.BatchNorm(x, nil, nil, 1-bnMomentum, bnEpsilon)
	if err != nil {
		t.Fatal(err)
	}
	if gamma.Shape().TotalSize() != 4 {
		t.Errorf("gamma has %d values: one a feature now?", gamma.Shape().TotalSize())
	}
	if err := op.SetTraining(true); err != nil { // sets the running statistics to 0 and 1
		t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	_, variance := op.Stats()
	got, keras := variance.Data().([]float64)[0], 0.99+0.01*14/4.0
	if math.Abs(got-keras) < 1e-9 {
		t.Errorf("running variance %.6f is Keras's now", got)
	}
	closeTo(t, "running variance", []float64{got}, []float64{0.99 + 0.01*14/3.0}, 1e-9)
}
