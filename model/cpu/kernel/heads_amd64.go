//go:build !purego

package kernel

// assemblyRound is the number of elements in one call over long arrays, which
// keeps it far below the millisecond for which the collector would wait.
const assemblyRound = 1 << 15

// adamAssembly does whole vectors and returns how many elements that were.
func adamAssembly(w, g, m, v []float32, s *AdamStep) int {
	n := len(w) &^ 7
	for i := 0; i < n; i += assemblyRound {
		adamAVX2(&w[i], &g[i], &m[i], &v[i], min(assemblyRound, n-i), s)
	}
	return n
}

// axpyAssembly does whole vectors and returns how many elements that were.
func axpyAssembly(a float32, x, y []float32) int {
	n := len(x) &^ 7
	for i := 0; i < n; i += assemblyRound {
		axpyAVX2(a, &x[i], &y[i], min(assemblyRound, n-i))
	}
	return n
}

// gatherAssembly adds to eight sums; index and value are not empty.
func gatherAssembly(dst, a []float32, lanes int, index []uint16, value []float32) {
	gatherAVX2(&dst[0], &a[0], uintptr(4*lanes), &index[0], &value[0], len(index))
}

// scatterAssembly adds to eight sums of each row; index and value are not empty.
func scatterAssembly(dst []float32, lanes int, b []float32, index []uint16, value []float32) {
	scatterAVX2(&dst[0], uintptr(4*lanes), &b[0], &index[0], &value[0], len(index))
}

// adamAVX2 takes n > 0, a multiple of eight.
//
//go:noescape
func adamAVX2(w, slope, m, v *float32, n int, s *AdamStep)

// axpyAVX2 takes n > 0, a multiple of eight.
//
//go:noescape
func axpyAVX2(a float32, x, y *float32, n int)

// gatherAVX2 and scatterAVX2 take n > 0 and strides in bytes.
//
//go:noescape
func gatherAVX2(dst, a *float32, stride uintptr, index *uint16, value *float32, n int)

//go:noescape
func scatterAVX2(dst *float32, stride uintptr, b *float32, index *uint16, value *float32, n int)
