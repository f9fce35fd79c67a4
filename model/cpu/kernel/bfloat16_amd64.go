//go:build !purego

package kernel

import (
	"slices"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// detectedPairs lists the implementations on pairs that this machine runs, fastest first.
var detectedPairs = detectPairs()

// detectPairs asks for CPUID.(7,1):EAX[5] and what the float32 tiles of the same shape
// need.
func detectPairs() []pairISA {
	if !slices.Contains(detected, avx512) || !cpu.X86.HasAVX512BF16 {
		return nil
	}
	return []pairISA{avx512bf16}
}

// multiplyPairsAssembly cuts the rows into tiles; there is something to add.
func multiplyPairsAssembly(n int, p *PairProduct) {
	t := tile{
		dstStride: uintptr(4 * p.DstStride), srcStride: uintptr(4 * p.SrcStride), initStride: uintptr(4 * p.InitStride),
		panel: unsafe.Pointer(&p.Panel[0]), offsets: &p.Offsets[0], segments: len(p.Offsets), length: p.Length,
	}
	if p.ReLU {
		t.relu = 1
	}
	for row := 0; row < n; {
		t.src, t.init = unsafe.Pointer(&p.Src[row*p.SrcStride]), &p.Init[row*p.InitStride]
		t.dst = unsafe.Pointer(&p.Dst[row*p.DstStride])
		row += tileBF16(n-row, &t)
	}
}

// tileBF16 is tileAVX512's sibling.
func tileBF16(n int, t *tile) int {
	switch {
	case n >= 14:
		tile14BF16(t)
		return 14
	case n >= 8:
		tile8BF16(t)
		return 8
	case n >= 4:
		tile4BF16(t)
		return 4
	case n >= 2:
		tile2BF16(t)
		return 2
	}
	tile1BF16(t)
	return 1
}

// narrowAssembly does whole vectors and returns how many pairs that were.
func narrowAssembly(dst []Pair, src []float32) int {
	n := len(dst) &^ 15
	for i := 0; i < n; i += assemblyRound {
		narrowAVX512(&dst[i], &src[2*i], min(assemblyRound, n-i))
	}
	return n
}

func peakPairsAssembly(n int) int64 {
	for left := n; left > 0; left -= peakRound {
		peakBF16(min(left, peakRound))
	}
	return int64(n) * 28 * 16 * 4
}

//go:noescape
func tile14BF16(t *tile)

//go:noescape
func tile8BF16(t *tile)

//go:noescape
func tile4BF16(t *tile)

//go:noescape
func tile2BF16(t *tile)

//go:noescape
func tile1BF16(t *tile)

// narrowAVX512 takes n > 0, a multiple of sixteen pairs.
//
//go:noescape
func narrowAVX512(dst *Pair, src *float32, n int)

// peakBF16 takes n > 0.
//
//go:noescape
func peakBF16(n int)
