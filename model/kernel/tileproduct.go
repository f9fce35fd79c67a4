package kernel

// tileDepth is the number of pairs that a row of an AMX tile holds.
const tileDepth = 16

// multiplyTilesGeneric is the twin of what AMX does to a PairProduct whose Length is a
// multiple of tileDepth. TDPBF16PS (Intel SDM volume 2) sums the products of sixteen pairs
// from zero, those of even and of odd values apart, adds the two sums, and then adds that
// to the result; subnormal numbers are zero on the way in and out.
func multiplyTilesGeneric(n int, p *PairProduct) {
	width := widths[avx512]
	for i := range n {
		sums := p.Dst[i*p.DstStride:][:width]
		copy(sums, p.Init[i*p.InitStride:][:width])
		panel := p.Panel
		for _, offset := range p.Offsets {
			for l := 0; l < p.Length; l += tileDepth {
				addTiles(sums, p.Src[i*p.SrcStride+offset+l:][:tileDepth], panel)
				panel = panel[tileDepth*width:]
			}
		}
		if p.ReLU {
			reluAll(sums)
		}
	}
}

// addTiles adds the product of a row's sixteen pairs.
func addTiles(sums []float32, x, panel []Pair) {
	for c := range sums {
		var even, odd float32
		for k, pair := range x {
			w := panel[k*len(sums)+c]
			even = fuse(flush(pair.Even()), flush(w.Even()), even)
			odd = fuse(flush(pair.Odd()), flush(w.Odd()), odd)
		}
		sums[c] = flush(flush(sums[c]) + flush(even+odd))
	}
}

func reluAll(x []float32) {
	for i, v := range x {
		x[i] = relu(v)
	}
}
