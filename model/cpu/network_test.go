package cpu

import (
	"math"
	"runtime"
	"testing"

	"cutpoint/model"
	"cutpoint/model/internal/parallel"
)

// reference64 computes the network's layers to the last one in float64, naively, and
// returns the output of each, (H, W, C) without a border.
func reference64(w *model.Weights, page []uint8, last int) [][]float64 {
	p := w.Preprocess
	x := make([]float64, len(page))
	for i := range page {
		c := i % 3
		source := i
		if p.BGR {
			source = i - c + 2 - c
		}
		x[i] = (float64(page[source])*float64(p.Scale) - float64(p.Mean[c])) / float64(p.Std[c])
	}
	var outputs [][]float64
	params := w.Params
	for _, l := range model.Layers()[:last+1] {
		switch l.Kind {
		case model.Conv3x3:
			x = conv64(x, l, params[0])
		case model.MaxPool:
			x = pool64(x, l)
		case model.Dense:
			if len(params) == 0 {
				return outputs
			}
			x = dense64(x, l, params[0])
		}
		if l.KernelLen() > 0 {
			params = params[1:]
		}
		outputs = append(outputs, x)
	}
	return outputs
}

func conv64(x []float64, l model.Layer, p model.Params) []float64 {
	out := make([]float64, l.Out.Len())
	parallel.Limited(runtime.GOMAXPROCS(0), l.Out.H*l.Out.W, func(i int) {
		y, col, sums := i/l.Out.W, i%l.Out.W, out[i*l.Out.C:][:l.Out.C]
		for c, b := range p.Bias {
			sums[c] = float64(b)
		}
		for t := range 9 {
			v, u := y+t/3-1, col+t%3-1
			if v < 0 || v >= l.In.H || u < 0 || u >= l.In.W {
				continue
			}
			addProduct64(sums, x[(v*l.In.W+u)*l.In.C:][:l.In.C], p.Kernel[t*l.In.C*l.Out.C:])
		}
		for c, s := range sums {
			sums[c] = max(s, 0)
		}
	})
	return out
}

// addProduct64 adds x·w to sums. Zeros, which ReLU makes of half of all values,
// are skipped.
func addProduct64(sums, x []float64, w []float32) {
	for _, v := range x {
		if v != 0 {
			for c, k := range w[:len(sums)] {
				sums[c] += v * float64(k)
			}
		}
		w = w[len(sums):]
	}
}

func pool64(x []float64, l model.Layer) []float64 {
	out := make([]float64, l.Out.Len())
	for i := range out {
		c, col, y := i%l.Out.C, i/l.Out.C%l.Out.W, i/l.Out.C/l.Out.W
		at := func(dy, dx int) float64 { return x[((2*y+dy)*l.In.W+2*col+dx)*l.In.C+c] }
		out[i] = max(at(0, 0), at(0, 1), at(1, 0), at(1, 1))
	}
	return out
}

func dense64(x []float64, l model.Layer, p model.Params) []float64 {
	out := make([]float64, l.Out.C)
	for c, b := range p.Bias {
		out[c] = float64(b)
	}
	addProduct64(out, x, p.Kernel)
	if l.Activation == model.ReLU {
		for c, v := range out {
			out[c] = max(v, 0)
		}
		return out
	}
	sum, largest := 0.0, math.Inf(-1)
	for _, v := range out {
		largest = max(largest, v)
	}
	for c, v := range out {
		out[c] = math.Exp(v - largest)
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}

// reduce64 applies a cut's pooling to its layer's output.
func reduce64(x []float64, c model.Cut) []float64 {
	if c.Pooling() == model.Flat {
		return x
	}
	out := make([]float64, c.Dim())
	for i, v := range x {
		if c.Pooling() == model.Avg {
			out[i%len(out)] += v / float64(len(x)/len(out))
		} else {
			out[i%len(out)] = max(out[i%len(out)], v) // all are at least zero, after ReLU
		}
	}
	return out
}

// TestNetwork runs one page through the whole network and holds every cut
// against float64: at most 1e-5 relative RMS, and 2e-2 in bfloat16, whose values have
// 8 bits at every layer.
func TestNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("20 billion multiply-adds in float64 take half a minute")
	}
	checkNetwork(t, whole(), testPages(1))
}

func checkNetwork(t *testing.T, w *model.Weights, page []uint8) {
	t.Helper()
	outputs := reference64(w, page, len(model.Layers())-1)
	check := func(opt Options, limit float64) {
		t.Run(opt.Kernel+" "+opt.Precision, func(t *testing.T) { checkEngine(t, newEngine(t, w, opt), page, outputs, limit) })
	}
	for _, name := range Kernels(model.Float32) {
		check(Options{Kernel: name, Precision: model.Float32}, 1e-5)
	}
	for _, opt := range waysInBFloat16() {
		check(opt, 2e-2)
	}
}

func checkEngine(t *testing.T, e *Engine, page []uint8, outputs [][]float64, limit float64) {
	t.Helper()
	defer e.Close()
	cuts := model.AllCuts()
	checkCuts(t, e, cuts, forward(t, e, page, cuts), outputs, limit)
}

// checkCuts holds values at cuts against the outputs of all layers.
func checkCuts(t *testing.T, e *Engine, cuts []model.Cut, got [][]float32, outputs [][]float64, limit float64) {
	t.Helper()
	for i, c := range cuts {
		var s sampled
		for j, want := range reduce64(outputs[c.Layer()], c) {
			s.add(got[i][j], want)
		}
		t.Logf("%s %s: relative RMS error %.2g, largest %.2g", e.Name(), c, s.rms(), s.worst)
		if !(s.rms() <= limit) {
			t.Errorf("%s %s: relative RMS error %.2g, want at most %g", e.Name(), c, s.rms(), limit)
		}
	}
}
