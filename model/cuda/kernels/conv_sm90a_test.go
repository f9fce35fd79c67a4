package kernels_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/kernels"
	"cutpoint/model/cuda/kernels/kerneltest"
)

// convolution is a layer as conv_* of sm90a.ptx take it, and how its tiles are cut.
type convolution struct {
	kernels.Kernel
	n, h, w, c    int
	outputs, side int
	box           [3]int // width, height, images
	relu, float   bool
	grid          int
}

func (l convolution) String() string {
	return fmt.Sprintf("%s %dx%dx%dx%d→%d side %d box %v relu %v float %v grid %d",
		l.Name, l.n, l.h, l.w, l.c, l.outputs, l.side, l.box, l.relu, l.float, l.grid)
}

func (l convolution) k() int      { return l.side * l.side * l.c }
func (l convolution) inputs() int { return l.n * l.h * l.w * l.c }
func (l convolution) half() int {
	if l.Pool {
		return 2
	}
	return 1
}
func (l convolution) tall() bool   { return strings.Contains(l.Name, "_tall") }
func (l convolution) results() int { return l.n * (l.h / l.half()) * (l.w / l.half()) * l.outputs }

// operands are a layer's arrays, a plane after the other, and what sums and outputs are
// multiplied with.
type operands struct {
	in             []uint16  // (P)(n, h, w, c)
	weights        []uint16  // (P)(outputs, k)
	bias           []float32 // (outputs)
	descale, scale float32
}

// wholeOperands are small multiples of powers of two: all sums are exact in float32, so that
// results can be computed to the bit.
func wholeOperands(l convolution, r *rand.Rand) operands {
	o := operands{bias: make([]float32, l.outputs), descale: 0.25, scale: 1.0 / 16}
	whole := func(plane int) float64 { return float64(r.IntN(7)-3) * math.Ldexp(1, -9*plane) }
	for plane := range l.Planes {
		for range l.inputs() {
			o.in = append(o.in, l.round(whole(plane)))
		}
		for range l.outputs * l.k() {
			o.weights = append(o.weights, l.round(whole(plane)))
		}
	}
	for i := range o.bias {
		o.bias[i] = float32(whole(0))
	}
	return o
}

// networkOperands are a random layer's, as sm80's tests have it.
func networkOperands(l convolution, seed uint64) (operands, *layer) {
	n := layer{planes: l.Planes, n: l.n, H: l.h, W: l.w, C: l.c, outputs: l.outputs, side: l.side, relu: l.relu, pool: l.Pool}.random(seed)
	scale, weightScale := n.scales()
	return operands{
		in: kerneltest.Planes(n.in, l.Planes, scale), weights: kerneltest.Planes(n.weights, l.Planes, weightScale),
		bias: n.bias, descale: 1 / (scale * weightScale), scale: scale,
	}, n
}

// pages returns the operands of some pages of the batch.
func (o operands) pages(l convolution, first, count int) operands {
	page := l.inputs() / l.n
	var in []uint16
	for plane := range l.Planes {
		in = append(in, o.in[plane*l.inputs()+first*page:][:count*page]...)
	}
	o.in = in
	return o
}

// reference is the layer in float64, (n, h, w, outputs), before the pool: naive loops.
func reference(l convolution, o operands) []float64 {
	out := make([]float64, l.n*l.h*l.w*l.outputs)
	in, weights := make([]float64, len(o.in)), make([]float64, len(o.weights))
	for i, b := range o.in {
		in[i] = l.value(b)
	}
	for i, b := range o.weights {
		weights[i] = l.value(b)
	}
	for i := range out {
		co, x, y, n := i%l.outputs, i/l.outputs%l.w, i/l.outputs/l.w%l.h, i/l.outputs/l.w/l.h
		sum := 0.0
		for tap := range l.side * l.side {
			u, v := x+tap%l.side-l.side/2, y+tap/l.side-l.side/2
			if u < 0 || u >= l.w || v < 0 || v >= l.h {
				continue
			}
			pixel, row := ((n*l.h+v)*l.w+u)*l.c, co*l.k()+tap*l.c
			sum += l.dot(in, weights, pixel, row)
		}
		out[i] = sum*float64(o.descale) + float64(o.bias[co])
		if l.relu && out[i] < 0 {
			out[i] = 0
		}
	}
	return out
}

// dot is Σ lo·hi + hi·lo + hi·hi over the channels of a pixel and a row of weights.
func (l convolution) dot(in, weights []float64, pixel, row int) float64 {
	sum := 0.0
	for c := range l.c {
		sum += in[pixel+c] * weights[row+c]
	}
	if l.Planes == 2 {
		low, lowWeights := in[l.inputs():], weights[l.outputs*l.k():]
		for c := range l.c {
			sum += low[pixel+c]*weights[row+c] + in[pixel+c]*lowWeights[row+c]
		}
	}
	return sum
}

