package kernels_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/kernels"
	"cutpoint/model/cuda/kernels/kerneltest"
)

// shape is a convolution without what the entry point decides.
type shape struct {
	n, h, w, c, outputs, side int
	box                       [3]int
	grid                      int
}

// hopperShapes are maps smaller and larger than tiles, boxes that divide them and that do not,
// blocks with several tiles and blocks with none. Boxes hold 256 pixels at most with one
// plane, 128 with two.
func hopperShapes(l convolution) []shape {
	switch planes, pool := l.Planes, l.Pool; {
	case planes == 1 && l.tall():
		all := []shape{
			{2, 16, 16, 64, 128, 3, [3]int{16, 16, 1}, 1}, // weights that stay, if there are 64 outputs
			{5, 9, 9, 64, 128, 3, [3]int{8, 8, 4}, 2},
			{1, 20, 36, 64, 128, 3, [3]int{16, 16, 1}, 2},
			{1, 20, 36, 128, 128, 3, [3]int{32, 8, 1}, 3},
			{1, 40, 12, 64, 256, 3, [3]int{8, 32, 1}, 5},
			{3, 8, 8, 192, 128, 3, [3]int{8, 8, 2}, 2}, // half a tile
			{7, 6, 10, 64, 128, 3, [3]int{6, 6, 4}, 2},
			{3, 6, 20, 64, 128, 3, [3]int{20, 6, 2}, 1}, // windows of both halves of the pixels
		}
		if l.BN == 128 {
			return append(all, shape{17, 5, 7, 64, 128, 3, [3]int{4, 4, 16}, 3}, shape{66, 4, 2, 64, 128, 3, [3]int{2, 2, 64}, 1})
		}
		return append(all[:7], shape{9, 10, 6, 64, 64, 3, [3]int{6, 10, 4}, 2})
	case planes == 2 && l.tall():
		return []shape{
			{2, 16, 8, 64, 128, 3, [3]int{8, 16, 1}, 1},
			{3, 9, 9, 64, 128, 3, [3]int{8, 8, 2}, 2},
			{1, 10, 18, 64, 128, 3, [3]int{16, 8, 1}, 2},
			{9, 5, 7, 192, 256, 3, [3]int{4, 4, 8}, 3},
			{1, 4, 24, 64, 128, 3, [3]int{24, 4, 1}, 1},
			{5, 8, 6, 64, 128, 3, [3]int{6, 4, 4}, 1},
		}
	case planes == 1 && !pool:
		return []shape{
			{5, 1, 1, 192, 256, 1, [3]int{1, 1, 256}, 3},
			{300, 1, 1, 64, 128, 1, [3]int{1, 1, 256}, 1},
			{5, 1, 1, 64, 128, 3, [3]int{1, 1, 2}, 2},
			{3, 7, 7, 64, 128, 3, [3]int{7, 7, 5}, 1},
			{2, 14, 14, 128, 128, 3, [3]int{14, 14, 1}, 2},
			{2, 14, 14, 64, 128, 3, [3]int{2, 2, 64}, 9},
			{1, 20, 36, 64, 128, 3, [3]int{16, 16, 1}, 2},
			{1, 3, 5, 192, 256, 3, [3]int{8, 4, 8}, 5},
		}
	case planes == 2 && !pool:
		return []shape{
			{5, 1, 1, 192, 256, 1, [3]int{1, 1, 128}, 3},
			{130, 1, 1, 64, 128, 1, [3]int{1, 1, 128}, 1},
			{3, 7, 7, 64, 128, 3, [3]int{7, 7, 2}, 1},
			{2, 14, 14, 128, 128, 3, [3]int{14, 8, 1}, 3},
			{1, 10, 18, 64, 128, 3, [3]int{16, 8, 1}, 1},
			{1, 3, 5, 192, 256, 3, [3]int{8, 4, 4}, 5},
		}
	case planes == 1:
		return []shape{
			{1, 20, 36, 64, 128, 3, [3]int{16, 16, 1}, 2},
			{3, 8, 28, 64, 128, 3, [3]int{28, 4, 2}, 1},   // windows of both halves of the pixels
			{5, 14, 14, 64, 128, 3, [3]int{6, 6, 7}, 2},   // the same, a box that does not divide
			{2, 7, 7, 128, 128, 3, [3]int{8, 8, 4}, 2},    // an odd map: its last row and column have no window
			{65, 2, 2, 64, 256, 3, [3]int{2, 2, 64}, 3},   // one window an image
			{1, 4, 256, 64, 128, 3, [3]int{128, 2, 1}, 3}, // a window as wide as the tile
		}
	default:
		return []shape{
			{1, 10, 18, 64, 128, 3, [3]int{16, 8, 1}, 2},
			{4, 8, 10, 64, 128, 3, [3]int{10, 4, 3}, 1},
			{2, 7, 7, 128, 128, 3, [3]int{8, 8, 2}, 2},
			{33, 2, 2, 64, 256, 3, [3]int{2, 2, 32}, 3},
		}
	}
}

// hopper returns an emulated GPU of compute capability 9.0.
func hopper(t testing.TB, seed uint64) *kerneltest.GPU {
	return kerneltest.New(t, 9, 0, kernels.SM90a, seed)
}

// hopperConvolutions calls f for every entry point that is a convolution.
func hopperConvolutions(t *testing.T, f func(t *testing.T, l convolution)) {
	if testing.Short() {
		t.Skip("emulates a GPU")
	}
	for _, k := range slices.Concat(kernels.SM90aKernels, kernels.SM90aTallKernels) {
		if strings.HasPrefix(k.Name, "conv_") {
			t.Run(k.Name, func(t *testing.T) {
				t.Parallel()
				f(t, convolution{Kernel: k})
			})
		}
	}
}

