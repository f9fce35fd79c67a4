//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// detected lists the implementations that this machine runs, fastest first.
// x/sys/cpu checks that the operating system keeps the wide registers, too.
var detected = detect()

func detect() []isa {
	found := []isa{generic}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		found = append([]isa{avx2}, found...)
		if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL {
			found = append([]isa{avx512}, found...)
		}
	}
	return found
}

// multiplyTile computes the first of n rows and returns how many those were.
func multiplyTile(i isa, n int, t *tile) int {
	if i == avx512 {
		return tileAVX512(n, t)
	}
	return tileAVX2(n, t)
}

// tileAVX512 computes as many of n rows as the largest fitting tile has and
// returns that number. Fourteen divides the widths of all of VGG19's maps.
func tileAVX512(n int, t *tile) int {
	switch {
	case n >= 14:
		tile14AVX512(t)
		return 14
	case n >= 8:
		tile8AVX512(t)
		return 8
	case n >= 4:
		tile4AVX512(t)
		return 4
	case n >= 2:
		tile2AVX512(t)
		return 2
	}
	tile1AVX512(t)
	return 1
}

// tileAVX2 is tileAVX512's sibling. Eight rows are better cut into two fours,
// which have enough sums in flight to hide the latency, than into six and two.
func tileAVX2(n int, t *tile) int {
	switch {
	case n >= 6 && n != 8:
		tile6AVX2(t)
		return 6
	case n >= 4:
		tile4AVX2(t)
		return 4
	case n >= 2:
		tile2AVX2(t)
		return 2
	}
	tile1AVX2(t)
	return 1
}

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

// peakRound is the number of rounds in one call, which keeps it far below the
// millisecond for which the collector would wait.
const peakRound = 1 << 12

func peakAssembly(i isa, n int) int64 {
	for left := n; left > 0; left -= peakRound {
		if i == avx512 {
			peakAVX512(min(left, peakRound))
		} else {
			peakAVX2(min(left, peakRound))
		}
	}
	if i == avx512 {
		return int64(n) * 28 * 16 * 2
	}
	return int64(n) * 12 * 8 * 2
}

//go:noescape
func tile14AVX512(t *tile)

//go:noescape
func tile8AVX512(t *tile)

//go:noescape
func tile4AVX512(t *tile)

//go:noescape
func tile2AVX512(t *tile)

//go:noescape
func tile1AVX512(t *tile)

//go:noescape
func tile6AVX2(t *tile)

//go:noescape
func tile4AVX2(t *tile)

//go:noescape
func tile2AVX2(t *tile)

//go:noescape
func tile1AVX2(t *tile)

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

// peakAVX512 and peakAVX2 take n > 0.
//
//go:noescape
func peakAVX512(n int)

//go:noescape
func peakAVX2(n int)
