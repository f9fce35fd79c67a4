package cuda

import (
	"unsafe"

	"cutpoint/model"
	"cutpoint/model/internal/parallel"
)

// input is what a forward pass begins with: pixels, or the values of a cut.
type input struct {
	pixels []uint8   // (n, 224, 224, 3)
	from   model.Cut // what x is; no cut if pixels are the input
	x      []float32 // (n, from.Dim())
}

// pages returns the input of the pages from first to before last.
func (in input) pages(first, last int) input {
	if dim := in.from.Dim(); dim > 0 {
		return input{from: in.from, x: in.x[first*dim : last*dim]}
	}
	page := model.InputShape().Len()
	return input{pixels: in.pixels[first*page : last*page]}
}

// size returns the number of bytes on the GPU.
func (in input) size(f format) uint64 {
	return uint64(len(in.pixels) + 2*f.planes*len(in.x))
}

// write puts the input where the GPU copies it from: pixels as they are, values as the
// layers keep activations, (planes)(n, H, W, C). In bfloat16 a value that a layer made is
// its one plane again. In float32 two pairs of halves can have the same sum, so that the
// planes may be others of the same value.
func (in input) write(f format, to []byte) {
	if len(in.x) == 0 {
		copy(to, in.pixels)
		return
	}
	numbers := unsafe.Slice((*uint16)(unsafe.Pointer(&to[0])), len(to)/2)
	planes := make([][]uint16, f.planes)
	for p := range planes {
		planes[p] = numbers[p*len(in.x):][:len(in.x)]
	}
	dim := in.from.Dim()
	parallel.For(len(in.x)/dim, func(page int) {
		for i := page * dim; i < (page+1)*dim; i++ {
			f.split(in.x[i]*f.scale, planes, i)
		}
	})
}
