package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// pairKernels are the twin and the implementations that there are.
func pairKernels() []BFloat16 {
	all := []BFloat16{{}}
	for _, i := range detectedPairs {
		all = append(all, BFloat16{i})
	}
	return all
}

// specials are bfloat16 values at which arithmetic changes: zeros, subnormal, the
// smallest normal and largest numbers, infinities and NaN.
var specials = []uint32{0, 0x8000, 1, 0x8001, 0x7f, 0x80, 0x8080, 0x3f80, 0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0, 0xffc1}

// randomPair draws ordinary values and, where wild, special ones among them.
func randomPair(r *rand.Rand, wild bool) Pair {
	half := func() uint32 {
		if wild && r.IntN(16) == 0 {
			return specials[r.IntN(len(specials))]
		}
		return math.Float32bits(Nearest(float32(r.NormFloat64()))) >> 16
	}
	return Pair(half()<<16 | half())
}

func randomPairs(r *rand.Rand, n int, wild bool) []Pair {
	o := r.IntN(4)
	x := make([]Pair, n+o)
	for i := range x {
		x[i] = randomPair(r, wild)
	}
	return x[o:]
}

// sameFloat takes all NaN as equal: which one comes out is the hardware's choice.
func sameFloat(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// randomPairProduct makes a product of n rows without Dst.
func randomPairProduct(r *rand.Rand, n, segments, length int, wild bool) *PairProduct {
	p := &PairProduct{Length: length, SrcStride: length + r.IntN(5), DstStride: 32 + r.IntN(9), ReLU: r.IntN(2) == 0}
	furthest := 0
	for range segments {
		p.Offsets = append(p.Offsets, r.IntN(40))
		furthest = max(furthest, p.Offsets[len(p.Offsets)-1])
	}
	p.Src = randomPairs(r, max(n-1, 0)*p.SrcStride+furthest+length, wild)
	p.Panel = randomPairs(r, segments*length*32, wild && r.IntN(2) == 0)
	if r.IntN(2) == 0 {
		p.InitStride = 32 + r.IntN(3)
	}
	p.Init = random(r, max(n-1, 0)*p.InitStride+32)
	return p
}

// TestMultiplyPairs holds the assembly against the twin, bit for bit, in all sizes of
// tiles, with canaries around.
func TestMultiplyPairs(t *testing.T) {
	if len(detectedPairs) == 0 {
		t.Skip("avx512: this machine, or this build, has no AVX512_BF16")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, i := range detectedPairs {
		for n := 0; n <= 2*14+1; n++ {
			for _, length := range []int{0, 1, 2, 3, 4, 5, 8, 15, 16, 33, 48} {
				for _, segments := range []int{1, 2, 9} {
					checkSums(t, BFloat16{i}, n, randomPairProduct(r, n, segments, length, r.IntN(2) == 0))
				}
			}
		}
	}
}

func checkSums(t *testing.T, k BFloat16, n int, p *PairProduct) {
	t.Helper()
	size := max(n-1, 0)*p.DstStride + 32
	all, sums := guarded(size, 5)
	wantAll, want := guarded(size, 5)
	p.Dst = sums
	k.Multiply(n, p)
	p.Dst = want
	BFloat16{}.Multiply(n, p)
	for i := range all {
		if !sameFloat(all[i], wantAll[i]) || intact(all[i]) != intact(wantAll[i]) {
			t.Fatalf("n=%d segments=%d length=%d: sum %d is %v, want %v", n, len(p.Offsets), p.Length, i-5, all[i], wantAll[i])
		}
	}
}

// TestMultiplyPairsExactly compares the twin and the assembly with float64.
func TestMultiplyPairsExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, k := range pairKernels() {
		p := randomPairProduct(r, 5, 9, 32, false)
		p.Dst = make([]float32, 4*p.DstStride+32)
		p.ReLU = false
		k.Multiply(5, p)
		for i := range 5 {
			for j := range 32 {
				want := float64(p.Init[i*p.InitStride+j])
				magnitude := math.Abs(want)
				for s, offset := range p.Offsets {
					for l := range p.Length {
						x, w := p.Src[i*p.SrcStride+offset+l], p.Panel[(s*p.Length+l)*32+j]
						even, odd := float64(x.Even())*float64(w.Even()), float64(x.Odd())*float64(w.Odd())
						want += even + odd
						magnitude += math.Abs(even) + math.Abs(odd)
					}
				}
				got := float64(p.Dst[i*p.DstStride+j])
				if bound := magnitude * float64(2*9*32+1) * 0x1p-24; !(math.Abs(got-want) <= bound) {
					t.Fatalf("%s: [%d,%d] = %v, want %v", k.Name(), i, j, got, want)
				}
			}
		}
	}
}

func TestNearest(t *testing.T) {
	inf, bits := float32(math.Inf(1)), math.Float32frombits
	for _, c := range []struct{ in, want float32 }{
		{0, 0}, {float32(math.Copysign(0, -1)), 0}, {1, 1}, {-1, -1}, {inf, inf}, {-inf, -inf},
		{bits(0x3f808000), bits(0x3f800000)}, {bits(0x3f818000), bits(0x3f820000)}, // ties go to even
		{bits(0x3f808001), bits(0x3f810000)}, {bits(0x3f807fff), bits(0x3f800000)},
		{math.MaxFloat32, inf}, {bits(0x7f7f7fff), bits(0x7f7f0000)},
		{bits(1), 0}, {bits(0x807fffff), 0}, {bits(0x00800000), bits(0x00800000)},
	} {
		if got := Nearest(c.in); math.Float32bits(got) != math.Float32bits(c.want) {
			t.Errorf("Nearest(%x) = %x, want %x", math.Float32bits(c.in), math.Float32bits(got), math.Float32bits(c.want))
		}
	}
	for _, nan := range []uint32{0x7f800001, 0x7fc00000, 0xffffffff, 0xff800100} {
		if got := Nearest(bits(nan)); got == got {
			t.Errorf("Nearest(%x) = %v, want NaN", nan, got)
		}
	}
}

// TestNarrow compares with Nearest over all lengths and all kinds of numbers.
func TestNarrow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, k := range pairKernels() {
		for n := range 2*16 + 2 {
			for range 50 {
				src := make([]float32, 2*n)
				for i := range src {
					src[i] = math.Float32frombits(r.Uint32() & (0x807fffff | r.Uint32()))
				}
				dst := make([]Pair, n+1)
				dst[n] = 0xdeadbeef
				k.Narrow(dst[:n], src)
				for i := range n {
					if !sameFloat(dst[i].Even(), Nearest(src[2*i])) || !sameFloat(dst[i].Odd(), Nearest(src[2*i+1])) {
						t.Fatalf("%s: n=%d: pair %d of %x, %x is %x", k.Name(), n, i, math.Float32bits(src[2*i]), math.Float32bits(src[2*i+1]), dst[i])
					}
				}
				if dst[n] != 0xdeadbeef {
					t.Fatalf("%s: n=%d: wrote outside", k.Name(), n)
				}
			}
		}
	}
}

