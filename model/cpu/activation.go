package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
)

// activation is one page's map inside a border of zeros, one pixel wide: the
// convolutions' padding. Its values are float32, or pairs of bfloat16 that share a place.
type activation struct {
	model.Shape
	stride int           // places from a pixel to its right neighbour, at least as many as it has
	edge   int           // lines of zeros above, and below
	pages  int           // whose maps lie side by side, pixel by pixel: this one's stride skips the others'
	data   []float32     // (edge+H+edge, W+2, stride), or
	pairs  []kernel.Pair // the same, of two channels each
}

// cacheLine is in floats.
const cacheLine = 16

// pixelStride returns the stride for that number of places: an odd number of cache
// lines, since with powers of two all pixels of a tile would fall into the same
// few sets of the first-level cache.
func pixelStride(places int) int {
	if places < cacheLine {
		return places
	}
	return places + cacheLine
}

// rowStride is the number of places from a pixel to the one below.
func (a activation) rowStride() int { return (a.W + 2) * a.stride }

// at returns the index of pixel (y, x)'s first place; the border is at −1, H and W.
func (a activation) at(y, x int) int { return (y+a.edge)*a.rowStride() + (x+1)*a.stride }

// pixel returns the channels of pixel (y, x) of a map in float32.
func (a activation) pixel(y, x int) []float32 { return a.data[a.at(y, x):][:a.C] }

// values returns the channels of pixel (y, x) of any map, perhaps in buffer.
func (a activation) values(y, x int, buffer []float32) []float32 {
	if a.pairs == nil {
		return a.pixel(y, x)
	}
	for i, p := range a.pairs[a.at(y, x):][:a.C/2] {
		buffer[2*i], buffer[2*i+1] = p.Even(), p.Odd()
	}
	return buffer[:a.C]
}

// clearBorder zeroes the border, which another map's inside may have overwritten.
func clearBorder[T any](a activation, data []T) {
	clear(data[:a.edge*a.rowStride()])
	clear(data[(a.edge+a.H)*a.rowStride():])
	for y := range a.H {
		clear(data[a.at(y, -1):][:a.stride])
		clear(data[a.at(y, a.W):][:a.stride])
	}
}

// flatten copies the map without its border to dst (H, W, C).
func (a activation) flatten(dst []float32) {
	buffer := make([]float32, a.C)
	for y := range a.H {
		for x := range a.W {
			copy(dst[(y*a.W+x)*a.C:], a.values(y, x, buffer))
		}
	}
}

// unflatten fills the map inside its border from src (H, W, C).
func (a activation) unflatten(pairing *kernel.BFloat16, src []float32) {
	for y := range a.H {
		for x := range a.W {
			pixel := src[(y*a.W+x)*a.C:][:a.C]
			if a.pairs != nil {
				pairing.Narrow(a.pairs[a.at(y, x):][:a.C/2], pixel)
			} else {
				copy(a.pixel(y, x), pixel)
			}
		}
	}
}

// arena is the memory in which some pages are computed together: for each of them two
// maps, in turn a layer's input and output.
type arena struct {
	pairing    *kernel.BFloat16 // what values are rounded with to maps in pairs; nil: maps are float32
	maps       [2][][]float32
	pairs      [2][][]kernel.Pair
	sideBySide [2][]kernel.Pair // of pages side by side
}

// pagesSideBySide is the number of pages whose maps in pairs lie side by side: lines of 14, 28 and
// 56 pixels become whole numbers of AMX's tiles of sixteen rows.
const pagesSideBySide = 8

// behindMap is the number of places behind a map in pairs that the first layer's tiles
// read; their weights are zero.
const behindMap = kernel.TileDepth

// activation returns page's map with a clean border in one of the two memories, which
// grows where it is too small. Maps in pairs have a second line of border, for convolveStrips.
func (r *arena) activation(turn, page int, s model.Shape) activation {
	a := activation{Shape: s, pages: 1}
	if r.pairing != nil {
		a.stride, a.edge = pixelStride(s.C/2), 2
		a.pairs = pageRoom(&r.pairs[turn%2], page, (s.H+2*a.edge)*a.rowStride()+behindMap)
		clearBorder(a, a.pairs)
	} else {
		a.stride, a.edge = pixelStride(s.C), 1
		a.data = pageRoom(&r.maps[turn%2], page, (s.H+2*a.edge)*a.rowStride())
		clearBorder(a, a.data)
	}
	return a
}

// activationOf is activation for one of several pages that go through a layer together. The
// maps in pairs of pagesSideBySide pages lie side by side.
func (r *arena) activationOf(turn, page, pages int, s model.Shape) activation {
	if r.pairing == nil || pages != pagesSideBySide {
		return r.activation(turn, page, s)
	}
	pixel := pixelStride(s.C / 2)
	a := activation{Shape: s, stride: pages * pixel, edge: 2, pages: pages}
	a.pairs = room(&r.sideBySide[turn%2], (s.H+2*a.edge)*a.rowStride()+behindMap)
	clearBorder(a, a.pairs)
	a.pairs = a.pairs[page*pixel:]
	return a
}

// pageRoom returns a page's memory of that size.
func pageRoom[T any](memory *[][]T, page, size int) []T {
	for len(*memory) <= page {
		*memory = append(*memory, nil)
	}
	return room(&(*memory)[page], size)
}
