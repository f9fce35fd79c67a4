package kernel

// What goes into tiles and comes out of them.

// Finish ends a line of n pixels of a convolution: ReLU, which leaves NaN, and rounding to
// pairs.
//
//	dst   n pixels of 16 pairs, stride pairs apart
//	sums  (n, 32)
func (k Tiles) Finish(dst []Pair, stride int, sums []float32, n int) {
	if n <= 0 {
		return
	}
	_, _ = dst[(n-1)*stride:][:TileWidth/2], sums[:n*TileWidth]
	if k.isa == amx && finishTilesAssembly(dst, stride, sums, n) {
		return
	}
	for i := range n {
		for c := range TileWidth / 2 {
			v := sums[i*TileWidth+2*c:]
			dst[i*stride+c] = PairOf(relu(v[0]), relu(v[1]))
		}
	}
}

// FinishPool is Finish for two lines of 2n pixels and the 2×2 max-pool over them, which
// writes n pixels; a maximum is NaN where one of the four is.
func (k Tiles) FinishPool(dst []Pair, stride int, upper, lower []float32, n int) {
	if n <= 0 {
		return
	}
	_, _, _ = dst[(n-1)*stride:][:TileWidth/2], upper[:2*n*TileWidth], lower[:2*n*TileWidth]
	if k.isa == amx && finishPoolAssembly(dst, stride, upper, lower, n) {
		return
	}
	for i := range n {
		for c := range TileWidth / 2 {
			dst[i*stride+c] = PairOf(pooled(upper, lower, 2*i, 2*c), pooled(upper, lower, 2*i, 2*c+1))
		}
	}
}

func pooled(upper, lower []float32, pixel, c int) float32 {
	left, right := pixel*TileWidth+c, (pixel+1)*TileWidth+c
	return relu(max(upper[left], upper[right], lower[left], lower[right])) // NaN if one is
}

// Triple is how many bfloat16 values make a float32.
const Triple = 3

// SplitRows are rows of float32 that become three sums of pairs: first the values rounded to
// bfloat16, then what that leaves rounded, then what is left: 24 bits in all. A rest below
// the smallest normal number is lost.
type SplitRows struct {
	Dst       []Pair // rows of (3, Length/2)
	DstStride int    // from a row to the next
	Src       []float32
	SrcStride int
	Rows      int
	Length    int // of a row of Src, even
}

// Split splits the rows. Slices that are too short panic as an index would.
func (k Tiles) Split(s *SplitRows) {
	if s.Rows <= 0 || s.Length <= 0 {
		return
	}
	_ = s.Dst[(s.Rows-1)*s.DstStride+Triple*s.Length/2-1]
	_ = s.Src[(s.Rows-1)*s.SrcStride+s.Length-1]
	if k.isa == amx && s.Length%TileWidth == 0 && splitAssembly(s) {
		return
	}
	for r := range s.Rows {
		splitRow(s.Dst[r*s.DstStride:], s.Src[r*s.SrcStride:][:s.Length])
	}
}

func splitRow(dst []Pair, src []float32) {
	for i := 0; i < len(src); i += 2 {
		even, odd := SplitOne(src[i]), SplitOne(src[i+1])
		for p := range Triple {
			dst[(p*len(src)+i)/2] = PairOf(even[p], odd[p])
		}
	}
}

// SplitOne is Split of one value.
func SplitOne(x float32) (parts [Triple]float32) {
	for p := range parts {
		parts[p] = Nearest(x)
		x -= parts[p]
	}
	return parts
}
