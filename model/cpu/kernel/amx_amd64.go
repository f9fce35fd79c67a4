//go:build !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// emulated is set by the linker alone, for tests on a processor without AMX
// (scripts/test-amx).
var emulated string

var (
	detectedTiles = detectTiles()

	// hasPairVectors says whether AVX-512 with BF16 can do the work around tiles, as it can
	// on every processor with AMX, but not on all that emulate it.
	hasPairVectors = len(detectedPairs) > 0
)

// detectTiles asks whether the processor has AMX-BF16, the system keeps its registers, and
// lets this process use them.
func detectTiles() tileISA {
	if emulated == AMX || hasPairVectors && cpu.X86.HasAMXTile && cpu.X86.HasAMXBF16 && keepsTiles() && permitTiles() {
		return amx
	}
	return genericTiles
}

// keepsTiles reads XCR0's bits 17 and 18. That the system has XGETBV is part of AMX.
func keepsTiles() bool {
	const tiles = 1<<17 | 1<<18
	return xcr0()&tiles == tiles
}

// tileConfig is what LDTILECFG takes (Intel SDM volume 1, chapter on AMX).
type tileConfig struct {
	palette  uint8
	_        [15]uint8 // the row to start from, 0, and reserved
	rowBytes [16]uint16
	rows     [16]uint8
}

// configFor has the tiles of the sums of upper and lower rows by left and right outputs,
// of both rows' values, and of the weights of left and right outputs.
func configFor(upper, lower int) tileConfig {
	c := tileConfig{palette: 1}
	for t, rows := range [...]int{upper, upper, lower, lower, upper, lower, TileDepth, TileDepth} {
		if rows > 0 {
			c.rows[t], c.rowBytes[t] = uint8(rows), 4*TileDepth
		}
	}
	return c
}

// tiles is a TileProduct as the assembly takes it: strides in bytes, blocks and steps as
// there.
type tiles struct {
	config                *tileConfig
	dst                   unsafe.Pointer
	dstStride, dstLower   uintptr // from a row or tile to the next
	init                  unsafe.Pointer
	initStride, initLower uintptr
	src                   unsafe.Pointer
	srcStride, srcLower   uintptr
	panel                 unsafe.Pointer
	block                 *TileBlock
	blocks                int
	step                  *TileStep
	steps                 int
}

func multiplyTilesAssembly(p *TileProduct) {
	config := configFor(p.Upper, p.Lower)
	dst, init, upper := uintptr(4*p.DstStride), uintptr(4*p.InitStride), uintptr(p.Upper)
	t := tiles{
		config: &config,
		dst:    unsafe.Pointer(&p.Dst[0]), dstStride: dst, dstLower: upper * dst,
		init: unsafe.Pointer(&p.Init[0]), initStride: init, initLower: upper * init,
		src: unsafe.Pointer(&p.Src[0]), srcStride: uintptr(4 * p.SrcStride), srcLower: uintptr(4 * p.SrcLower),
		panel: unsafe.Pointer(&p.Panel[0]),
		block: &p.Blocks[0], blocks: len(p.Blocks), step: &p.Steps[0], steps: len(p.Steps),
	}
	switch {
	case p.Lower == 0:
		multiplyOneTile(&t)
	case p.Streaming:
		multiplyTwoTilesStreaming(&t)
	default:
		multiplyTwoTiles(&t)
	}
}

func finishAssembly(dst []Pair, line, stride int, sums []float32, n int) bool {
	if hasPairVectors {
		finishLines(&dst[0], uintptr(4*line), uintptr(4*stride), &sums[0], n)
	}
	return hasPairVectors
}

func finishPoolAssembly(dst []Pair, stride int, sums []float32, n, step, apart int) bool {
	if hasPairVectors {
		const pixel = 4 * TileWidth
		finishPool(&dst[0], uintptr(4*stride), &sums[0], &sums[n*TileWidth], uintptr(step*pixel), uintptr(apart*pixel), n/2)
	}
	return hasPairVectors
}

// splitAssembly takes rows of whole vectors.
func splitAssembly(s *SplitRows) bool {
	if hasPairVectors {
		splitTriples(&s.Dst[0], uintptr(4*s.DstStride), &s.Src[0], uintptr(4*s.SrcStride), s.Rows, s.Length/TileWidth)
	}
	return hasPairVectors
}

// tilePeakRound is the number of rounds in one call, of 64 cycles each.
const tilePeakRound = 1 << 12

func peakTilesAssembly(n int) int64 {
	config := configFor(TileRows, TileRows)
	n = max(n/8, 1) // a round's 64 cycles are several of the other kernels' rounds
	for left := n; left > 0; left -= tilePeakRound {
		peakTiles(&config, min(left, tilePeakRound))
	}
	return int64(n) * 4 * TileRows * 2 * TileDepth * TileRows * 2
}

// The products take at least one block and one step.
//
//go:noescape
func multiplyTwoTiles(t *tiles)

// multiplyTwoTilesStreaming leaves the panel out of the first-level cache.
//
//go:noescape
func multiplyTwoTilesStreaming(t *tiles)

//go:noescape
func multiplyOneTile(t *tiles)

// peakTiles takes n > 0.
//
//go:noescape
func peakTiles(config *tileConfig, n int)

// finishLines takes two lines of n > 0 pixels.
//
//go:noescape
func finishLines(dst *Pair, line, stride uintptr, sums *float32, n int)

// finishPool makes n > 0 pixels from two lines: the left ones step bytes from each other, the
// right ones apart behind them.
//
//go:noescape
func finishPool(dst *Pair, stride uintptr, upper, lower *float32, step, apart uintptr, n int)

// splitTriples takes rows > 0 of n > 0 times 32 values.
//
//go:noescape
func splitTriples(dst *Pair, dstStride uintptr, src *float32, srcStride uintptr, rows, n int)

func xcr0() uint64
