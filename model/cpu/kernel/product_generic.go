package kernel

// multiplyGeneric is Multiply's twin. width is a multiple of four.
func multiplyGeneric(n, width int, p *Product) {
	for j := 0; j < width; j += 4 {
		for i := range n {
			rowGeneric(p, i, j, width)
		}
	}
}

// rowGeneric computes outputs j to j+3 of row i: as many sums as the compiler
// keeps in registers; with eight it spills and takes twice as long.
//
// Every product is converted before it is added, which keeps compilers from
// fusing the two: the sums are the same on all architectures.
func rowGeneric(p *Product, i, j, width int) {
	sums := (*[4]float32)(p.Init[i*p.InitStride+j:])
	a0, a1, a2, a3 := sums[0], sums[1], sums[2], sums[3]
	panel, at := p.Panel, j
	for _, offset := range p.Offsets {
		for _, x := range p.Src[i*p.SrcStride+offset:][:p.Length] {
			w := panel[at : at+4 : at+4]
			a0 += float32(x * w[0])
			a1 += float32(x * w[1])
			a2 += float32(x * w[2])
			a3 += float32(x * w[3])
			at += width
		}
	}
	if p.ReLU {
		a0, a1, a2, a3 = relu(a0), relu(a1), relu(a2), relu(a3)
	}
	*(*[4]float32)(p.Dst[i*p.DstStride+j:]) = [4]float32{a0, a1, a2, a3}
}

// relu leaves NaN, for which the comparison is false.
func relu(x float32) float32 {
	if x < 0 {
		return 0
	}
	return x
}
