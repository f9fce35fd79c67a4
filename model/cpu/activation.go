package cpu

import (
	"cutpoint/model"
	"cutpoint/model/kernel"
)

// grid is one page's map inside a border of zeros, one pixel wide: the convolutions'
// padding. Its places are float32 values or pairs of bfloat16.
type grid[T float32 | kernel.Pair] struct {
	model.Shape     // C counts places
	stride      int // places from a pixel to its right neighbour, at least C
	data        []T // (H+2, W+2, stride)
}

// activation is a map of float32 values.
type activation struct{ grid[float32] }

// cacheLine is in places, of four bytes.
const cacheLine = 16

// pixelStride returns the stride for so many channels: an odd number of cache
// lines, since with powers of two all pixels of a tile would fall into the same
// few sets of the first-level cache.
func pixelStride(channels int) int {
	if channels < cacheLine {
		return channels
	}
	return channels + cacheLine
}

// rowStride is the number of places from a pixel to the one below.
func (a grid[T]) rowStride() int { return (a.W + 2) * a.stride }

// at returns the index of pixel (y, x)'s first channel; the border is at −1, H and W.
func (a grid[T]) at(y, x int) int { return (y+1)*a.rowStride() + (x+1)*a.stride }

// pixel returns the channels of pixel (y, x).
func (a grid[T]) pixel(y, x int) []T { return a.data[a.at(y, x):][:a.C] }

// clearBorder zeroes the border, which another map's inside may have overwritten.
func (a grid[T]) clearBorder() {
	row := a.rowStride()
	clear(a.data[:row])
	clear(a.data[(a.H+1)*row:][:row])
	for y := range a.H {
		clear(a.data[a.at(y, -1):][:a.stride])
		clear(a.data[a.at(y, a.W):][:a.stride])
	}
}

// flatten copies the map without its border to dst (H, W, C).
func (a activation) flatten(dst []float32) {
	for y := range a.H {
		for x := range a.W {
			copy(dst[(y*a.W+x)*a.C:], a.pixel(y, x))
		}
	}
}

// unflatten fills the map inside its border from src (H, W, C).
func (a activation) unflatten(src []float32) {
	for y := range a.H {
		for x := range a.W {
			copy(a.pixel(y, x), src[(y*a.W+x)*a.C:])
		}
	}
}

// arena is the memory in which one page is computed: two maps, in turn a layer's
// input and output.
type arena struct {
	maps  [2][]float32
	pairs [2][]kernel.Pair
}

// output returns the map after layer i (−1: the pixels) with a clean border.
func (r *arena) output(i int, s model.Shape) activation {
	return activation{newGrid(&r.maps[(i+1)%2], s)}
}

// newGrid returns a map in that memory, which grows where it is too small.
func newGrid[T float32 | kernel.Pair](memory *[]T, s model.Shape) grid[T] {
	a := grid[T]{Shape: s, stride: pixelStride(s.C)}
	size := (s.H + 2) * a.rowStride()
	if len(*memory) < size {
		*memory = make([]T, size)
	}
	a.data = (*memory)[:size]
	a.clearBorder()
	return a
}
