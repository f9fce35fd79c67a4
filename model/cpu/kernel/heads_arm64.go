//go:build !purego

package kernel

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
