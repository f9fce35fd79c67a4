//go:build (amd64 || arm64) && !purego

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

// lanes gives the number of channels in a vector.
var lanes = [...]int{avx2: 8, avx512: 16, neon: 4}

// toWinogradAssembly does whole vectors and returns how many channels that were.
func toWinogradAssembly(i isa, t *WinogradTile) int {
	vectors := t.Channels / lanes[i]
	if vectors == 0 {
		return 0
	}
	a := t.assembly(vectors)
	a.places = unsafe.Pointer(&t.Places[0])
	toWinogradVectors(i, &a)
	return vectors * lanes[i]
}

// fromWinogradAssembly does whole vectors and returns how many channels that were.
func fromWinogradAssembly(i isa, t *WinogradTile, bias []float32, pool bool) int {
	vectors := t.Channels / lanes[i]
	if vectors == 0 {
		return 0
	}
	a := t.assembly(vectors)
	a.places, a.bias = unsafe.Pointer(&t.Places[0]), &bias[0]
	if pool {
		a.pool = 1
	}
	fromWinogradVectors(i, &a)
	return vectors * lanes[i]
}