// on returns a kernel's convolution of a shape.
func (l convolution) on(s shape) convolution {
	l.n, l.h, l.w, l.c, l.outputs, l.side, l.box, l.grid = s.n, s.h, s.w, s.c, s.outputs, s.side, s.box, s.grid
	if l.BN == 64 && l.outputs == 128 {
		l.outputs = 64 // one panel, as in the network's first block
	}
	return l
}

// images is a box, but of one image where more may be refused (kernels.PixelMap).
func (l convolution) images(w, h, n int) [3]int {
	if l.tall() {
		n = 1
	}
	return [3]int{w, h, n}
}

func TestHopperConvolutions(t *testing.T) {
	hopperConvolutions(t, func(t *testing.T, l convolution) {
		g := hopper(t, 1)
		for i, s := range hopperShapes(l) {
			t.Run(fmt.Sprint(s.box), func(t *testing.T) {
				l := l.on(s)
				l.relu, l.float = i%2 == 0, !l.Pool && !l.tall() && i%3 == 1
				o := wholeOperands(l, rand.New(rand.NewPCG(uint64(i), 9)))
				exactly(t, l, o, convolve(t, g.In(t), l, o))
			})
		}
	})
}

// Every order of the warps gives the same bits.
func TestHopperSchedules(t *testing.T) {
	if os.Getenv("CUTPOINT_EMULATE") == "" {
		t.Skip("scripts/test-gpu: runs each kernel three times")
	}
	hopperConvolutions(t, func(t *testing.T, l convolution) {
		l = l.on(hopperShapes(l)[2])
		o, _ := networkOperands(l, 3)
		want := convolve(t, hopper(t, 1), l, o)
		for seed := uint64(2); seed < 4; seed++ {
			if !bytes.Equal(convolve(t, hopper(t, seed), l, o), want) {
				t.Fatalf("%v: seed %d gives other values", l, seed)
			}
		}
	})
}

// A page's values do not depend on the batch, nor on the tiles, nor on how pixels are fetched.
func TestHopperPageAlone(t *testing.T) {
	hopperConvolutions(t, func(t *testing.T, l convolution) {
		g := hopper(t, 1)
		l = l.on(shape{3, 8, 10, 128, 128, 3, l.images(8, 8, 2), 2})
		o, _ := networkOperands(l, 4)
		batch := convolve(t, g, l, o)
		plain := l
		plain.Name = strings.Replace(l.Name, "_tall", "", 1)
		if !bytes.Equal(convolve(t, g, plain, o), batch) {
			t.Fatalf("%v: other values than %s", l, plain.Name)
		}
		alone := l
		alone.n, alone.box, alone.grid = 1, [3]int{16, 4, 1}, 1
		page := alone.results() * 2
		for i := range l.n {
			out := convolve(t, g, alone, o.pages(l, i, 1))
			for plane := range l.Planes {
				if !bytes.Equal(out[plane*page:][:page], batch[(plane*l.n+i)*page:][:page]) {
					t.Fatalf("%v: page %d alone has other values", l, i)
				}
			}
		}
	})
}

// Numbers as a network has them: with one plane what rounding to bfloat16 costs, with two a
// relative RMS of 1e-6 against the values before they were split.
func TestHopperPrecision(t *testing.T) {
	hopperConvolutions(t, func(t *testing.T, l convolution) {
		l = l.on(shape{1, 6, 10, 128, 128, 3, [3]int{8, 6, 1}, 2})
		o, n := networkOperands(l, 5)
		out := convolve(t, hopper(t, 1), l, o)
		planes := unsafe.Slice((*uint16)(unsafe.Pointer(&out[0])), len(out)/2)
		limit := 3e-3
		if l.Planes == 2 {
			limit = 1e-6
		}
		d := kerneltest.Compare(kerneltest.Sum(planes, l.Planes, o.scale), n.reference(), math.Inf(1), 0)
		t.Logf("relative RMS error %.2g", d.RMS)
		if !(d.RMS <= limit) {
			t.Errorf("%v: relative RMS error %g, more than %g", l, d.RMS, limit)
		}
	})
}

// A NaN reaches the outputs that depend on it, through sums, ReLU and pool, and no others.
func TestHopperSpecialValues(t *testing.T) {
	hopperConvolutions(t, func(t *testing.T, l convolution) {
		g := hopper(t, 1)
		l = l.on(shape{2, 8, 12, 64, 128, 3, l.images(8, 8, 2), 2})
		for _, relu := range []bool{false, true} {
			l.relu = relu
			o := wholeOperands(l, rand.New(rand.NewPCG(6, 6)))
			at := func(n, y, x, c int) *uint16 { return &o.in[((n*l.h+y)*l.w+x)*l.c+c] }
			*at(0, 0, 0, 5) = 0x7fff // NaN
			*at(1, 7, 11, 63) = 0xffff
			*at(0, 4, 9, 7) = l.round(math.Inf(1))
			*at(1, 2, 2, 0) = l.round(math.Inf(-1))
			exactly(t, l, o, convolve(t, g, l, o))
		}
	})
}

func TestHopperPeak(t *testing.T) {
	g := hopper(t, 1)
	sink := kerneltest.NewOutput(g, 1, 1, 4)
	k := kernels.SM90aKernels[len(kernels.SM90aKernels)-1]
	if err := g.Run(k, 2, unsafe.Pointer(&kernels.Peak{Sink: sink.Address, Rounds: 2})); err != nil {
		t.Fatal(err)
	}
	if v := sink.Float32()[0]; v == v {
		t.Errorf("the sink was written: %v", v)
	}
}
