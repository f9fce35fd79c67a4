package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/kernels"
	"cutpoint/model/cuda/kernels/kerneltest"
)

// box is how a map is cut into tiles: w·h·n pixels each.
type box struct{ w, h, n int }

// run computes a layer on a GPU: bf16 planes, or float32.
func run(t *testing.T, g *kerneltest.GPU, k kernels.Kernel, l *layer, b box, grid int, outFloat bool) (out *kerneltest.Output) {
	t.Helper()
	out, err := tryRun(g, k, l, b, grid, outFloat)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tryRun(g *kerneltest.GPU, k kernels.Kernel, l *layer, b box, grid int, outFloat bool) (*kerneltest.Output, error) {
	H, W := l.outShape()
	planes, bytes := l.planes, 2
	if outFloat {
		planes, bytes = 1, 4
	}
	out := kerneltest.NewOutput(g, planes, l.n*H*W*l.outputs, bytes)
	scale, weightScale := l.scales()
	in := kerneltest.Upload(g, kerneltest.Planes(l.in, l.planes, scale))
	weights := kerneltest.Upload(g, kerneltest.Planes(l.weights, l.planes, weightScale))
	bias := kerneltest.Upload(g, l.bias)
	p := kernels.Conv{
		In: in, Weights: weights, Bias: bias, Out: out.Address,
		InPlane: uint64(len(l.in)), WeightsPlane: uint64(len(l.weights)), OutPlane: out.Plane,
		N: int32(l.n), H: int32(l.H), W: int32(l.W), C: int32(l.C), Outputs: int32(l.outputs),
		Side: int32(l.side), Pad: int32(l.side / 2), BoxW: int32(b.w), BoxH: int32(b.h), BoxN: int32(b.n),
		Descale: 1 / (scale * weightScale), Scale: scale,
	}
	if l.relu {
		p.ReLU = 1
	}
	if outFloat {
		p.OutFloat = 1
	}
	if err := g.Run(k, grid, unsafe.Pointer(&p)); err != nil {
		return nil, err
	}
	g.Free(in, weights, bias)
	return out, nil
}

// convolutions calls f for every entry point that is a convolution.
func convolutions(t *testing.T, f func(t *testing.T, k kernels.Kernel)) {
	if testing.Short() {
		t.Skip("emulates a GPU")
	}
	for _, k := range kernels.SM80Kernels {
		if strings.HasPrefix(k.Name, "conv_") {
			t.Run(k.Name, func(t *testing.T) {
				t.Parallel()
				f(t, k)
			})
		}
	}
}

// ends returns an emulated GPU with the kernels before and behind the products.
func ends(t *testing.T, seed uint64) *kerneltest.GPU {
	return kerneltest.New(t, 8, 0, kernels.Ends, seed)
}

// device returns an emulated GPU with the products.
func device(t *testing.T, seed uint64) *kerneltest.GPU {
	return kerneltest.New(t, 8, 0, kernels.SM80, seed)
}

// valuesOf returns the values of a layer's output.
func valuesOf(l *layer, out *kerneltest.Output) []float32 {
	scale, _ := l.scales()
	return out.Values(scale)
}

// check compares an output with the reference. What the tensor cores cut off is proportional
// to the sums under way, and so to the outputs' size. P = 1: and a rounding to bf16.
func check(t *testing.T, l *layer, got []float32, rounded bool) {
	t.Helper()
	want := l.reference()
	size := 0.0
	for _, v := range want {
		size += v * v / float64(len(want))
	}
	abs, eps, rms := 1e-5*math.Sqrt(size), 0.0, 1e-6
	if l.planes == 1 {
		abs, rms = 3e-5*math.Sqrt(size), 1e-5
	}
	if l.planes == 1 && rounded {
		eps, rms = 1.0/256, 2e-3
	}
	d := kerneltest.Compare(got, want, abs, eps)
	t.Logf("outputs of size %.3g: largest difference %.2g, relative RMS %.2g", math.Sqrt(size), d.Max, d.RMS)
	if d.Bad >= 0 {
		t.Fatalf("element %d is %g, want %g", d.Bad, got[d.Bad], want[d.Bad])
	}
	if !(d.RMS <= rms) {
		t.Fatalf("relative RMS %g, want at most %g", d.RMS, rms)
	}
}

// shapes are maps and boxes: those that divide the map and those that do not, a box larger
// than the map, several pages in one box, fewer rows than a tile has.
var shapes = []struct {
	n, H, W, C, panels, side int
	box                      box
	grid                     int
}{
	{1, 1, 1, 64, 1, 3, box{8, 16, 1}, 1},
	{1, 2, 3, 64, 1, 3, box{8, 16, 1}, 1},
	{3, 7, 7, 64, 1, 3, box{8, 8, 2}, 2},
	{5, 7, 7, 64, 1, 3, box{8, 4, 4}, 3},
	{2, 14, 14, 64, 1, 3, box{14, 8, 1}, 3},
	{1, 14, 14, 128, 1, 3, box{16, 8, 1}, 5},
	{1, 20, 36, 64, 1, 3, box{16, 8, 1}, 4},
	{2, 6, 5, 128, 2, 1, box{4, 4, 2}, 2},
}

func TestConvolutions(t *testing.T) {
	convolutions(t, func(t *testing.T, k kernels.Kernel) {
		g := device(t, 1)
		for i, s := range shapes {
			l := layer{planes: k.Planes, n: s.n, H: s.H, W: s.W, C: s.C, outputs: s.panels * k.BN, side: s.side,
				relu: i%2 == 1, pool: k.Pool}.random(uint64(i))
			if H, _ := l.outShape(); H == 0 {
				continue // there is nothing to pool
			}
			t.Run(fmt.Sprintf("%dx%dx%dx%d side %d", s.n, s.H, s.W, s.C, s.side), func(t *testing.T) {
				out := run(t, g.In(t), k, l, s.box, s.grid, false)
				check(t, l, valuesOf(l, out), true)
				out.Free()
			})
		}
	})
}

// TestDense is the same without a map: a page is one row. Outputs are bf16 and float32.
func TestDense(t *testing.T) {
	convolutions(t, func(t *testing.T, k kernels.Kernel) {
		if k.Pool {
			return // dense layers are not pooled
		}
		g := device(t, 2)
		for i, n := range []int{1, 5, 130} {
			l := layer{planes: k.Planes, n: n, H: 1, W: 1, C: 192, outputs: 2 * k.BN, side: 1, relu: i == 1}.random(uint64(n))
			for _, outFloat := range []bool{false, true} {
				out := run(t, g, k, l, box{1, 1, 128}, 3, outFloat)
				if outFloat {
					check(t, l, out.Float32(), false)
				} else {
					check(t, l, valuesOf(l, out), true)
				}
				out.Free()
			}
		}
	})
}

// TestFloatMaps: float32 outputs of maps, which the network does not have.
func TestFloatMaps(t *testing.T) {
	convolutions(t, func(t *testing.T, k kernels.Kernel) {
		if k.Pool {
			return // float32 outputs are not pooled
		}
		l := layer{planes: k.Planes, n: 2, H: 5, W: 9, C: 64, outputs: k.BN, side: 3}.random(3)
		check(t, l, run(t, device(t, 3), k, l, box{8, 4, 2}, 2, true).Float32(), false)
	})
}

// TestBatches: a page has the same bits alone, in a batch, and whatever the tiles, the grid
// and the order in which warps run.
func TestBatches(t *testing.T) {
	convolutions(t, func(t *testing.T, k kernels.Kernel) {
		l := layer{planes: k.Planes, n: 3, H: 6, W: 10, C: 64, outputs: k.BN, side: 3, relu: true, pool: k.Pool}.random(4)
		batch := run(t, device(t, 4), k, l, box{8, 6, 2}, 2, false).Uint16()
		size, page := len(batch)/k.Planes/l.n, len(l.in)/l.n
		g := device(t, 5)
		for n := range l.n {
			alone := *l
			alone.n, alone.in = 1, l.in[n*page:][:page]
			got := run(t, g, k, &alone, box{4 + 2*n, 4, 1}, 1+n, false).Uint16()
			for i, v := range got {
				if want := batch[i/size*size*l.n+n*size+i%size]; v != want {
					t.Fatalf("page %d: element %d is %#x, in the batch %#x", n, i, v, want)
				}
			}
		}
	})
}

// TestNonFinite: NaN and infinities in the input reach what they are a part of, through
// ReLU and pool, and nothing else; those in a weight reach all of its output.
func TestNonFinite(t *testing.T) {
	inf := float32(math.Inf(1))
	convolutions(t, func(t *testing.T, k kernels.Kernel) {
		g := device(t, 6)
		for i, v := range []float32{float32(math.NaN()), inf, -inf} {
			l := layer{planes: k.Planes, n: 2, H: 6, W: 10, C: 64, outputs: k.BN, side: 3, relu: true, pool: k.Pool}.random(5)
			nonFinite(t, g, k, l, &l.in[((l.H+3)*l.W+9)*l.C+17+i], v) // page 1, row 3, the last column
			l = layer{planes: k.Planes, n: 1, H: 4, W: 4, C: 64, outputs: k.BN, side: 3, pool: k.Pool}.random(6)
			nonFinite(t, g, k, l, &l.weights[(k.BN-3)*9*64+4*64+50], v)
		}
	})
}

// nonFinite runs a layer with one of its numbers replaced, and looks at which outputs are
// finite. Those of an infinity may be so in the end: ReLU and pool pass over -Inf.
func nonFinite(t *testing.T, g *kerneltest.GPU, k kernels.Kernel, l *layer, at *float32, v float32) {
	t.Helper()
	*at = v
	out := run(t, g, k, l, box{8, 8, 1}, 2, false)
	*at = float32(math.NaN())
	values := valuesOf(l, out)
	for i, reached := range l.reference() {
		got := values[i]
		finite, may := got-got == 0, v == v && (l.relu || l.pool)
		if reached == reached && !finite || reached != reached && finite && !may {
			t.Fatalf("%g in the layer: element %d is %g, reached: %v", v, i, got, reached != reached)
		}
	}
	out.Free()
}

// TestExactValues: a weight of 1 copies a channel, denormal, tiny and large values as well.
func TestExactValues(t *testing.T) {
	convolutions(t, func(t *testing.T, k kernels.Kernel) {
		l := &layer{planes: k.Planes, n: 1, H: 8, W: 8, C: 64, outputs: k.BN, side: 3, pool: k.Pool,
			bias: make([]float32, k.BN), weights: make([]float32, k.BN*9*64)}
		for co := range k.BN {
			l.weights[(co*9+4)*64+co%64] = 1
		}
		rng := rand.New(rand.NewPCG(7, 1))
		lowest, exponents := -133, 250
		scale, _ := l.scales()
		if k.Planes == 2 {
			lowest, exponents = -20, 40 // times 1/16, all that fp16 has
		}
		for range l.H * l.W * l.C {
			v := float32(math.Ldexp(rng.Float64()+1, rng.IntN(exponents)+lowest))
			l.in = append(l.in, kerneltest.Sum(kerneltest.Planes([]float32{v}, k.Planes, scale), k.Planes, scale)[0])
		}
		got := valuesOf(l, run(t, device(t, 7), k, l, box{8, 8, 1}, 1, false))
		for i, want := range l.reference() {
			if float64(got[i]) != want {
				t.Fatalf("element %d is %g, want %g", i, got[i], want)
			}
		}
	})
}

// TestSharedMemory: with less than the table says a kernel would write outside.
func TestSharedMemory(t *testing.T) {
	convolutions(t, func(t *testing.T, k kernels.Kernel) {
		l := layer{planes: k.Planes, n: 1, H: 16, W: 8, C: 128, outputs: k.BN, side: 3, pool: k.Pool}.random(8)
		k.Shared -= 16
		if _, err := tryRun(device(t, 8), k, l, box{8, 16, 1}, 1, false); err == nil {
			t.Errorf("%d bytes of shared memory were enough", k.Shared)
		}
	})
}
