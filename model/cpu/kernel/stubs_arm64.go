//go:build !purego

package kernel

// detected needs no look at the machine: Advanced SIMD is part of every arm64 processor
// that Go runs on.
var detected = []isa{neon, generic}

// multiplyTile computes the first of n rows and returns how many those were. Fives and fours
// have enough sums in flight to hide the latency; from twelve rows on they are all that
// is needed: fourteen, the width of VGG19's smallest maps, are 4, 5 and 5.
func multiplyTile(_ isa, n int, t *tile) int {
	switch {
	case n%5 == 0 || n == 7:
		tile5NEON(t)
		return 5
	case n >= 4:
		tile4NEON(t)
		return 4
	case n >= 2:
		tile2NEON(t)
		return 2
	}
	tile1NEON(t)
	return 1
}

// assemblyRound is the number of elements in one call over long arrays, which
// keeps it far below the millisecond for which the collector would wait.
const assemblyRound = 1 << 15

// adamAssembly does whole vectors and returns how many elements that were.
func adamAssembly(w, g, m, v []float32, s *AdamStep) int {
	n := len(w) &^ 3
	for i := 0; i < n; i += assemblyRound {
		adamNEON(&w[i], &g[i], &m[i], &v[i], min(assemblyRound, n-i), s)
	}
	return n
}

// axpyAssembly does whole vectors and returns how many elements that were.
func axpyAssembly(a float32, x, y []float32) int {
	n := len(x) &^ 7
	for i := 0; i < n; i += assemblyRound {
		axpyNEON(a, &x[i], &y[i], min(assemblyRound, n-i))
	}
	return n
}

// gatherAssembly adds to eight sums; index and value are not empty.
func gatherAssembly(dst, a []float32, lanes int, index []uint16, value []float32) {
	gatherNEON(&dst[0], &a[0], uintptr(4*lanes), &index[0], &value[0], len(index))
}

// scatterAssembly adds to eight sums of each row; index and value are not empty.
func scatterAssembly(dst []float32, lanes int, b []float32, index []uint16, value []float32) {
	scatterNEON(&dst[0], uintptr(4*lanes), &b[0], &index[0], &value[0], len(index))
}

// peakRound is the number of rounds in one call, which keeps it far below the
// millisecond for which the collector would wait.
const peakRound = 1 << 12

func peakAssembly(_ isa, n int) int64 {
	for left := n; left > 0; left -= peakRound {
		peakNEON(min(left, peakRound))
	}
	return int64(n) * 20 * 4 * 2
}

//go:noescape
func tile5NEON(t *tile)

//go:noescape
func tile4NEON(t *tile)

//go:noescape
func tile2NEON(t *tile)

//go:noescape
func tile1NEON(t *tile)

// adamNEON takes n > 0, a multiple of four.
//
//go:noescape
func adamNEON(w, slope, m, v *float32, n int, s *AdamStep)

// axpyNEON takes n > 0, a multiple of eight.
//
//go:noescape
func axpyNEON(a float32, x, y *float32, n int)

// gatherNEON and scatterNEON take n > 0 and strides in bytes.
//
//go:noescape
func gatherNEON(dst, a *float32, stride uintptr, index *uint16, value *float32, n int)

//go:noescape
func scatterNEON(dst *float32, stride uintptr, b *float32, index *uint16, value *float32, n int)

// peakNEON takes n > 0.
//
//go:noescape
func peakNEON(n int)
