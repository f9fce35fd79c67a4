package cpu

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
)

// sampled gathers differences from a float64 reference.
type sampled struct{ squares, reference, worst float64 }

func (s *sampled) add(got float32, want float64) {
	d := float64(got) - want
	s.squares += d * d
	s.reference += want * want
	if !(math.Abs(d) <= s.worst) { // NaN counts
		s.worst = math.Abs(d)
	}
}

// rms is the relative root mean square error.
func (s *sampled) rms() float64 { return math.Sqrt(s.squares / s.reference) }

// exactConv is one output of a convolution with bias and ReLU, in float64, from
// the canonical weights. Outside the map the input is zero.
func exactConv(in activation, l model.Layer, p model.Params, y, x, c int) float64 {
	var buffer [512]float32
	sum := float64(p.Bias[c])
	for t := range 9 {
		v, u := y+t/3-1, x+t%3-1
		if v < 0 || v >= in.H || u < 0 || u >= in.W {
			continue
		}
		pixel := in.values(v, u, buffer[:])
		for i := range l.In.C {
			sum += float64(pixel[i]) * float64(p.Kernel[(t*l.In.C+i)*l.Out.C+c])
		}
	}
	return max(sum, 0)
}

// positions are the corners of a map and places drawn by chance.
func positions(r *rand.Rand, s model.Shape, n int) [][3]int {
	at := [][3]int{{0, 0, 0}, {0, s.W - 1, s.C - 1}, {s.H - 1, 0, s.C / 2}, {s.H - 1, s.W - 1, 1}}
	for range n {
		at = append(at, [3]int{r.IntN(s.H), r.IntN(s.W), r.IntN(s.C)})
	}
	return at
}

// TestLayers checks each convolution of every implementation against float64, with the
// engine's own output of the layer before as its input, and the pools inside them against
// the same convolution without. TestNetwork does it for plain Go where there is assembly
// as well.
func TestLayers(t *testing.T) {
	for _, name := range Kernels(model.Float32) {
		if name != "generic" || len(kernel.Available()) == 1 {
			t.Run(name, func(t *testing.T) { checkLayers(t, newEngine(t, noTop(), Options{Kernel: name})) })
		}
	}
}

func checkLayers(t *testing.T, e *Engine) {
	t.Helper()
	defer e.Close()
	w := noTop()
	r := rand.New(rand.NewPCG(11, 12))
	var maps arena
	in := maps.activation(0, 0, model.Shape{H: 224, W: 224, C: inputChannels})
	page := testPages(1)
	e.colors.load(in, page)
	checkColors(t, in, page, w.Preprocess)
	params, turn := w.Params, 0
	for i := range e.layers {
		l := &e.layers[i]
		if l.Kind == model.MaxPool {
			continue
		}
		turn++
		out := maps.activation(turn, 0, l.Out)
		l.conv.convolve([]activation{out}, []activation{in}, e.threads)
		if rms := sampledError(r, out, in, l, params[0]); !(rms <= 2e-6) {
			t.Errorf("%s: relative RMS error %.2g", l.Name, rms)
		}
		checkBorder(t, l.Name, out)
		if params = params[1:]; e.layers[i+1].Kind == model.MaxPool {
			pooled := maps.activation(turn, 1, e.layers[i+1].Out)
			l.conv.convolve([]activation{pooled}, []activation{in}, e.threads)
			checkPool(t, l.Name, pooled, out)
			checkBorder(t, l.Name, pooled)
			out = pooled
		}
		in = out
	}
}

// sampledError compares some places with float64.
func sampledError(r *rand.Rand, out, in activation, l *layer, p model.Params) float64 {
	var s sampled
	var buffer [512]float32
	for _, at := range positions(r, l.Out, 200) {
		s.add(out.values(at[0], at[1], buffer[:])[at[2]], exactConv(in, l.Layer, p, at[0], at[1], at[2]))
	}
	return s.rms()
}

// randomMaps fills n maps of the first arena with random values.
func randomMaps(r *rand.Rand, e *Engine, maps *arena, s model.Shape, n int) (in []activation) {
	for k := range n {
		values := make([]float32, s.Len())
		for i := range values {
			values[i] = max(0, float32(r.NormFloat64()))
		}
		in = append(in, maps.activation(0, k, s))
		in[k].unflatten(e.schedule.pairs, values)
	}
	return in
}

// TestConvolveTogether: the maps of several pages, in one thread or many, come out as
// each of them alone, to the last bit.
func TestConvolveTogether(t *testing.T) {
	for _, precision := range model.Precisions() {
		e := newEngine(t, noTop(), Options{Precision: precision})
		r := rand.New(rand.NewPCG(13, 14))
		for _, i := range []int{14, 16, 19} { // a part of a block, maps that are no whole number of tiles, a pool
			l := &e.layers[i]
			shape := l.Out
			if e.layers[i+1].Kind == model.MaxPool {
				shape = e.layers[i+1].Out
			}
			pages := 5
			if os.Getenv("REQUIRE_AMX") != "" { // each layer takes seconds
				if pages = 2; i != 19 {
					continue
				}
			}
			maps := arena{pairing: e.schedule.pairs}
			in := randomMaps(r, e, &maps, l.In, pages)
			together, alone := make([]activation, pages), make([]activation, pages)
			for k := range in {
				together[k], alone[k] = maps.activation(1, k, shape), maps.activation(1, pages+k, shape)
			}
			numbers := []int{1, 2, 7}
			if testing.Short() {
				numbers = numbers[1:2]
			}
			for _, threads := range numbers {
				l.conv.convolve(together, in, threads)
				for k := range in {
					l.conv.convolve(alone[k:k+1], in[k:k+1], 8-threads)
					sameMaps(t, e.Name()+" "+l.Name, together[k], alone[k])
				}
			}
		}
		e.Close()
	}
}

