package cpu

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/kernel"
)

// waysInBFloat16 are the options that compute in bfloat16 on this machine: in pairs,
// and with the float32 kernels, unless these are plain Go beside assembly.
func waysInBFloat16() []Options {
	fastest := kernel.Available()[0]
	list := []Options{{Precision: BFloat16, Kernel: fastest}}
	if _, ok := kernel.SelectBFloat16(); ok {
		list = append(list, Options{Precision: BFloat16, Kernel: kernel.NameBFloat16})
	}
	return list
}

func TestBFloat16Names(t *testing.T) {
	for _, opt := range waysInBFloat16() {
		e := newEngine(t, noTop(), opt)
		if want := "cpu " + opt.Kernel + " bfloat16"; e.Name() != want {
			t.Errorf("%+v: name %q, want %q", opt, e.Name(), want)
		}
		e.Close()
	}
	for _, c := range []struct {
		opt  Options
		want string
	}{
		{Options{Precision: "float64"}, "choose float32 or bfloat16"},
		{Options{Kernel: kernel.NameBFloat16}, "is for bfloat16: choose"},
		{Options{Precision: BFloat16, Kernel: "mmx"}, "choose one of"},
	} {
		if _, err := New(noTop(), c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.opt, err, c.want)
		}
	}
}

// TestKernels: every kernel that is listed can be had, and what is not there is refused
// with what is.
func TestKernels(t *testing.T) {
	for _, precision := range Precisions() {
		names := Kernels(precision)
		if len(names) == 0 || names[len(names)-1] != "generic" {
			t.Errorf("%s has %v", precision, names)
		}
		for _, name := range names {
			if err := (Options{Kernel: name, Precision: precision}).Check(); err != nil {
				t.Errorf("%s in %s: %v", name, precision, err)
			}
		}
	}
	if Kernels("float8") != nil {
		t.Error("float8 has kernels")
	}
	if _, ok := kernel.SelectBFloat16(); !ok {
		err := (Options{Kernel: kernel.NameBFloat16, Precision: BFloat16}).Check()
		if err == nil || !strings.Contains(err.Error(), "does not run on this machine") {
			t.Errorf("%v", err)
		}
	}
}

// TestBFloat16PagesAreIndependent: pages in a batch, alone and on other numbers of
// threads have the same values to the last bit.
func TestBFloat16PagesAreIndependent(t *testing.T) {
	cuts := affordable(model.AllCuts())
	const n = 3
	pixels := testPages(n)
	size := model.InputShape().Len()
	for _, opt := range waysInBFloat16() {
		opt.Threads = 1
		reference := forward(t, newEngine(t, whole(), opt), pixels, cuts)
		for _, c := range []struct{ threads, first, last int }{{2, 0, 3}, {3, 1, 2}} {
			opt.Threads = c.threads
			e := newEngine(t, whole(), opt)
			got := forward(t, e, pixels[c.first*size:c.last*size], cuts)
			for i, cut := range cuts {
				what := fmt.Sprintf("%s: %s of pages %d to %d with %d threads", e.Name(), cut, c.first, c.last-1, c.threads)
				sameBits(t, what, got[i], reference[i][c.first*cut.Dim():c.last*cut.Dim()])
			}
			e.Close()
		}
	}
}

// TestBFloat16ForwardFrom: cuts from pool3 on, derived, are those of a run.
func TestBFloat16ForwardFrom(t *testing.T) {
	if kernel.Available()[0] == "generic" {
		t.Skip("plain Go takes too long")
	}
	cuts, _ := model.ParseCuts("pool3,pool4,pool5,fc1,fc2,predictions")
	for _, opt := range waysInBFloat16() {
		e := newEngine(t, whole(), opt)
		direct := forward(t, e, testPages(1), cuts)
		for i := range len(cuts) - 1 {
			got := poisoned(cuts[i+1:], 1)
			if err := e.ForwardFrom(context.Background(), cuts[i], direct[i], cuts[i+1:], got); err != nil {
				t.Fatal(err)
			}
			for j, c := range cuts[i+1:] {
				sameBits(t, e.Name()+": "+c.String()+" from "+cuts[i].String(), got[j], direct[i+1+j])
			}
		}
		e.Close()
	}
}

