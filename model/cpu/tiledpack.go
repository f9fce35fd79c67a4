package cpu

import (
	"math"

	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// packConv lays out a convolution's weights for direct sums.
func (a tiled) packConv(l model.Layer, p model.Params) convolution {
	in := activation{Shape: l.In, stride: pixelStride(l.In.C / 2), pages: 1}
	c := a.packPanels(p, planTiles(in, tapSteps(in)), func(dst []kernel.Pair, j int) {
		kernel.PackTaps(dst, p.Kernel, l.In.C, l.Out.C, j)
	})
	if l.In.H <= deepMapTiled {
		wide := in
		wide.pages, wide.stride = pagesSideBySide, pagesSideBySide*in.stride
		c.wide = planTiles(wide, tapSteps(wide))
	}
	return c
}

// packFirst does it for the first layer, whose input loadBytes makes.
func (a tiled) packFirst(l model.Layer, p model.Params, colors model.Preprocess) convolution {
	in := activation{Shape: model.Shape{H: l.In.H, W: l.In.W, C: inputChannels}, stride: pixelStride(inputChannels / 2), pages: 1}
	return a.packPanels(p, planTiles(in, firstSteps(in)), func(dst []kernel.Pair, j int) {
		packFirstPanel(dst, p.Kernel, colors, l.Out.C, j)
	})
}

func (a tiled) packPanels(p model.Params, plan *tilePlan, pack func(dst []kernel.Pair, j int)) *tiledConv {
	panels := len(p.Bias) / kernel.TileWidth
	c := &tiledConv{workers: a.workers, tiles: a.tiles, plan: plan, pairs: make([]kernel.Pair, panels*plan.panelLen), bias: padded(p.Bias, kernel.TileWidth)}
	parallel.Limited(a.threads, panels, func(j int) { pack(c.pairs[j*plan.panelLen:][:plan.panelLen], j) })
	return c
}

// tapSteps are the steps of a 3×3 convolution: of each 32 inputs the nine taps, as
// PackTaps lays them out.
func tapSteps(in activation) (steps []kernel.TileStep) {
	for chunk := range in.C / 2 / kernel.TileDepth {
		for tap := range 9 {
			steps = append(steps, kernel.TileStep{
				Src:   tap/3*in.rowStride() + tap%3*in.stride + chunk*kernel.TileDepth,
				Panel: len(steps) * kernel.StepLen,
			})
		}
	}
	return steps
}

// firstSteps are those of the first layer: of each row of taps, which lie in one step,
// the weights' upper and lower halves.
func firstSteps(in activation) (steps []kernel.TileStep) {
	for row := range 3 {
		for range 2 {
			steps = append(steps, kernel.TileStep{Src: row * in.rowStride(), Panel: len(steps) * kernel.StepLen})
		}
	}
	return steps
}

// packFirstPanel lays out panel j of the first layer for what loadBytes makes of a page.
// A weight w of a color that is (byte·scale − mean)/std becomes one of the byte and a share
// of the fourth channel's, each as two bfloat16 numbers.
//
//	dst    (3 rows of taps, 2 halves, 16, 32) pairs: three pixels of two pairs, and zeros
//	matrix (3, 3, 3, outputs)
func packFirstPanel(dst []kernel.Pair, matrix []float32, p model.Preprocess, outputs, j int) {
	clear(dst)
	source := newColors(p).source
	for tap := range 9 {
		for c := range kernel.TileWidth {
			var w [inputChannels]float64
			for color := range 3 {
				v := float64(matrix[(tap*3+color)*outputs+j*kernel.TileWidth+c]) / float64(p.Std[color])
				w[source[color]] = v * float64(p.Scale)
				w[inputChannels-1] -= v * float64(p.Mean[color])
			}
			at := dst[tap/3*2*kernel.StepLen+tap%3*2*kernel.TileWidth+c:]
			for pair := range inputChannels / 2 {
				even, odd := halves(w[2*pair]), halves(w[2*pair+1])
				for half := range 2 {
					at[half*kernel.StepLen+pair*kernel.TileWidth] = kernel.PairOf(even[half], odd[half])
				}
			}
		}
	}
}

// halves are two bfloat16 numbers that make up w to sixteen bits.
func halves(w float64) [2]float32 {
	upper := kernel.Nearest(float32(w))
	if math.IsInf(float64(upper), 0) {
		return [2]float32{upper, 0}
	}
	return [2]float32{upper, float32(w - float64(upper))}
}
