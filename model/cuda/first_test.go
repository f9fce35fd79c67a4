package cuda

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"cutpoint/model"
	"cutpoint/model/cuda/kernels"
	"cutpoint/model/cuda/kernels/kerneltest"
)

// firstWeights returns a kernel (3, 3, 3, 64) and a bias as a trained network has them.
func firstWeights() (kernel, bias []float32) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 27 * 64 {
		kernel = append(kernel, float32(rng.NormFloat64()*0.2))
	}
	for range 64 {
		bias = append(bias, float32(rng.NormFloat64()))
	}
	return kernel, bias
}

// firstPage is white on the left, black on the right and noise between, (224, 224, 3).
func firstPage() []uint8 {
	rng := rand.New(rand.NewPCG(2, 1))
	page := make([]uint8, 224*224*3)
	for i := range page {
		switch x := i / 3 % 224; {
		case x < 75:
			page[i] = 255
		case x < 150:
			page[i] = uint8(rng.UintN(256))
		}
	}
	return page
}

// firstReference is the layer's formula in float64: (page, 224, 224, 64).
func firstReference(page []uint8, kernel, bias []float32, p model.Preprocess) []float64 {
	out := make([]float64, 224*224*64)
	prepared := make([]float64, len(page))
	for i := range page {
		c := i % 3
		colour := c
		if p.BGR {
			colour = 2 - c
		}
		prepared[i] = (float64(page[i-c+colour])*float64(p.Scale) - float64(p.Mean[c])) / float64(p.Std[c])
	}
	for pixel := range 224 * 224 {
		sums := out[pixel*64:][:64]
		for co := range sums {
			sums[co] = float64(bias[co])
		}
		for tap := range 9 {
			x, y := pixel%224+tap%3-1, pixel/224+tap/3-1
			if x < 0 || x >= 224 || y < 0 || y >= 224 {
				continue
			}
			for c, v := range prepared[(y*224+x)*3:][:3] {
				for co, w := range kernel[(tap*3+c)*64:][:64] {
					sums[co] += v * float64(w)
				}
			}
		}
		for co := range sums {
			sums[co] = max(sums[co], 0)
		}
	}
	return out
}

// runFirst computes pages on an emulated GPU.
func runFirst(t *testing.T, pages []uint8, kernel, bias []float32, p model.Preprocess, planes, grid int) []float32 {
	t.Helper()
	g := kerneltest.New(t, 8, 0, kernels.Ends, 3)
	name := fmt.Sprintf("first_p%d", planes)
	entry := kernels.EndsKernels[slices.IndexFunc(kernels.EndsKernels, func(k kernels.Kernel) bool { return k.Name == name })]
	n := len(pages) / (224 * 224 * 3)
	out := kerneltest.NewOutput(g, planes, n*224*224*64, 2)
	args := kernels.First{Pixels: kerneltest.Upload(g, pages), Weights: kerneltest.Upload(g, packFirst(kernel, p, planes+1)),
		Bias: kerneltest.Upload(g, bias), Out: out.Address, OutPlane: out.Plane, N: int32(n), Scale: 1.0 / 16}
	if err := g.Run(entry, grid, unsafe.Pointer(&args)); err != nil {
		t.Fatal(err)
	}
	return out.Values(1.0 / 16)
}

// TestFirst compares the first convolution with float64, for both kinds of colour
// arithmetic. P = 1: outputs are rounded to bf16.
func TestFirst(t *testing.T) {
	kernel, bias := firstWeights()
	page := firstPage()
	for _, p := range []model.Preprocess{model.Caffe(), model.Torch()} {
		want := firstReference(page, kernel, bias, p)
		for planes, limit := range map[int]float64{1: 3e-3, 2: 1e-6} {
			t.Run(fmt.Sprintf("%s p%d", p.Name, planes), func(t *testing.T) {
				got := runFirst(t, page, kernel, bias, p, planes, 5)
				d := kerneltest.Compare(got, want, math.Inf(1), 0)
				t.Logf("largest difference %.2g, relative RMS %.2g", d.Max, d.RMS)
				if !(d.RMS <= limit) {
					t.Errorf("relative RMS is %g, want at most %g", d.RMS, limit)
				}
			})
		}
	}
}

// TestFirstBatch: a page has the same bits alone and behind another one.
func TestFirstBatch(t *testing.T) {
	kernel, bias := firstWeights()
	page := firstPage()
	batch := append(make([]uint8, len(page)), page...)
	both := runFirst(t, batch, kernel, bias, model.Caffe(), 1, 7)
	alone := runFirst(t, page, kernel, bias, model.Caffe(), 1, 400)
	if i := firstDifference(alone, both[len(alone):]); i >= 0 {
		t.Errorf("element %d is %g alone and %g in a batch", i, alone[i], both[len(alone)+i])
	}
}

func firstDifference(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return i
		}
	}
	return -1
}

// TestFirstNonFinite: NaN and infinities in a weight reach all of its output, no other.
func TestFirstNonFinite(t *testing.T) {
	kernel, bias := firstWeights()
	kernel[13*64+7] = float32(math.NaN())
	bias[50] = float32(math.Inf(1))
	for i, v := range runFirst(t, firstPage(), kernel, bias, model.Torch(), 1, 4) {
		if finite := v-v == 0; finite != (i%64 != 7 && i%64 != 50) {
			t.Fatalf("output %d of pixel %d is %g", i%64, i/64, v)
		}
	}
}

// TestPackFirst: the terms of a weight add up to it, the smallest first.
func TestPackFirst(t *testing.T) {
	kernel, _ := firstWeights()
	for terms, limit := range map[int]float64{2: 1.0 / (1 << 17), 3: 1.0 / (1 << 25)} {
		packed, folded := packFirst(kernel, model.Caffe(), terms), foldFirst(kernel, model.Caffe())
		for i := range 3 * 8 * 32 * 4 {
			step, rest := i/(8*32*4), i%(8*32*4)
			lane := rest / 4 % 32
			column := 16*step + lane%4*2 + rest%2 + rest/2%2*8
			want := folded[column][rest/128*8+lane/4]
			sum := 0.0
			for term := range terms {
				sum += float64(kerneltest.FromBF16(packed[(step*terms+term)*8*32*4+rest]))
			}
			if !(math.Abs(sum-want) <= math.Abs(want)*limit) {
				t.Fatalf("%d terms of column %d add up to %g, want %g", terms, column, sum, want)
			}
			if column >= 36 && sum != 0 {
				t.Fatalf("column %d is %g", column, sum)
			}
		}
	}
}
