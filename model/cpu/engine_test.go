package cpu

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
)

func newEngine(t *testing.T, w *model.Weights, opt Options) *Engine {
	t.Helper()
	e, err := New(w, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// poisoned returns destinations full of NaN.
func poisoned(cuts []model.Cut, n int) [][]float32 {
	var dst [][]float32
	for _, c := range cuts {
		d := make([]float32, n*c.Dim())
		for i := range d {
			d[i] = float32(math.NaN())
		}
		dst = append(dst, d)
	}
	return dst
}

func forward(t *testing.T, e *Engine, pixels []uint8, cuts []model.Cut) [][]float32 {
	t.Helper()
	dst := poisoned(cuts, len(pixels)/model.InputShape().Len())
	if err := e.Forward(context.Background(), pixels, cuts, dst); err != nil {
		t.Fatal(err)
	}
	for i, d := range dst {
		for j, v := range d {
			if v != v {
				t.Fatalf("cut %s: value %d is NaN or was not written", cuts[i], j)
			}
		}
	}
	return dst
}

// affordable returns the cuts that many pages can be taken to in a test: the
// shallow ones only where there is nothing but plain Go.
func affordable(cuts []model.Cut) []model.Cut {
	if kernel.Available()[0] != "generic" {
		return cuts
	}
	return slices.DeleteFunc(cuts, func(c model.Cut) bool { return !strings.HasPrefix(c.String(), "pool1") })
}

// sameBits fails unless a and b are equal to the last bit.
func sameBits(t *testing.T, what string, a, b []float32) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%s: lengths %d and %d", what, len(a), len(b))
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			t.Fatalf("%s: value %d is %v and %v", what, i, a[i], b[i])
		}
	}
}

// TestPagesAreIndependent checks the contract of model.Engine to the last bit:
// pages in a batch of five, in smaller ones, alone, and with other numbers of
// threads, some of which leave pages over that several threads share.
func TestPagesAreIndependent(t *testing.T) {
	cuts := affordable(model.AllCuts())
	const n = 5
	pixels := testPages(n)
	size := model.InputShape().Len()
	reference := forward(t, newEngine(t, whole(), Options{Threads: 1}), pixels, cuts)
	for _, c := range []struct{ threads, first, last int }{
		{1, 4, 5}, {2, 0, 5}, {2, 3, 4}, {3, 1, 3},
	} {
		e := newEngine(t, whole(), Options{Threads: c.threads})
		got := forward(t, e, pixels[c.first*size:c.last*size], cuts)
		for i, cut := range cuts {
			what := fmt.Sprintf("%s of pages %d to %d with %d threads", cut, c.first, c.last-1, c.threads)
			sameBits(t, what, got[i], reference[i][c.first*cut.Dim():c.last*cut.Dim()])
		}
		e.Close()
	}
}

// TestCutsAreIndependent asks for cuts one at a time and together, in any order.
func TestCutsAreIndependent(t *testing.T) {
	e := newEngine(t, noTop(), Options{})
	cuts, _ := model.ParseCuts("pool2-max,pool1,pool1-avg,pool2,pool2-avg")
	pixels := testPages(1)
	together := forward(t, e, pixels, cuts)
	for i, c := range cuts {
		sameBits(t, c.String(), forward(t, e, pixels, []model.Cut{c})[0], together[i])
	}
	checkPooled(t, together[3], together[4], together[0], cuts[3].Shape())
}

// checkPooled recomputes mean and maximum from the flat map of every page.
func checkPooled(t *testing.T, flat, mean, maximum []float32, s model.Shape) {
	t.Helper()
	for i := range mean {
		page, c := i/s.C, i%s.C
		sum, top := 0.0, math.Inf(-1)
		for p := range s.H * s.W {
			v := float64(flat[page*s.Len()+p*s.C+c])
			sum, top = sum+v, max(top, v)
		}
		if float64(maximum[i]) != top {
			t.Fatalf("maximum %d is %v, want %v", i, maximum[i], top)
		}
		if want := float32(sum / float64(s.H*s.W)); mean[i] != want {
			t.Fatalf("mean %d is %v, want %v", i, mean[i], want)
		}
	}
}

// TestKernelsAgree compares the instruction sets that a machine has.
func TestKernelsAgree(t *testing.T) {
	available := Kernels(model.Float32)
	if len(available) < 3 {
		t.Skipf("avx512: this build on this machine has only %v", available)
	}
	cuts, _ := model.ParseCuts("pool1,pool5-avg")
	pixels := testPages(1)
	want := forward(t, newEngine(t, noTop(), Options{Kernel: available[0]}), pixels, cuts)
	got := forward(t, newEngine(t, noTop(), Options{Kernel: available[1]}), pixels, cuts)
	for i, c := range cuts {
		var s sampled
		for j := range got[i] {
			s.add(got[i][j], float64(want[i][j]))
		}
		if !(s.rms() <= 1e-5) {
			t.Errorf("%s: %s and %s differ by %.2g relative RMS", c, available[0], available[1], s.rms())
		}
	}
}

