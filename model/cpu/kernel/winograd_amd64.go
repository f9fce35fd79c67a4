//go:build !purego

package kernel

import "unsafe"

func toWinogradVectors(i isa, t *winogradTile) {
	if i == avx512 {
		toWinogradAVX512(t)
	} else {
		toWinogradAVX2(t)
	}
}

func fromWinogradVectors(i isa, t *winogradTile) {
	if i == avx512 {
		fromWinogradAVX512(t)
	} else {
		fromWinogradAVX2(t)
	}
}

// toWinogradPairsAssembly does whole vectors and returns how many channels that were.
func toWinogradPairsAssembly(dst []Pair, t *WinogradTile) int {
	vectors := t.Channels / lanes[avx512]
	if vectors == 0 {
		return 0
	}
	a := t.assembly(vectors)
	a.places = unsafe.Pointer(&dst[0])
	toWinogradBF16(&a)
	return vectors * lanes[avx512]
}

// All of these take a tile of one vector or more.
//
//go:noescape
func toWinogradAVX512(t *winogradTile)

//go:noescape
func toWinogradAVX2(t *winogradTile)

//go:noescape
func fromWinogradAVX512(t *winogradTile)

//go:noescape
func fromWinogradAVX2(t *winogradTile)

//go:noescape
func toWinogradBF16(t *winogradTile)
