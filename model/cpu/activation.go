package cpu

import "cutpoint/model"

// activation is one page's map inside a border of zeros, one pixel wide: the
// convolutions' padding.
type activation struct {
	model.Shape
	stride int       // floats from a pixel to its right neighbour, at least C
	data   []float32 // (H+2, W+2, stride)
}

// cacheLine is in floats.
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

// rowStride is the number of floats from a pixel to the one below.
func (a activation) rowStride() int { return (a.W + 2) * a.stride }

// at returns the index of pixel (y, x)'s first channel; the border is at −1, H and W.
func (a activation) at(y, x int) int { return (y+1)*a.rowStride() + (x+1)*a.stride }

// pixel returns the channels of pixel (y, x).
func (a activation) pixel(y, x int) []float32 { return a.data[a.at(y, x):][:a.C] }

// clearBorder zeroes the border, which another map's inside may have overwritten.
func (a activation) clearBorder() {
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

// arena is the memory in which some pages are computed together: for each of them two
// maps, in turn a layer's input and output.
type arena struct {
	maps [2][][]float32
}

// activation returns page's map with a clean border in one of the two memories, which
// grows where it is too small.
func (r *arena) activation(turn, page int, s model.Shape) activation {
	memory := &r.maps[turn%2]
	for len(*memory) <= page {
		*memory = append(*memory, nil)
	}
	a := activation{Shape: s, stride: pixelStride(s.C)}
	size := (s.H + 2) * a.rowStride()
	if len((*memory)[page]) < size {
		(*memory)[page] = make([]float32, size)
	}
	a.data = (*memory)[page][:size]
	a.clearBorder()
	return a
}
