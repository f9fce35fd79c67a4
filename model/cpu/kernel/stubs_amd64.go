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

// peakAVX512 and peakAVX2 take n > 0.
//
//go:noescape
func peakAVX512(n int)

//go:noescape
func peakAVX2(n int)