// maxima is the 2x2 pool.
func maxima(l convolution, v []float64) []float64 {
	if !l.Pool {
		return v
	}
	out := make([]float64, l.results())
	h, w := l.h/2, l.w/2
	for i := range out {
		co, x, y, n := i%l.outputs, i/l.outputs%w, i/l.outputs/w%h, i/l.outputs/w/h
		at := func(j, i int) float64 { return v[((n*l.h+2*y+j)*l.w+2*x+i)*l.outputs+co] }
		out[i] = maximum(maximum(at(0, 0), at(0, 1)), maximum(at(1, 0), at(1, 1)))
	}
	return out
}

// maximum is NaN if one of the two is; math.Max is infinity if the other one is.
func maximum(a, b float64) float64 {
	if a != a || a > b {
		return a
	}
	return b
}

// spread puts a unit of NaN before, between and behind an operand's planes. A unit is a page
// or a row of weights: a tensor map's strides are multiples of each other.
func spread(v []uint16, planes, unit int) []uint16 {
	var out []uint16
	for plane := range slices.Chunk(v, len(v)/planes) {
		out = append(append(out, slices.Repeat([]uint16{0xffff}, unit)...), plane...)
	}
	return append(out, slices.Repeat([]uint16{0xffff}, unit)...)
}

func number(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// convolve runs the kernel and returns its planes' bytes one after the other.
func convolve(t testing.TB, g *kerneltest.GPU, l convolution, o operands) []byte {
	t.Helper()
	page, row := l.h*l.w*l.c, l.k()
	in, weights := kerneltest.Upload(g, spread(o.in, l.Planes, page)), kerneltest.Upload(g, spread(o.weights, l.Planes, row))
	bias := kerneltest.Upload(g, o.bias)
	out := kerneltest.NewOutput(g, l.Planes, l.results(), 2)
	if l.float {
		out = kerneltest.NewOutput(g, 1, l.results(), 4)
	}
	p := kernels.Conv{
		Bias: bias, Out: out.Address,
		InPlane: uint64(l.inputs() + page), WeightsPlane: uint64(l.outputs*row + row), OutPlane: out.Plane,
		N: int32(l.n), H: int32(l.h), W: int32(l.w), C: int32(l.c), Outputs: int32(l.outputs),
		Side: int32(l.side), Pad: int32(l.side / 2),
		BoxW: int32(l.box[0]), BoxH: int32(l.box[1]), BoxN: int32(l.box[2]), ReLU: number(l.relu), OutFloat: number(l.float),
		Descale: o.descale, Scale: o.scale,
	}
	if l.tall() && !kernels.Tall(l.Kernel, &p) {
		t.Fatalf("%v: not for a tall kernel", l)
	}
	a := g.TensorMap(in+2*uint64(page), kernels.PixelMap(l.tall(), l.Planes, &p))
	b := g.TensorMap(weights+2*uint64(row), kernels.WeightMap(l.Kernel, &p))
	if a == nil || b == nil {
		t.Fatalf("%v: a tensor map is refused", l)
	}
	if err := g.Run(l.Kernel, l.grid, unsafe.Pointer(a), unsafe.Pointer(b), unsafe.Pointer(&p)); err != nil {
		t.Fatalf("run %v: %v", l, err)
	}
	defer out.Free()
	g.Free(in, weights, bias)
	return out.Bytes()
}

// exactly compares with a reference whose sums are exact in float32.
func exactly(t testing.TB, l convolution, o operands, out []byte) {
	t.Helper()
	number := func(i int) float64 { return l.value(binary.LittleEndian.Uint16(out[2*i:])) }
	for i, want := range maxima(l, reference(l, o)) {
		if l.float {
			if got := math.Float32frombits(binary.LittleEndian.Uint32(out[4*i:])); !same(float64(got), want) {
				t.Fatalf("%v: element %v: %g, want %g", l, l.index(i), got, want)
			}
			continue
		}
		if l.Planes == 2 {
			want *= float64(o.scale)
		}
		high := l.value(l.round(want))
		if got := number(i); !same(got, high) {
			t.Fatalf("%v: element %v: %g, want %g", l, l.index(i), got, high)
		}
		if l.Planes == 2 {
			low := want - high
			if low-low != 0 {
				low = 0
			}
			if got := number(l.results() + i); got != l.value(l.round(low)) {
				t.Fatalf("%v: element %v: %g in the second plane, want %g", l, l.index(i), got, low)
			}
		}
	}
}

// round and value are from and to float64, of the numbers that P planes have.
func (l convolution) round(x float64) uint16 {
	if l.Planes == 1 {
		return kerneltest.BF16(float32(x))
	}
	return kerneltest.F16(float32(x))
}

func (l convolution) value(b uint16) float64 {
	if l.Planes == 1 {
		return float64(kerneltest.FromBF16(b))
	}
	return float64(kerneltest.FromF16(b))
}

func same(a, b float64) bool { return a == b || a != a && b != b }

// index is an element's (n, y, x, channel).
func (l convolution) index(i int) [4]int {
	h, w := l.h/l.half(), l.w/l.half()
	return [4]int{i / l.outputs / w / h, i / l.outputs / w % h, i / l.outputs % w, i % l.outputs}
}
