//go:build !purego

package kernel

import "unsafe"

// winogradTile is a WinogradTile as the assembly takes it: strides in bytes.
type winogradTile struct {
	places      unsafe.Pointer // floats, or pairs
	placeStride uintptr
	pixels      *float32
	rowStride   uintptr
	pixelStride uintptr
	vectors     int // of channels
	bias        *float32
	pool        int
}

func (t *WinogradTile) assembly(vectors int) winogradTile {
	return winogradTile{
		placeStride: uintptr(4 * t.PlaceStride), vectors: vectors,
		pixels: &t.Map[0], rowStride: uintptr(4 * t.RowStride), pixelStride: uintptr(4 * t.PixelStride),
	}
}

// lanes returns the number of channels in a vector.
func (i isa) lanes() int {
	if i == avx512 {
		return 16
	}
	return 8
}

// toWinogradAssembly does whole vectors and returns how many channels that were.
func toWinogradAssembly(i isa, t *WinogradTile) int {
	vectors := t.Channels / i.lanes()
	if vectors == 0 {
		return 0
	}
	a := t.assembly(vectors)
	a.places = unsafe.Pointer(&t.Places[0])
	if i == avx512 {
		toWinogradAVX512(&a)
	} else {
		toWinogradAVX2(&a)
	}
	return vectors * i.lanes()
}

// fromWinogradAssembly does whole vectors and returns how many channels that were.
func fromWinogradAssembly(i isa, t *WinogradTile, bias []float32, pool bool) int {
	vectors := t.Channels / i.lanes()
	if vectors == 0 {
		return 0
	}
	a := t.assembly(vectors)
	a.places, a.bias = unsafe.Pointer(&t.Places[0]), &bias[0]
	if pool {
		a.pool = 1
	}
	if i == avx512 {
		fromWinogradAVX512(&a)
	} else {
		fromWinogradAVX2(&a)
	}
	return vectors * i.lanes()
}

// toWinogradPairsAssembly does whole vectors and returns how many channels that were.
func toWinogradPairsAssembly(dst []Pair, t *WinogradTile) int {
	const lanes = 16
	vectors := t.Channels / lanes
	if vectors == 0 {
		return 0
	}
	a := t.assembly(vectors)
	a.places = unsafe.Pointer(&dst[0])
	toWinogradBF16(&a)
	return vectors * lanes
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
