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

// peakNEON takes n > 0.
//
//go:noescape
func peakNEON(n int)
