package kernel

// Product is a number of rows times one panel of weights. Row i of the result is
//
//	dst[i] = act(init[i] + Σ_s Σ_l src[i·SrcStride + Offsets[s] + l] · panel[s·Length + l])
//
// over segments s and places l < Length, where dst[i], init[i] and panel[k] are
// vectors of Width values. A fully connected layer is one segment; a 3×3
// convolution over a row of pixels is nine segments, one for each tap, whose
// rows overlap. All lengths, strides and offsets count floats.
type Product struct {
	Dst        []float32 // rows of Width values
	DstStride  int       // from a row to the next
	Src        []float32
	SrcStride  int
	Panel      []float32 // (len(Offsets)·Length, Width), as Pack lays it out
	Init       []float32 // rows of Width values: the bias, or sums to go on from
	InitStride int       // 0 gives all rows the same
	Offsets    []int     // of the segments from a row's beginning
	Length     int       // of a segment
	ReLU       bool      // act(x) is 0 where x < 0; NaN stays NaN, as in PyTorch
}

// Multiply computes n rows. Dst may be Init, row for row, but overlap neither
// Src nor Panel. Slices that are too short for n rows panic as an index would.
func (k Float32) Multiply(n int, p *Product) {
	if n <= 0 {
		return
	}
	p.check(n, k.Width())
	if k.isa == generic {
		multiplyGeneric(n, k.Width(), p)
		return
	}
	multiplyAssembly(k.isa, n, p)
}

// check touches the last element of every slice that n rows reach, since the
// assembly has no bounds checks of its own.
func (p *Product) check(n, width int) {
	last := n - 1
	_ = p.Dst[last*p.DstStride : last*p.DstStride+width]
	_ = p.Init[last*p.InitStride : last*p.InitStride+width]
	_ = p.Panel[:len(p.Offsets)*p.Length*width]
	for _, offset := range p.Offsets {
		_ = p.Src[offset : last*p.SrcStride+offset+p.Length]
	}
}