// sameMaps compares to the last bit.
func sameMaps(t *testing.T, what string, a, b activation) {
	t.Helper()
	x, y := make([]float32, a.Len()), make([]float32, b.Len())
	a.flatten(x)
	b.flatten(y)
	sameBits(t, what, x, y)
}

// checkColors recomputes the input in float64: 2e-5 absolute is half a last place
// of a value of 255.
func checkColors(t *testing.T, in activation, page []uint8, p model.Preprocess) {
	t.Helper()
	for y := range in.H {
		for x := range in.W {
			for c := range 3 {
				source := c
				if p.BGR {
					source = 2 - c
				}
				byteValue := float64(page[(y*in.W+x)*3+source])
				want := (byteValue*float64(p.Scale) - float64(p.Mean[c])) / float64(p.Std[c])
				if got := float64(in.pixel(y, x)[c]); !(math.Abs(got-want) <= 2e-5) {
					t.Fatalf("%s: pixel (%d,%d) channel %d = %v, want %v", p.Name, y, x, c, got, want)
				}
			}
		}
	}
	checkBorder(t, "input", in)
}

func checkPool(t *testing.T, name string, out, in activation) {
	t.Helper()
	for y := range out.H {
		for x := range out.W {
			for c, got := range out.pixel(y, x) {
				want := max(in.pixel(2*y, 2*x)[c], in.pixel(2*y, 2*x+1)[c], in.pixel(2*y+1, 2*x)[c], in.pixel(2*y+1, 2*x+1)[c])
				if got != want {
					t.Fatalf("%s: (%d,%d,%d) = %v, want %v", name, y, x, c, got, want)
				}
			}
		}
	}
}

// checkBorder looks whether a layer wrote over the padding.
func checkBorder(t *testing.T, name string, a activation) {
	t.Helper()
	var buffer [512]float32
	for y := -a.edge; y < a.H+a.edge; y++ {
		for x := -1; x <= a.W; x++ {
			if y >= 0 && y < a.H && x >= 0 && x < a.W {
				continue
			}
			for c, v := range a.values(y, x, buffer[:]) {
				if v != 0 {
					t.Fatalf("%s: border (%d,%d,%d) = %v, want 0", name, y, x, c, v)
				}
			}
		}
	}
}

func TestColors(t *testing.T) {
	for _, p := range []model.Preprocess{model.Caffe(), model.Torch()} {
		var maps arena
		page := testPages(1)
		in := maps.activation(0, 0, model.Shape{H: 224, W: 224, C: inputChannels})
		colors := newColors(p)
		colors.load(in, page)
		checkColors(t, in, page, p)
	}
}

// TestConvolveNaN puts one NaN into a map: the nine windows that see it become NaN,
// through the ReLU and through the pool; what it may reach besides are the tiles that
// these windows lie in.
func TestConvolveNaN(t *testing.T) {
	options := waysInBFloat16()
	for _, name := range Kernels(model.Float32) {
		options = append(options, Options{Kernel: name})
	}
	for _, opt := range options {
		opt.Threads = 1
		e := newEngine(t, noTop(), opt)
		l := &e.layers[len(e.layers)-2] // block 5's last convolution: 14×14
		maps := arena{pairing: e.schedule.pairs}
		values := make([]float32, l.In.Len())
		values[(5*l.In.W+8)*l.In.C+3] = float32(math.NaN())
		in, out, pooled := maps.activation(0, 0, l.In), maps.activation(1, 0, l.Out), maps.activation(1, 1, e.layers[len(e.layers)-1].Out)
		in.unflatten(e.schedule.pairs, values)
		l.conv.convolve([]activation{out}, []activation{in}, 1)
		l.conv.convolve([]activation{pooled}, []activation{in}, 1)
		checkNaN(t, e, out, pooled)
		peak := make([]float32, out.C)
		if out.maximum(peak); peak[0] == peak[0] {
			t.Errorf("%s: the maximum over a map with NaN is %v", e.Name(), peak[0])
		}
		e.Close()
	}
}

// checkNaN looks where a NaN at (5, 8) came to.
func checkNaN(t *testing.T, e *Engine, out, pooled activation) {
	t.Helper()
	var buffer, above [512]float32
	for y := range out.H {
		for x := range out.W {
			sees := y >= 4 && y <= 6 && x >= 7 && x <= 9
			may := sees || !inTiles(e) && y >= 4 && y <= 7 && x >= 4 && x <= 11
			after := pooled.values(y/2, x/2, above[:])
			for c, v := range out.values(y, x, buffer[:]) {
				if a := after[c]; sees && (v == v || a == a) || !may && v != v {
					t.Fatalf("%s: (%d,%d,%d) = %v, %v after the pool", e.Name(), y, x, c, v, a)
				}
			}
		}
	}
}

func TestSoftmax(t *testing.T) {
	for _, c := range []struct{ in, want []float32 }{
		{[]float32{0, 0, 0, 0}, []float32{.25, .25, .25, .25}},
		{[]float32{1000, 1000}, []float32{.5, .5}},
		{[]float32{-1e30, 3e38}, []float32{0, 1}},
		{[]float32{0, float32(math.Log(3))}, []float32{.25, .75}},
	} {
		row := append([]float32(nil), c.in...)
		softmax(row)
		for i, want := range c.want {
			if !(math.Abs(float64(row[i]-want)) <= 1e-7) {
				t.Errorf("softmax(%v) = %v, want %v", c.in, row, c.want)
			}
		}
	}
}
