package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/kernels"
	"cutpoint/model/cuda/kernels/kerneltest"
)

// kernel returns an entry point.
func kernel(t *testing.T, name string) kernels.Kernel {
	t.Helper()
	all := slices.Concat(kernels.EndsKernels, kernels.SM80Kernels)
	i := slices.IndexFunc(all, func(k kernels.Kernel) bool { return k.Name == name })
	if i < 0 {
		t.Fatalf("there is no kernel %s", name)
	}
	return all[i]
}

// activations returns values that planes hold exactly, and the power of two that they have there.
func activations(seed uint64, n, planes int) (values []float32, scale float32) {
	rng := rand.New(rand.NewPCG(seed, 9))
	for range n {
		values = append(values, float32(rng.NormFloat64()*100))
	}
	scale = 1
	if planes == 2 {
		scale = 1.0 / 16
	}
	return kerneltest.Sum(kerneltest.Planes(values, planes, scale), planes, scale), scale
}

// TestFlat: float32 of activations, bit for bit, NaN and infinities too.
func TestFlat(t *testing.T) {
	g := ends(t, 11)
	for planes := 1; planes <= 2; planes++ {
		for _, n := range []int{1, 7, 8, 64, 1003} {
			values, scale := activations(uint64(n), n, planes)
			values[n/2] = float32(math.NaN())
			values[n-1] = float32(math.Inf(-1))
			plane := (n + 7) / 8 * 8 // the second one is aligned too
			padded := append(values, make([]float32, plane-n)...)
			in := kerneltest.Upload(g, kerneltest.Planes(padded, planes, scale))
			out := kerneltest.NewOutput(g, 1, n, 4)
			p := kernels.Flat{In: in, InPlane: uint64(plane), Out: out.Address, Count: uint64(n), Scale: 1 / scale}
			if err := g.Run(kernel(t, fmt.Sprintf("flat_p%d", planes)), 2, unsafe.Pointer(&p)); err != nil {
				t.Fatal(err)
			}
			for i, v := range out.Float32() {
				if v != values[i] && !(v != v && values[i] != values[i]) {
					t.Errorf("%d planes, element %d of %d is %g, want %g", planes, i, n, v, values[i])
				}
			}
		}
	}
}

// TestReduce: means within a rounding of float64's, maxima exactly; NaN reaches its channel.
func TestReduce(t *testing.T) {
	g := ends(t, 12)
	for planes := 1; planes <= 2; planes++ {
		for _, shape := range []struct{ n, pixels, C int }{{1, 1, 64}, {3, 49, 128}, {2, 33, 64}, {1, 700, 64}} {
			values, scale := activations(uint64(shape.pixels), shape.n*shape.pixels*shape.C, planes)
			broken := shape.C + 5 // in page 0
			if shape.pixels > 1 {
				values[broken] = float32(math.NaN())
			}
			in := kerneltest.Upload(g, kerneltest.Planes(values, planes, scale))
			for _, name := range []string{"mean", "maximum"} {
				out := kerneltest.NewOutput(g, 1, shape.n*shape.C, 4)
				p := kernels.Reduce{In: in, InPlane: uint64(len(values)), Out: out.Address, Scale: 1 / scale,
					N: int32(shape.n), Pixels: int32(shape.pixels), C: int32(shape.C)}
				if err := g.Run(kernel(t, fmt.Sprintf("%s_p%d", name, planes)), 2, unsafe.Pointer(&p)); err != nil {
					t.Fatal(err)
				}
				want := reduced(values, shape.pixels, shape.C, name == "mean")
				if d := kerneltest.Compare(out.Float32(), want, 1e-12, 6e-8); d.Bad >= 0 {
					t.Errorf("%s, %d planes, %v: element %d of %v differs", name, planes, shape, d.Bad, d)
				}
			}
		}
	}
}

// reduced returns means or maxima of maps in float64, (n, C).
func reduced(values []float32, pixels, C int, mean bool) []float64 {
	out := make([]float64, len(values)/pixels)
	for i := range out {
		sum, largest := 0.0, math.Inf(-1)
		for pixel := range pixels {
			v := float64(values[(i/C*pixels+pixel)*C+i%C])
			sum += v
			largest = math.Max(largest, v)
		}
		out[i] = largest
		if mean {
			out[i] = sum / float64(pixels)
		}
	}
	return out
}

// TestSoftmax compares with float64, with logits far apart, equal, and with a NaN.
func TestSoftmax(t *testing.T) {
	g := ends(t, 13)
	const n, classes, stride = 4, 1000, 1024
	rng := rand.New(rand.NewPCG(14, 1))
	logits := make([]float32, n*stride)
	for i := range logits {
		logits[i] = []float32{float32(rng.NormFloat64() * 20), 3, float32(i % 7 * 1000), float32(rng.NormFloat64())}[i/stride]
		if i%stride >= classes {
			logits[i] = 1e9 // is no class
		}
	}
	logits[3*stride+700] = float32(math.NaN())
	in := kerneltest.Upload(g, logits)
	out := kerneltest.NewOutput(g, 1, n*classes, 4)
	p := kernels.Softmax{Logits: in, Out: out.Address, N: n, Classes: classes, Stride: stride}
	if err := g.Run(kernel(t, "softmax"), 3, unsafe.Pointer(&p)); err != nil {
		t.Fatal(err)
	}
	want := make([]float64, 0, n*classes)
	for i := range n {
		row := logits[i*stride:][:classes]
		sum, largest := 0.0, float64(row[0])
		for _, v := range row {
			largest = math.Max(largest, float64(v))
		}
		for _, v := range row {
			sum += math.Exp(float64(v) - largest)
		}
		for _, v := range row {
			want = append(want, math.Exp(float64(v)-largest)/sum)
		}
	}
	d := kerneltest.Compare(out.Float32(), want, 1e-44, 1e-7)
	t.Logf("largest difference %.2g, relative RMS %.2g", d.Max, d.RMS)
	if d.Bad >= 0 {
		t.Errorf("element %d is wrong, want %g", d.Bad, want[d.Bad])
	}
}

// TestPeak: it ends and writes nothing.
func TestPeak(t *testing.T) {
	g := device(t, 15)
	out := kerneltest.NewOutput(g, 1, 1, 4)
	p := kernels.Peak{Sink: out.Address, Rounds: 3}
	if err := g.Run(kernel(t, "peak"), 2, unsafe.Pointer(&p)); err != nil {
		t.Fatal(err)
	}
	if v := out.Float32()[0]; v == v {
		t.Errorf("it wrote %g", v)
	}
}
