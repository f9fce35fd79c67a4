//go:build !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// emulated is set by the linker alone, for tests on a processor without AMX
// (scripts/test-amx).
var emulated string

// hasAMX says whether the processor has AMX-BF16, the system keeps its registers, and
// lets this process use them.
func hasAMX() bool {
	return emulated == pairNames[amx] || cpu.X86.HasAMXTile && cpu.X86.HasAMXBF16 && keepsTiles() && permitTiles()
}

// keepsTiles reads XCR0's bits 17 and 18. That the system has XGETBV is part of AMX.
func keepsTiles() bool {
	const tiles = 1<<17 | 1<<18
	return xcr0()&tiles == tiles
}

// tileConfig is what LDTILECFG takes (Intel SDM volume 1, chapter on AMX).
type tileConfig struct {
	palette, startRow uint8
	_                 [14]uint8
	rowBytes          [16]uint16
	rows              [16]uint8
}

// configFor has the tiles of the sums of upper and lower rows by left and right outputs,
// of both rows' values, and of the weights of left and right outputs.
func configFor(upper, lower int) tileConfig {
	c := tileConfig{palette: 1}
	for t, rows := range [...]int{upper, upper, lower, lower, upper, lower, tileDepth, tileDepth} {
		if rows > 0 {
			c.rows[t], c.rowBytes[t] = uint8(rows), 4*tileDepth
		}
	}
	return c
}

// tiles is a part of a PairProduct as the assembly takes it: strides in bytes.
type tiles struct {
	config                           *tileConfig
	init, dst, src, panel            unsafe.Pointer
	initStride, dstStride, srcStride uintptr
	upper                            uintptr // rows
	steps                            int     // of sixteen pairs
}

// maxTileRows is the number of rows of a tile.
const maxTileRows = 16

// multiplyTilesAssembly cuts the rows into blocks of one tile or two, all about as large:
// a product takes as long as its tile has rows.
func multiplyTilesAssembly(n int, p *PairProduct) {
	first := 0
	for blocks := (n + 2*maxTileRows - 1) / (2 * maxTileRows); blocks > 0; blocks-- {
		rows := (n - first + blocks - 1) / blocks
		multiplyTileRows(first, rows, p)
		first += rows
	}
	if p.ReLU {
		for i := range n {
			reluAll(p.Dst[i*p.DstStride:][:widths[avx512]])
		}
	}
}

// multiplyTileRows computes a block, one segment after the other.
func multiplyTileRows(first, rows int, p *PairProduct) {
	upper := rows
	if rows > maxTileRows {
		upper = (rows + 1) / 2
	}
	config := configFor(upper, rows-upper)
	t := tiles{
		config: &config, upper: uintptr(upper), steps: p.Length / tileDepth,
		dst: unsafe.Pointer(&p.Dst[first*p.DstStride]), dstStride: uintptr(4 * p.DstStride), srcStride: uintptr(4 * p.SrcStride),
		init: unsafe.Pointer(&p.Init[first*p.InitStride]), initStride: uintptr(4 * p.InitStride),
	}
	for s, offset := range p.Offsets {
		t.src, t.panel = unsafe.Pointer(&p.Src[first*p.SrcStride+offset]), unsafe.Pointer(&p.Panel[s*p.Length*widths[avx512]])
		if rows > upper {
			multiplyTwoTiles(&t)
		} else {
			multiplyOneTile(&t)
		}
		t.init, t.initStride = t.dst, t.dstStride
	}
}

// tilePeakRound is the number of rounds in one call, of 64 cycles each.
const tilePeakRound = 1 << 12

func peakTilesAssembly(n int) int64 {
	config := configFor(maxTileRows, maxTileRows)
	n = max(n>>3, 1) // a round is as long as several of the others'
	for left := n; left > 0; left -= tilePeakRound {
		peakTiles(&config, min(left, tilePeakRound))
	}
	return int64(n) * 4 * maxTileRows * 2 * tileDepth * maxTileRows * 2
}

//go:noescape
func multiplyTwoTiles(t *tiles)

//go:noescape
func multiplyOneTile(t *tiles)

// peakTiles takes n > 0.
//
//go:noescape
func peakTiles(config *tileConfig, n int)

func xcr0() uint64
