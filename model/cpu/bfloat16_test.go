package cpu

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
)

// waysInBFloat16 are the options that compute in bfloat16 on this machine: on AMX, in
// pairs, and with the fastest float32 kernels.
func waysInBFloat16() (list []Options) {
	fastest := kernel.Available()[0]
	for _, name := range Kernels(model.BFloat16) {
		list = append(list, Options{Precision: model.BFloat16, Kernel: name})
		if name == fastest {
			break
		}
	}
	return list
}

// inTiles says whether the engine's convolutions are direct sums on AMX.
func inTiles(e *Engine) bool {
	_, ok := e.arithmetic.(tiled)
	return ok
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
		{Options{Kernel: "avx512bf16"}, "is for bfloat16: choose"},
		{Options{Precision: model.BFloat16, Kernel: "mmx"}, "choose one of"},
	} {
		if _, err := New(noTop(), c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New with %+v: error %v, want %q", c.opt, err, c.want)
		}
	}
}

// TestKernels: every kernel that is listed can be had, and what is not there is refused
// with what is.
func TestKernels(t *testing.T) {
	for _, precision := range model.Precisions() {
		names := Kernels(precision)
		if len(names) == 0 || names[len(names)-1] != "generic" {
			t.Errorf("kernels for %s are %v, want generic last", precision, names)
		}
		for _, name := range names {
			if err := (Options{Kernel: name, Precision: precision}).Check(); err != nil {
				t.Errorf("Check refuses the listed kernel %s in %s: %v", name, precision, err)
			}
		}
	}
	if Kernels("float8") != nil {
		t.Error("float8 has kernels")
	}
	for _, name := range []string{"amx", "avx512bf16"} {
		if !slices.Contains(Kernels(model.BFloat16), name) {
			err := (Options{Kernel: name, Precision: model.BFloat16}).Check()
			if err == nil || !strings.Contains(err.Error(), "does not run on this machine") {
				t.Errorf("Check of %s, which this machine lacks: error %v", name, err)
			}
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

// TestBFloat16ForwardFrom: cuts that are derived from another one are those of a run.
func TestBFloat16ForwardFrom(t *testing.T) {
	if kernel.Available()[0] == "generic" {
		t.Skip("plain Go takes too long")
	}
	cuts, _ := model.ParseCuts("pool1,pool2,pool3,pool4,pool5,fc1,fc2,predictions")
	if _, emulated := os.LookupEnv("REQUIRE_AMX"); emulated {
		cuts = cuts[:3] // each layer takes seconds
		if testing.Short() {
			cuts = cuts[:2]
		}
	}
	for _, opt := range waysInBFloat16() {
		t.Run(opt.Kernel, func(t *testing.T) {
			e := newEngine(t, whole(), opt)
			defer e.Close()
			direct := forward(t, e, testPages(1), cuts)
			for i := range len(cuts) - 1 {
				next := cuts[i+1 : i+2]
				got := poisoned(next, 1)
				if err := e.ForwardFrom(context.Background(), cuts[i], direct[i], next, got); err != nil {
					t.Fatal(err)
				}
				sameBits(t, next[0].String()+" from "+cuts[i].String(), got[0], direct[i+1])
			}
		})
	}
}

// TestBFloat16Layers checks each convolution against float64: what is multiplied has
// eight bits, on the float32 kernels too.
func TestBFloat16Layers(t *testing.T) {
	if kernel.Available()[0] == "generic" {
		t.Skip("plain Go takes too long")
	}
	for _, opt := range waysInBFloat16() {
		e := newEngine(t, noTop(), opt)
		r := rand.New(rand.NewPCG(15, 16))
		params := noTop().Params[1:]
		maps := arena{pairing: e.schedule.pairs}
		for i := 1; i < len(e.layers); i++ {
			l := &e.layers[i]
			if l.Kind == model.MaxPool {
				continue
			}
			in, out := randomMaps(r, e, &maps, l.In, 1), maps.activation(1, 0, l.Out)
			l.conv.convolve([]activation{out}, in, 2)
			checkBorder(t, l.Name, out)
			if rms := sampledError(r, out, in[0], l, params[0]); !(rms <= 1.5e-2 && rms >= 1e-4) {
				t.Errorf("%s %s: relative RMS error %.2g, want that of eight bits", e.Name(), l.Name, rms)
			}
			params = params[1:]
		}
		e.Close()
	}
}

// TestBFloat16FirstLayer: the first layer sees the pixels as they are.
func TestBFloat16FirstLayer(t *testing.T) {
	for _, opt := range waysInBFloat16() {
		t.Run(opt.Kernel, func(t *testing.T) {
			e := newEngine(t, noTop(), opt)
			defer e.Close()
			checkFirstLayer(t, e, rand.New(rand.NewPCG(15, 17)))
		})
	}
}

// checkFirstLayer holds the first layer, with its arithmetic of colors, against float64:
// nothing but its output is rounded. The map before it has junk in it from another use.
func checkFirstLayer(t *testing.T, e *Engine, r *rand.Rand) {
	t.Helper()
	l, page := &e.layers[0], testPages(1)
	maps := arena{pairing: e.schedule.pairs}
	used := maps.activation(0, 0, model.Shape{H: 112, W: 112, C: 128})
	for i := range used.pairs {
		used.pairs[i] = 0x7fc07fc0 // NaN
	}
	for i := range used.data {
		used.data[i] = float32(math.NaN())
	}
	in := input{pixels: page}.load(e, &maps, 0, 1, 0)
	out := maps.activation(1, 0, l.Out)
	l.conv.convolve([]activation{out}, []activation{in}, 2)
	checkBorder(t, l.Name, out)
	var exact arena
	colors := exact.activation(0, 0, model.Shape{H: 224, W: 224, C: inputChannels})
	e.colors.load(colors, page)
	if rms := sampledError(r, out, colors, l, noTop().Params[0]); !(rms <= 2.5e-3) {
		t.Errorf("%s %s: relative RMS error %.2g", e.Name(), l.Name, rms)
	}
}
