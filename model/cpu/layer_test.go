package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"cutpoint/model"
	"cutpoint/model/kernel"
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
	sum := float64(p.Bias[c])
	for t := range 9 {
		v, u := y+t/3-1, x+t%3-1
		if v < 0 || v >= in.H || u < 0 || u >= in.W {
			continue
		}
		pixel := in.pixel(v, u)
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

// TestLayers checks each layer of every implementation against float64, with the
// engine's own output of the layer before as its input. TestNetwork does it for
// plain Go where there is assembly as well.
func TestLayers(t *testing.T) {
	w := noTop()
	for _, name := range kernel.Available() {
		if name == "generic" && len(kernel.Available()) > 1 {
			continue
		}
		e, err := New(w, Options{Kernel: name})
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(11, 12))
		var maps arena
		in := maps.output(-1, model.Shape{H: 224, W: 224, C: inputChannels})
		page := testPages(1)
		e.colors.load(in, page)
		checkColors(t, in, page, w.Preprocess)
		params := w.Params
		for i := range e.layers {
			l := &e.layers[i]
			out := maps.output(i, l.Out)
			if l.Kind == model.MaxPool {
				e.maxPool(out, in, e.threads)
				checkPool(t, l.Name, out, in)
			} else {
				e.convolve(out, in, l, e.threads)
				var s sampled
				for _, at := range positions(r, l.Out, 200) {
					s.add(out.pixel(at[0], at[1])[at[2]], exactConv(in, l.Layer, params[0], at[0], at[1], at[2]))
				}
				if params = params[1:]; !(s.rms() <= 2e-6) {
					t.Errorf("%s %s: relative RMS error %.2g, largest %.2g", name, l.Name, s.rms(), s.worst)
				}
				t.Logf("%s %s: relative RMS error %.2g", name, l.Name, s.rms())
			}
			checkBorder(t, l.Name, out)
			in = out
		}
	}
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
				if got := float64(in.pixel(y, x)[c]); math.Abs(got-want) > 2e-5 {
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
	for y := -1; y <= a.H; y++ {
		for x := -1; x <= a.W; x++ {
			if y >= 0 && y < a.H && x >= 0 && x < a.W {
				continue
			}
			for c, v := range a.pixel(y, x) {
				if v != 0 {
					t.Fatalf("%s: border (%d,%d,%d) = %v", name, y, x, c, v)
				}
			}
		}
	}
}

func TestColors(t *testing.T) {
	for _, p := range []model.Preprocess{model.Caffe(), model.Torch()} {
		var maps arena
		page := testPages(1)
		in := maps.output(-1, model.Shape{H: 224, W: 224, C: inputChannels})
		colors := newColors(p)
		colors.load(in, page)
		checkColors(t, in, page, p)
	}
}

// TestConvolveNaN puts one NaN into a map: exactly the nine windows that see it
// become NaN, through the ReLU, and the pool above them as well.
func TestConvolveNaN(t *testing.T) {
	w := noTop()
	for _, name := range kernel.Available() {
		e, err := New(w, Options{Kernel: name, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		l := e.layers[len(e.layers)-2] // block 5's last convolution: 14×14
		var maps arena
		in, out := maps.output(-1, l.In), maps.output(0, l.Out)
		in.pixel(5, 8)[3] = float32(math.NaN())
		e.convolve(out, in, &l, 1)
		for y := range out.H {
			for x := range out.W {
				near := y >= 4 && y <= 6 && x >= 7 && x <= 9
				for c, v := range out.pixel(y, x) {
					if (v != v) != near {
						t.Fatalf("%s: (%d,%d,%d) = %v", name, y, x, c, v)
					}
				}
			}
		}
		peak := make([]float32, out.C)
		if out.maximum(peak); peak[0] == peak[0] {
			t.Errorf("%s: the maximum over a map with NaN is %v", name, peak[0])
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
			if math.Abs(float64(row[i]-want)) > 1e-7 {
				t.Errorf("softmax(%v) = %v, want %v", c.in, row, c.want)
			}
		}
	}
}