// TestBFloat16Layers checks each convolution of the engine in pairs against float64,
// from its own input and the rounded weights: what remains is the rounding of the
// result, at most half a unit in the eighth bit.
func TestBFloat16Layers(t *testing.T) {
	if _, ok := kernel.SelectBFloat16(); !ok {
		t.Skip("this machine, or this build, has no AVX512_BF16")
	}
	e := newEngine(t, noTop(), Options{Precision: BFloat16})
	params := noTop().Params
	var maps arena
	for i := 1; i < len(e.layers); i++ {
		l := &e.layers[i]
		wide, result := maps.output(0, l.In), maps.output(1, l.Out)
		in, out := maps.output16(0, l.In), maps.output16(1, l.Out)
		for y := range l.In.H {
			for x := range l.In.W {
				for c := range l.In.C {
					wide.pixel(y, x)[c] = kernel.Nearest(float32((7*y+5*x+3*c+i)%97) / 97)
				}
			}
		}
		e.narrow(in, wide, 2)
		if l.Kind == model.MaxPool {
			e.maxPoolPairs(out, in, 2)
			out.widen(result, 2)
			checkPool(t, l.Name, result, wide)
			continue
		}
		params = params[1:]
		e.convolvePairs(out, in, l, 2)
		out.widen(result, 2)
		checkBorder(t, l.Name, result)
		checkRounded(t, l, wide, result, params[0])
	}
}

func checkRounded(t *testing.T, l *layer, in, out activation, p model.Params) {
	t.Helper()
	rounded := model.Params{Kernel: append([]float32(nil), p.Kernel...), Bias: p.Bias}
	round(rounded.Kernel)
	for _, at := range [][3]int{{0, 0, 0}, {0, l.Out.W - 1, l.Out.C - 1}, {l.Out.H - 1, 0, 33}, {l.Out.H - 1, l.Out.W - 1, 1}, {5, 7, 32}, {9, 2, 31}} {
		want := exactConv(in, l.Layer, rounded, at[0], at[1], at[2])
		got := float64(out.pixel(at[0], at[1])[at[2]])
		if !(math.Abs(got-want) <= want*(0x1p-8+1e-5)+1e-5) {
			t.Errorf("%s %v: %v, want %v", l.Name, at, got, want)
		}
	}
}

// TestBFloat16NaN: a NaN in a map reaches the windows that see it, and the pool.
func TestBFloat16NaN(t *testing.T) {
	if _, ok := kernel.SelectBFloat16(); !ok {
		t.Skip("this machine, or this build, has no AVX512_BF16")
	}
	e := newEngine(t, noTop(), Options{Precision: BFloat16, Threads: 1})
	l := &e.layers[len(e.layers)-2]
	var maps arena
	wide := maps.output(-1, l.In)
	wide.pixel(5, 8)[3] = float32(math.NaN())
	wide.pixel(12, 1)[6] = float32(math.Inf(1))
	in, out := maps.output16(-1, l.In), maps.output16(0, l.Out)
	e.narrow(in, wide, 1)
	e.convolvePairs(out, in, l, 1)
	result := maps.output(0, l.Out)
	out.widen(result, 1)
	for y := range l.Out.H {
		for x := range l.Out.W {
			near := y >= 4 && y <= 6 && x >= 7 && x <= 9
			infinite := y >= 11 && x <= 2
			for c, v := range result.pixel(y, x) {
				if (v != v) != near || infinite && v != 0 && !math.IsInf(float64(v), 1) {
					t.Fatalf("(%d,%d,%d) = %v", y, x, c, v)
				}
			}
		}
	}
}