func TestPackPairs(t *testing.T) {
	var k BFloat16
	for _, size := range [][2]int{{1, 1}, {2, 31}, {3, 32}, {4, 33}, {7, 70}} {
		rows, outputs := size[0], size[1]
		matrix := random(rand.New(rand.NewPCG(1, 1)), rows*outputs)
		panels := make([]Pair, k.PackedLen(rows, outputs))
		length := len(panels) / k.Panels(outputs)
		for i := range panels {
			panels[i] = 0xdeadbeef
		}
		for j := range k.Panels(outputs) {
			k.PackPanel(panels[j*length:][:length], matrix, outputs, j)
		}
		at := func(row, column int) float32 {
			if row >= rows || column >= outputs {
				return 0
			}
			return matrix[row*outputs+column]
		}
		for i, got := range panels {
			row, column := 2*(i%length/32), i/length*32+i%32
			if want := PairOf(at(row, column), at(row+1, column)); got != want {
				t.Fatalf("%dx%d: pair %d is %x, want %x", rows, outputs, i, got, want)
			}
		}
	}
}

// BenchmarkMultiplyPairs is BenchmarkMultiply in pairs.
func BenchmarkMultiplyPairs(b *testing.B) {
	for _, k := range pairKernels() {
		b.Run(k.Name(), func(b *testing.B) {
			p := randomPairProduct(rand.New(rand.NewPCG(1, 1)), 56, 9, 128, false)
			p.Dst = make([]float32, 56*p.DstStride)
			for b.Loop() {
				k.Multiply(56, p)
			}
			operations := 2 * 56 * 9 * 256 * 32 * float64(b.N)
			b.ReportMetric(operations/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
