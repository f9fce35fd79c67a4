package kernel

// What goes into tiles and comes out of them.

// Finish ends a block of a convolution, two lines of n pixels: ReLU, which leaves NaN, and
// rounding to pairs.
//
//	dst   2 lines, line pairs apart, of n pixels of 16 pairs, stride pairs apart
//	sums  (2, n, 32)
func (k Tiles) Finish(dst []Pair, line, stride int, sums []float32, n int) {
	if n <= 0 {
		return
	}
	_, _ = dst[line+(n-1)*stride+TileWidth/2-1], sums[2*n*TileWidth-1]
	if k.isa == amx && finishAssembly(dst, line, stride, sums, n) {
		return
	}
	for i := range 2 * n {
		pixel := dst[i/n*line+i%n*stride:]
		for c := range TileWidth / 2 {
			v := sums[i*TileWidth+2*c:]
			pixel[c] = PairOf(relu(v[0]), relu(v[1]))
		}
	}
}

// FinishPool is Finish with the 2×2 max-pool, which leaves one line of n/2 pixels. Pixels
// that go together lie apart: 1, or n/2 where a line has n/2 pages side by side. A maximum
// is NaN where one of the four is.
func (k Tiles) FinishPool(dst []Pair, stride int, sums []float32, n, apart int) {
	if n <= 0 {
		return
	}
	if n%2 != 0 || apart != 1 && apart != n/2 {
		panic("kernel: a pool of pixels that do not go together")
	}
	_, _ = dst[(n/2-1)*stride+TileWidth/2-1], sums[2*n*TileWidth-1]
	step := 2 // pixels from one left one to the next
	if apart > 1 {
		step = 1
	}
	if k.isa == amx && finishPoolAssembly(dst, stride, sums, n, step, apart) {
		return
	}
	upper, lower := sums[:n*TileWidth], sums[n*TileWidth:]
	for i := range n / 2 {
		for c := range TileWidth / 2 {
			left, right := i*step*TileWidth+2*c, (i*step+apart)*TileWidth+2*c
			dst[i*stride+c] = PairOf(pooled(upper, lower, left, right), pooled(upper, lower, left+1, right+1))
		}
	}
}

func pooled(upper, lower []float32, left, right int) float32 {
	return relu(max(upper[left], upper[right], lower[left], lower[right])) // NaN if one is
}

// Triple is how many bfloat16 values make a float32.
const Triple = 3

// SplitRows are rows of float32 that become three sums of pairs: first the values rounded to
// bfloat16, then what that leaves rounded, then what is left: 24 bits in all. A rest below
// the smallest normal number is lost; what rounds to infinity has NaN for a rest.
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
		even, odd := splitOne(src[i]), splitOne(src[i+1])
		for p := range Triple {
			dst[(p*len(src)+i)/2] = PairOf(even[p], odd[p])
		}
	}
}

// splitOne is Split of one value.
func splitOne(x float32) (parts [Triple]float32) {
	for p := range parts {
		parts[p] = Nearest(x)
		x -= parts[p]
	}
	return parts
}
