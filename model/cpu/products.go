package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// Blocks are multiples of the 14 and the 6 rows that the products' tiles have. Every block
// reads all weights of a layer: those of deep layers stay in no cache, and serve more
// tiles. The blocks of shallow layers stay in the second-level cache themselves.
const shallowBlock, deepBlock = 42, 98

// isDeep tells layers apart by the size of their weights.
func isDeep(inputs int) bool { return inputs > 128 }

func blockSize(inputs int) int {
	if isDeep(inputs) {
		return deepBlock
	}
	return shallowBlock
}

var (
	noOffset = []int{0}
	noBias   [64]float32 // as wide as the widest panel
)

// floatProducts are in float32.
type floatProducts struct {
	kernel kernel.Float32
	inputs int
	panels []float32 // (36, panels, inputs, width)
}

// packTransformed transforms a convolution's weights.
func (f exact) packTransformed(l model.Layer, p model.Params) floatProducts {
	w := floatProducts{f.kernel, l.In.C, make([]float32, f.kernel.WinogradLen(l.In.C, l.Out.C))}
	parallel.Limited(f.threads, f.kernel.Panels(l.Out.C), func(j int) {
		f.kernel.PackWinograd(w.panels, p.Kernel, l.In.C, l.Out.C, j)
	})
	return w
}

func (w floatProducts) blockSize(int) int { return blockSize(w.inputs) }

func (w floatProducts) begin(b *block, s *scratch) {
	b.inputStride = pixelStride(w.inputs)
	b.inputs = room(&s.in, kernel.WinogradPlaces*b.n*b.inputStride)
}

func (w floatProducts) transform(b *block, i int, t *kernel.WinogradTile) {
	t.Places = b.inputs[i*b.inputStride:]
	w.kernel.ToWinograd(t)
}

func (w floatProducts) multiply(b *block, place, from, to int) {
	for j := from; j < to; j++ {
		panel := place*b.panels() + j
		w.kernel.Multiply(b.n, &kernel.Product{
			Dst: b.outputs[place*b.n*b.outputStride+j*b.width:], DstStride: b.outputStride,
			Src: b.inputs[place*b.n*b.inputStride:], SrcStride: b.inputStride,
			Panel: w.panels[panel*w.inputs*b.width:][:w.inputs*b.width], Init: noBias[:b.width], Offsets: noOffset, Length: w.inputs,
		})
	}
}

// roundedProducts are in float32, of numbers that are rounded to bfloat16.
type roundedProducts struct{ floatProducts }

func (w roundedProducts) transform(b *block, i int, t *kernel.WinogradTile) {
	w.floatProducts.transform(b, i, t)
	for place := range kernel.WinogradPlaces {
		round(t.Places[place*t.PlaceStride:][:w.inputs])
	}
}