func TestForwardRefuses(t *testing.T) {
	e := newEngine(t, noTop(), Options{})
	size := model.InputShape().Len()
	cuts, _ := model.ParseCuts("pool5-avg,pool5-max")
	fc, _ := model.ParseCuts("pool5-avg,fc1")
	ok := [][]float32{make([]float32, 512), make([]float32, 512)}
	for _, c := range []struct {
		name   string
		pixels int
		cuts   []model.Cut
		dst    [][]float32
		says   string
	}{
		{"part of a page", size - 1, cuts, ok, "pixels"},
		{"one dst too few", size, cuts, ok[:1], "dst"},
		{"dst too short", size, cuts, [][]float32{ok[0], ok[1][:511]}, "dst[1]"},
		{"dst too long", 0, cuts, ok, "dst[0]"},
		{"no top", size, fc, [][]float32{ok[0], make([]float32, 4096)}, "cut fc1 needs the fully connected layers"},
		{"zero cut", size, []model.Cut{{}}, [][]float32{nil}, "cuts[0]"},
	} {
		err := e.Forward(context.Background(), make([]uint8, c.pixels), c.cuts, c.dst)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one about %q", c.name, err, c.says)
		}
	}
	if err := e.Forward(context.Background(), nil, cuts, [][]float32{{}, {}}); err != nil {
		t.Errorf("no pages: %v", err)
	}
	e.Close()
	if err := e.Forward(context.Background(), nil, cuts, [][]float32{{}, {}}); err == nil {
		t.Error("a closed engine computed")
	}
}

func TestNewRefuses(t *testing.T) {
	short := *noTop()
	short.Params = short.Params[:15]
	wrong := *noTop()
	wrong.Params = append([]model.Params{{Kernel: make([]float32, 3), Bias: make([]float32, 64)}}, wrong.Params[1:]...)
	for _, c := range []struct {
		w    *model.Weights
		opt  Options
		says string
	}{
		{noTop(), Options{Kernel: "avx1024"}, "avx1024"},
		{noTop(), Options{Threads: -1}, "-1 threads"},
		{&short, Options{}, "15 layers"},
		{&model.Weights{}, Options{}, "0 layers"},
		{&wrong, Options{}, "block1_conv1"},
	} {
		if _, err := New(c.w, c.opt); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %v, want one about %q", err, c.says)
		}
	}
}

// countdown is a context that is done at its nth question.
type countdown struct {
	context.Context
	questions int
}

func (c *countdown) Err() error {
	if c.questions--; c.questions < 0 {
		return context.Canceled
	}
	return nil
}

// TestForwardStops cancels before the first and between later layers. The last
// cut must then not have been written.
func TestForwardStops(t *testing.T) {
	e := newEngine(t, noTop(), Options{Threads: 1})
	cuts, _ := model.ParseCuts("pool5-avg")
	for _, questions := range []int{0, 3} {
		dst := poisoned(cuts, 1)
		err := e.Forward(&countdown{context.Background(), questions}, testPages(1), cuts, dst)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at question %d: error %v", questions, err)
		}
		if v := dst[0][0]; v == v {
			t.Errorf("cancelled at question %d: the cut was computed all the same", questions)
		}
	}
}

func TestName(t *testing.T) {
	for _, name := range Kernels(model.Float32) {
		e := newEngine(t, noTop(), Options{Kernel: name})
		if want := "cpu " + name + " float32"; e.Name() != want {
			t.Errorf("Name() = %q, want %q", e.Name(), want)
		}
	}
}

// TestNewRetainsNothing overwrites the weights behind the engine's back.
func TestNewRetainsNothing(t *testing.T) {
	w := *noTop()
	w.Params = slices.Clone(w.Params)
	for i, p := range w.Params {
		w.Params[i] = model.Params{Kernel: slices.Clone(p.Kernel), Bias: slices.Clone(p.Bias)}
	}
	e := newEngine(t, &w, Options{})
	cuts, _ := model.ParseCuts("pool1")
	want := forward(t, e, testPages(1), cuts)[0]
	for _, p := range w.Params {
		clear(p.Kernel)
		clear(p.Bias)
	}
	w.Preprocess = model.Preprocess{}
	sameBits(t, "pool1 after the weights changed", forward(t, e, testPages(1), cuts)[0], want)
}

// TestLargeBatch has more pages than go through the network together.
func TestLargeBatch(t *testing.T) {
	if testing.Short() || kernel.Available()[0] == "generic" {
		t.Skip("takes a few seconds with assembly")
	}
	e := newEngine(t, noTop(), Options{})
	cuts, _ := model.ParseCuts("pool1-avg")
	const n = groupSize + 1
	size := model.InputShape().Len()
	pixels := testPages(n)
	batch := forward(t, e, pixels, cuts)[0]
	for _, page := range []int{0, groupSize - 1, groupSize} {
		alone := forward(t, e, pixels[page*size:(page+1)*size], cuts)[0]
		sameBits(t, fmt.Sprintf("page %d of %d", page, n), alone, batch[page*64:(page+1)*64])
	}
}
