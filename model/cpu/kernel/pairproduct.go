package kernel

import "math"

// PairProduct is a Product of bfloat16 values, two in each place, with float32 sums:
//
//	dst[i] = act(init[i] + Σ_s Σ_l src[i·SrcStride + Offsets[s] + l] · panel[s·Length + l])
//
// where a place's product is that of its even values plus that of its odd ones. All
// lengths, strides and offsets count pairs, and floats in Dst and Init.
//
// VDPBF16PS (Intel SDM volume 2), with which the generic twin agrees, ignores MXCSR: it rounds to nearest even, takes
// subnormal values as zero and returns zero for subnormal results.
type PairProduct struct {
	Dst        []float32 // rows of Width values
	DstStride  int       // from a row to the next
	Src        []Pair
	SrcStride  int
	Panel      []Pair    // (len(Offsets)·Length, Width), as PackPanel lays it out
	Init       []float32 // rows of Width values: the bias, or sums to go on from
	InitStride int       // 0 gives all rows the same
	Offsets    []int     // of the segments from a row's beginning
	Length     int       // of a segment
	ReLU       bool      // act(x) is 0 where x < 0; NaN stays NaN
}

// Multiply computes n rows. Dst may be Init, row for row; otherwise no slices
// overlap. Slices that are too short for n rows panic as an index would.
func (k BFloat16) Multiply(n int, p *PairProduct) {
	if n <= 0 {
		return
	}
	p.check(n, k.Width())
	if k.isa == genericPairs || len(p.Offsets) == 0 || p.Length == 0 {
		multiplyPairsGeneric(n, p)
		return
	}
	multiplyPairsAssembly(n, p)
}

// check touches the last element of every slice that n rows reach.
func (p *PairProduct) check(n, width int) {
	last := n - 1
	_ = p.Dst[last*p.DstStride : last*p.DstStride+width]
	_ = p.Init[last*p.InitStride : last*p.InitStride+width]
	_ = p.Panel[:len(p.Offsets)*p.Length*width]
	for _, offset := range p.Offsets {
		_ = p.Src[offset : last*p.SrcStride+offset+p.Length]
	}
}

// multiplyPairsGeneric is Multiply's twin.
func multiplyPairsGeneric(n int, p *PairProduct) {
	width := widths[avx512]
	for i := range n {
		sums := p.Dst[i*p.DstStride:][:width]
		copy(sums, p.Init[i*p.InitStride:][:width])
		panel := p.Panel
		for _, offset := range p.Offsets {
			for _, x := range p.Src[i*p.SrcStride+offset:][:p.Length] {
				for c, w := range panel[:width] {
					sums[c] = dot(sums[c], x, w)
				}
				panel = panel[width:]
			}
		}
		if p.ReLU {
			for c, v := range sums {
				sums[c] = relu(v)
			}
		}
	}
}

// dot is one lane of VDPBF16PS: the odd values' product is added first, then the even
// ones', each fused and rounded once, with subnormal operands and results as zero.
func dot(sum float32, x, w Pair) float32 {
	sum = fuse(flush(x.Odd()), flush(w.Odd()), flush(sum))
	return fuse(flush(x.Even()), flush(w.Even()), sum)
}

// fuse computes x·y + z. The product of two bfloat16 values is exact in float64.
func fuse(x, y, z float32) float32 {
	return flush(float32(math.FMA(float64(x), float64(y), float64(z))))
}

// flush returns zero of the same sign for a subnormal number.
func flush(x float32) float32 {
	if bits := math.Float32bits(x); bits&0x7f800000 == 0 {
		return math.Float32frombits(bits & 0x80000000)
	}
	return x
}
